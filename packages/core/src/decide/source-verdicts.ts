import type { Verdict } from '../types.ts';
import { graver } from './channel-growth.ts';
import type { Finding } from './findings.ts';
import { type VerdictChange, VerdictLog } from './verdict-log.ts';

/** The verdict on every source, the gravest of all channels, and each change of it; growth that follows no scope included. */
export class SourceVerdicts {
  readonly #log = new VerdictLog<number>();

  /**
   * @param findings what grows
   * @param retained by source, what retained requests say
   * @param renamed sources whose growth goes on under another name: they have not cleared
   */
  update(
    findings: readonly Pick<Finding, 'names'>[],
    retained: ReadonlyMap<number, Verdict>,
    now: Date,
    renamed: readonly number[] = [],
  ): VerdictChange<number>[] {
    const active = new Map<number, Verdict>();
    for (const [source, verdict] of findings.flatMap(({ names }) => [...names]))
      active.set(source, graver(active.get(source) ?? 'stable', verdict));
    for (const [source, verdict] of retained)
      if (verdict !== 'stable') active.set(source, graver(active.get(source) ?? 'stable', verdict));
    for (const source of renamed) if (!active.has(source)) this.#log.forget(source);
    return this.#log.update(active, now);
  }

  /** When the present verdict was given, null for what is stable. */
  since(source: number): Date | null {
    return this.#log.since(source);
  }
}
