import type { Count } from '../measure/listener-counts.ts';
import { GLOBAL_HANDLES } from '../measure/resource-counters.ts';
import type { CounterReport } from '../site-types.ts';
import { RisingCount, type RisingCountOptions } from './rising-count.ts';
import type { RiseRow } from './steady-rise.ts';

/** Counters followed at a time; most processes have ten to twenty. */
const MAX_COUNTERS = 64;

/** Rows of a block: sockets and timers of requests come and go within it. */
const BLOCK = 3;

/** Nobody would look for fewer. */
const MIN_RISE = 50;
const MIN_RISE_BYTES: number = 256 * 1024;

/** A pool that has 200 connections may have 230 tomorrow. */
const MIN_SHARE = 0.5;

/**
 * Which of the cheap counts of a process grow by themselves. That is a hint beside verdicts and never one: connected users of a
 * WebSocket server are sockets that no request explains, and in the morning they grow.
 */
export class CounterGrowth {
  readonly #block: number;
  readonly #counters = new Map<string, RisingCount<RiseRow>>();
  #looks = 0;
  #values: ReadonlyMap<string, number> = new Map();

  /** @param prove runs are short there: a row is a block */
  constructor({ prove }: { prove: boolean }) {
    this.#block = prove ? 1 : BLOCK;
  }

  /** Takes the counts that were read when the ledger had counted this. One that is missing is 0. */
  push(row: Omit<RiseRow, 'value'>, counts: readonly Count[]): void {
    this.#values = new Map(counts.map(({ name, value }) => [name, value]));
    for (const { name, value } of counts)
      if (!this.#counters.has(name) && value > 0 && this.#counters.size < MAX_COUNTERS)
        this.#counters.set(name, new RisingCount(this.#optionsOf(name)));
    for (const [name, counter] of this.#counters) {
      counter.push({ ...row, value: this.#values.get(name) ?? 0 }, this.#looks);
      if (isIdle(counter)) this.#counters.delete(name);
    }
    this.#looks += 1;
  }

  /** Those that have a value or grow: growing ones first, then by name. */
  reports(): CounterReport[] {
    return [...this.#counters]
      .filter(([name, { found }]) => found !== null || (this.#values.get(name) ?? 0) > 0)
      .map(([name, counter]) => {
        const { found } = counter;
        const perThousandUnits = found === null ? null : found.perUnit * 1000;
        return { name, value: this.#values.get(name) ?? 0, perThousandUnits, growing: found !== null };
      })
      .sort((a, b) => Number(b.growing) - Number(a.growing) || (a.name < b.name ? -1 : 1));
  }

  #optionsOf(name: string): RisingCountOptions<RiseRow> {
    const minRise = name === GLOBAL_HANDLES ? MIN_RISE_BYTES : MIN_RISE;
    return { block: this.#block, among: MAX_COUNTERS, minRise, minShare: MIN_SHARE };
  }
}

/** Nothing of it was seen in any row that is kept: another one may have its place. */
function isIdle(counter: RisingCount<RiseRow>): boolean {
  if (counter.isWarmingUp) return false;
  for (const { value } of counter.kept()) if (value > 0) return false;
  return counter.last?.value === 0;
}
