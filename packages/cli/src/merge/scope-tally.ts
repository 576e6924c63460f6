import type { ScopeKind, Verdict } from '@leakguard/core';
import { type CombinedEstimate, EstimateSum } from './combined-estimate.ts';
import type { BucketClock } from './trend.ts';
import { Trend } from './trend.ts';

/** Gravest last, as in a process's own report. */
export const VERDICTS: readonly Verdict[] = ['warming-up', 'stable', 'growing', 'leaking'];

/** Scopes by their kind, and the sources of growth that follows none. */
export type TallyKind = ScopeKind | 'unattributed';

/** What one process adds to a scope. */
export interface ProcessShare {
  units: number;
  totalBytes: number | null;
  verdict: Verdict;
  bytesPerUnit: number | null;
  ci95: [number, number] | null;
  bytesPerHour: number | null;
}

/** One scope (or one source of unattributed growth) summed over processes. */
export class ScopeTally {
  readonly name: string;
  readonly kind: TallyKind;
  readonly trend: Trend;
  readonly #estimates = new EstimateSum();
  readonly #verdicts = new Map<Verdict, number>();
  processes = 0;
  units = 0;
  totalBytes: number | null = null;
  bytesPerHour: number | null = null;

  constructor(name: string, kind: TallyKind, clock: BucketClock) {
    this.name = name;
    this.kind = kind;
    this.trend = new Trend(clock);
  }

  add(share: ProcessShare): void {
    this.processes += 1;
    this.units += share.units;
    this.totalBytes = plus(this.totalBytes, share.totalBytes);
    this.bytesPerHour = plus(this.bytesPerHour, share.bytesPerHour);
    this.#verdicts.set(share.verdict, (this.#verdicts.get(share.verdict) ?? 0) + 1);
    if (share.bytesPerUnit !== null) this.#estimates.add(share.bytesPerUnit, share.ci95, share.units);
  }

  /** The gravest latest verdict of any process. */
  get verdict(): Verdict {
    return VERDICTS.findLast((verdict) => this.#verdicts.has(verdict)) ?? 'warming-up';
  }

  /** How many processes say what at last, gravest first. */
  get verdicts(): Partial<Record<Verdict, number>> {
    return Object.fromEntries(
      VERDICTS.toReversed().flatMap((verdict) => {
        const count = this.#verdicts.get(verdict);
        return count === undefined ? [] : [[verdict, count]];
      }),
    );
  }

  get estimate(): CombinedEstimate | null {
    return this.#estimates.combined();
  }
}

function plus(sum: number | null, value: number | null): number | null {
  return value === null ? sum : (sum ?? 0) + value;
}
