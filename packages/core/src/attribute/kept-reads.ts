import { isSettled } from '../measure/settled.ts';
import type { ClockMark } from './exposure-clock.ts';
import type { KeptRead, SurvivalRead, Survivor, UnitCounts } from './survival-read.ts';

/** Reads that later ones are compared with. Their spacing is even on a logarithmic scale of age: recent ones are close. */
const MAX_KEPT = 8;

/**
 * At least this share of the usual allocation per unit has taken place, also where nothing young happens to be alive whose
 * ordinal would tell. Less than all of it, since later births must have larger ordinals.
 */
const SURE_SHARE = 0.5;

/**
 * Who was alive at which read. Holds the live samples and, for a few earlier reads, who was alive then; so it is bounded by
 * the live heap over the sampling interval.
 */
export class KeptReads {
  readonly #start: ClockMark;
  #alive = new Map<number, Survivor>();
  #reads: KeptRead[] = [];

  /** @param start units finished when the profiler was started */
  constructor(start: UnitCounts) {
    this.#start = { ordinal: 0, ...counts(start) };
  }

  /** Oldest first, without those of the warm-up; the last one is the latest read, whatever it is. */
  get reads(): readonly KeptRead[] {
    return this.#reads.filter((read, at) => at === this.#reads.length - 1 || this.#isSettled(read));
  }

  /** Where one read by itself begins to tell: in units the process has settled after. */
  get settledOrdinal(): number {
    return this.#reads.findLast((read) => !this.#isSettled(read))?.ordinal ?? 0;
  }

  /** Points of the clock of ordinals, oldest first. */
  get marks(): readonly ClockMark[] {
    return [this.#start, ...this.#reads];
  }

  /** @param pinned units of an earlier read that must not be dropped */
  push(read: SurvivalRead, pinned: number | null): void {
    const alive = new Map<number, Survivor>();
    for (const sample of read.samples) {
      const { ordinal, bytes, site, slots, role } = sample;
      const known = this.#alive.get(ordinal);
      const survivor = { ordinal, bytes, site, slots, ...(role && { role }), alive: true };
      alive.set(ordinal, known === undefined ? survivor : Object.assign(known, survivor));
      this.#alive.delete(ordinal);
    }
    for (const survivor of this.#alive.values()) survivor.alive = false;
    this.#alive = alive;
    const ordinal = this.#ordinalAt(read);
    this.#reads.push({ ...counts(read), ordinal, survivors: [...alive.values()] });
    if (this.#reads.length > MAX_KEPT + 1) this.#thin(pinned);
  }

  /** From now on nothing belongs to this slot, and it has done nothing so far. */
  forget(slot: number): void {
    for (const { survivors } of this.#reads)
      for (const survivor of survivors) survivor.slots = survivor.slots.filter((other) => other !== slot);
    for (const { slotUnits } of this.marks)
      if (slotUnits !== undefined && slot < slotUnits.length) (slotUnits as Float64Array)[slot] = 0;
  }

  #isSettled({ units, timeMs }: UnitCounts): boolean {
    return isSettled(units, timeMs === undefined ? 0 : timeMs - (this.#start.timeMs ?? timeMs));
  }

  #ordinalAt({ samples, units }: SurvivalRead): number {
    const before = this.#reads.at(-1) ?? this.#start;
    const perUnit = before.ordinal / Math.max(1, before.units - this.#start.units);
    const sure = before.ordinal + SURE_SHARE * perUnit * (units - before.units);
    return Math.max(samples.at(-1)?.ordinal ?? 0, sure);
  }

  /** Drops the read that is missed least: without it the ages of its neighbours are in the smallest ratio. */
  #thin(pinned: number | null): void {
    const last = this.#reads.at(-1)!.units;
    const ageOf = (at: number): number => last - this.#reads[at]!.units;
    let least = { at: 1, ratio: Number.POSITIVE_INFINITY };
    for (let at = 1; at < this.#reads.length - 2; at++) {
      const ratio = ageOf(at - 1) / Math.max(1, ageOf(at + 1));
      if (this.#reads[at]!.units !== pinned && ratio < least.ratio) least = { at, ratio };
    }
    this.#reads.splice(least.at, 1);
  }
}

/** A copy: the ledger goes on counting in its own. */
function counts({ units, slotUnits, heapBytes, timeMs }: UnitCounts): UnitCounts {
  return {
    units,
    ...(slotUnits && { slotUnits: Float64Array.from(slotUnits) }),
    ...(heapBytes !== undefined && { heapBytes }),
    ...(timeMs !== undefined && { timeMs }),
  };
}
