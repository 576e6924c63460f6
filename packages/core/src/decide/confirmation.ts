import { RowHistory } from '../attribute/row-history.ts';
import type { RowModel } from '../attribute/saturation.ts';
import { analyseSources, type SlopeEstimate } from '../attribute/single-source.ts';
import { type BankRow, SourceBank } from '../attribute/source-bank.ts';

/**
 * What a finished period says about growth that an earlier one showed. `goes-on`: as fast as before, as far as one can
 * tell, but too little of it for an answer.
 */
export type PeriodAnswer = 'went-on' | 'goes-on' | 'stopped' | 'unclear';

/** Bayes factor for growth in one period alone; the earlier period has already passed the sequential threshold. */
const PERIOD_EVIDENCE: number = Math.log(20);

/** Growth that has slowed to less than this share of the earlier rate is a store that fills, not a leak. */
const DECELERATION = 0.5;

/** Growth below this share of the earlier rate has stopped. */
const REMAINDER = 0.25;

/**
 * Watches one more period, disjoint from the rows that raised the suspicion, and asks whether the same source went on
 * growing at about the same rate. Only straight lines are fitted here: within one period a store that fills and a leak
 * differ by what came before, which the caller knows.
 */
export class Confirmation {
  readonly #model: RowModel;
  #bank: SourceBank;
  readonly #rows = new RowHistory();
  readonly #start: Float64Array;

  /** @param known sources whose growth is known already */
  constructor(first: BankRow, known: readonly number[], model: RowModel) {
    this.#model = model;
    this.#start = Float64Array.from(first.sources);
    this.#bank = new SourceBank({ saturating: false, known, model });
    this.push(first, false);
  }

  push(row: BankRow, broke: boolean): void {
    this.#rows.push({ row, broke });
    this.#bank.push(row, broke);
  }

  /** Other sources are known now: the rows of the period are judged again beside them. */
  assume(known: readonly number[]): void {
    this.#bank = this.#rows.bank({ saturating: false, known, model: this.#model });
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    if (source < this.#start.length) this.#start[source] = 0;
    this.#rows.forget(source);
    this.#bank.forget(source);
  }

  /** What `source` did since the period began, in its own unit. */
  amount(source: number, row: BankRow): number {
    return (row.sources[source] ?? 0) - (this.#start[source] ?? 0);
  }

  /** True once the period has enough rows to be judged. */
  get judgeable(): boolean {
    return this.#bank.isSufficient;
  }

  /**
   * @param source the source under suspicion
   * @param earlierBytesPerUnit its rate in the earlier period
   * @param minBytesPerUnit smallest rate worth a word
   */
  answer(source: number, earlierBytesPerUnit: number, minBytesPerUnit: number): PeriodAnswer {
    const analysis = analyseSources(this.#bank);
    if (analysis === null) return this.judgeable ? 'stopped' : 'unclear';
    const estimate = analysis.estimate(source);
    if (estimate === null) return 'unclear';
    const evidence = analysis.sourceEvidence[source] ?? Number.NEGATIVE_INFINITY;
    if (evidence > PERIOD_EVIDENCE && hasGoneOn(estimate, earlierBytesPerUnit, minBytesPerUnit))
      return 'went-on';
    const negligible = Math.max(minBytesPerUnit, REMAINDER * earlierBytesPerUnit);
    if (estimate.ci95[1] < negligible) return 'stopped';
    return estimate.bytesPerUnit >= DECELERATION * earlierBytesPerUnit ? 'goes-on' : 'unclear';
  }
}

function hasGoneOn(estimate: SlopeEstimate, earlierBytesPerUnit: number, minBytesPerUnit: number): boolean {
  return estimate.ci95[0] >= minBytesPerUnit && estimate.bytesPerUnit >= DECELERATION * earlierBytesPerUnit;
}
