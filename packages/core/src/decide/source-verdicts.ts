import type { Verdict } from '../types.ts';
import { graver, type NamedGrowth } from './channel-growth.ts';
import { type VerdictChange, VerdictLog } from './verdict-log.ts';

/** The verdict on every source, the gravest of all channels, and each change of it; growth that follows no scope included. */
export class SourceVerdicts {
  readonly #log = new VerdictLog<number>();
  /** Who was named last, per growth. */
  #named = new Map<string, number>();

  /**
   * @param growths what the floors say
   * @param retained by source, what retained requests say
   * @param sites by source, what survivors of the heap profiler say
   */
  update(
    growths: readonly NamedGrowth[],
    retained: ReadonlyMap<number, Verdict>,
    now: Date,
    sites: ReadonlyMap<number, Verdict> = new Map(),
  ): VerdictChange<number>[] {
    const active = new Map<number, Verdict>();
    for (const { source, verdict } of growths)
      active.set(source, graver(active.get(source) ?? 'stable', verdict));
    this.#noteRenames(growths, active);
    for (const [source, verdict] of [...retained, ...sites])
      if (verdict !== 'stable') active.set(source, graver(active.get(source) ?? 'stable', verdict));
    return this.#log.update(active, now);
  }

  /** When the present verdict was given, null for what is stable. */
  since(source: number): Date | null {
    return this.#log.since(source);
  }

  /** Growth that goes on under another name has not cleared: the old name is dropped, the new one is told. */
  #noteRenames(growths: readonly NamedGrowth[], active: ReadonlyMap<number, Verdict>): void {
    const named = new Map(growths.map(({ key, source }) => [key, source]));
    for (const [key, source] of this.#named) {
      const now = named.get(key);
      if (now !== undefined && now !== source && !active.has(source)) this.#log.forget(source);
    }
    this.#named = named;
  }
}
