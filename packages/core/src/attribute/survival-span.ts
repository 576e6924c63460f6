import type { ExposureClock, Position } from './exposure-clock.ts';
import { KeyTable } from './key-table.ts';
import type { KeptRead, Survivor } from './survival-read.ts';

/** Bins of equal exposure, from which one sees whether births came one by one or in heaps. */
export const BIRTH_BINS = 10;

/**
 * Samples younger than this share of a span are left out at both of its ends: units in flight, and what dies soon after.
 * The same age at both ends keeps a steady store in balance: as many samples come of age as aged ones die.
 */
const YOUNG_SHARE = 0.25;

/** Births and deaths of one key between two reads, samples that came of age only. */
export interface SpanTally {
  /** Came of age in the span and lives. */
  gained: number;
  /** Was of age at the first read and has died since. */
  churn: number;
  /** Was of age at the first read. */
  held: number;
  /** Of the gained, born in the first and in the second half of the exposure. */
  early: number;
  late: number;
  /** Births per bin of exposure. */
  bins: Float64Array;
  gainedBytes: number;
  churnBytes: number;
  /** Sum of squares of what the samples of both stand for, bytes squared. */
  variance: number;
}

export function emptyTally(): SpanTally {
  return {
    gained: 0,
    churn: 0,
    held: 0,
    early: 0,
    late: 0,
    bins: new Float64Array(BIRTH_BINS),
    gainedBytes: 0,
    churnBytes: 0,
    variance: 0,
  };
}

/** Everything that was born, lived on or died between two reads, per key. */
export interface SurvivalSpan {
  from: KeptRead;
  to: KeptRead;
  /** Births counted lie between these ordinals. */
  bornFrom: number;
  bornTo: number;
  tallies: KeyTable<SpanTally>;
  /** The gained samples, for shares of functions and scopes. */
  gained: readonly Survivor[];
  /** The aged samples that have died. */
  died: readonly Survivor[];
  /** Units of a scope (null: of all) while the births counted were possible. */
  units(slot: number | null): number;
  /** All units finished at an ordinal. */
  unitsAt(ordinal: number): number;
}

/** @param to the latest read: whoever is alive now */
export function survivalSpan(from: KeptRead, to: KeptRead, clock: ExposureClock): SurvivalSpan {
  const age = YOUNG_SHARE * (to.ordinal - from.ordinal);
  return spanBetween({ from, to, bornFrom: from.ordinal - age, bornTo: to.ordinal - age }, clock);
}

/** @param window the reads, and between which ordinals births count */
export function spanBetween(
  window: Pick<SurvivalSpan, 'from' | 'to' | 'bornFrom' | 'bornTo'>,
  clock: ExposureClock,
): SurvivalSpan {
  const { from, to, bornFrom, bornTo } = window;
  const exposure = new Exposure(clock, { from: bornFrom, to: bornTo });
  const tallies = new KeyTable(emptyTally);
  const gained = to.survivors.filter(({ ordinal }) => ordinal > bornFrom && ordinal <= bornTo);
  for (const survivor of gained) {
    const { ordinal, bytes } = survivor;
    const ofAll = exposure.position(ordinal, null);
    tallies.each(survivor, (tally, slot) =>
      addBirth(tally, bytes, slot === null ? ofAll : exposure.position(ordinal, slot)),
    );
  }
  const aged = from.survivors.filter(({ ordinal }) => ordinal <= bornFrom);
  for (const survivor of aged) tallies.each(survivor, (tally) => addAged(tally, survivor));
  return {
    ...window,
    tallies,
    gained,
    died: aged.filter(({ alive }) => !alive),
    unitsAt: clock.units(null),
    units: (slot) => exposure.units(slot),
  };
}

/** The units of each scope over one window, worked out once per scope: there are tens of thousands of samples. */
class Exposure {
  readonly #clock: ExposureClock;
  readonly #window: { from: number; to: number };
  readonly #positions = new Map<number | null, Position>();
  readonly #units = new Map<number | null, number>();

  constructor(clock: ExposureClock, window: { from: number; to: number }) {
    this.#clock = clock;
    this.#window = window;
  }

  position(ordinal: number, slot: number | null): number {
    let position = this.#positions.get(slot);
    if (position === undefined) {
      position = this.#clock.positions({ ...this.#window, slot });
      this.#positions.set(slot, position);
    }
    return position(ordinal);
  }

  units(slot: number | null): number {
    let units = this.#units.get(slot);
    if (units === undefined) {
      const unitsAt = this.#clock.units(slot);
      units = unitsAt(this.#window.to) - unitsAt(this.#window.from);
      this.#units.set(slot, units);
    }
    return units;
  }
}

function addBirth(tally: SpanTally, bytes: number, position: number): void {
  tally.gained += 1;
  if (position < 0.5) tally.early += 1;
  else tally.late += 1;
  tally.bins[Math.min(BIRTH_BINS - 1, Math.max(0, Math.floor(position * BIRTH_BINS)))]! += 1;
  tally.gainedBytes += bytes;
  tally.variance += bytes ** 2;
}

function addAged(tally: SpanTally, { alive, bytes }: Survivor): void {
  tally.held += 1;
  if (alive) return;
  tally.churn += 1;
  tally.churnBytes += bytes;
  tally.variance += bytes ** 2;
}
