import type { Candidate } from '../attribute/credible-set.ts';
import { forgetIn } from '../attribute/row-history.ts';
import { analyseSources, type SourceAnalysis } from '../attribute/single-source.ts';
import { type BankRow, SourceBank } from '../attribute/source-bank.ts';
import { BACKGROUND } from '../measure/floor.ts';
import { ThinnedMinima } from '../measure/thinned-minima.ts';
import type { Verdict } from '../types.ts';
import { MIN_RISE_ROWS, type RiseRow, type SteadyRise, steadyRise } from './steady-rise.ts';
import { STORE_BENEFIT_UNITS } from './thresholds.ts';

/** What the ledger had counted when sizes were read. */
export type CollectionRow = Omit<BankRow, 'value' | 'pooled'> & { timeMs: number };

type SizeRow = CollectionRow & RiseRow;

/** What is said of one collection. */
export interface CollectionJudgement {
  verdict: Verdict;
  /** Whose units it grows by; null where it does not grow, and where that was not looked for. */
  source: number | null;
  perUnit: number | null;
  ci95: [number, number] | null;
  /** Who else it could be. */
  credible: readonly Candidate[];
}

/**
 * The regression trusts no row to better than 1,024 of its units, which are bytes elsewhere: an entry is so many, so that it trusts
 * a size to one entry.
 */
const ENTRY = 1024;

/** Rows of a block at first: a batch that fills and empties is judged by what stays. At `prove`, where runs are short, a row is a block. */
const BLOCK = 3;

/** Blocks kept. At 500 scopes the rows of all collections, which share their counts, take up to 1.6 MB. */
const KEPT = 64;

/**
 * Two spans are looked at: the latest 64 blocks as they are, so that a leak that begins after weeks is soon seen; and the whole run in
 * blocks that double, up to 32 times as long (with a row each ten seconds, 17 hours), for what is too slow for the first.
 */
const DOUBLINGS = 5;

/** Error of one look at the latest blocks, at which it looks for ever; and at the whole run, halved with every doubling. */
const LATEST_ALPHA = 1e-6;
const WHOLE_ALPHA = 1e-4;

/** Collections whose growth is regressed on the units of every scope, the largest rises first; of the others only the trend is told. */
const MAX_REGRESSED = 8;

/** A rise of fewer entries is none of a leak's, or not yet. */
const MIN_RISE = 100;

/** A store that takes an entry per unit is given the benefit of the doubt up to this size. */
const LEAK_ENTRIES = 25_000;

/** What forgets by age is full after that age, an hour is a usual one: leaking takes growth for longer. */
const LEAK_AGE_MS: number = 75 * 60_000;

/** What grows at less than this share of its earlier pace is a store that fills. */
const SLOWED = 0.7;

/** One span of rows of one collection, and what was seen when it was last looked at. */
class Span {
  readonly minima: ThinnedMinima<SizeRow>;
  readonly #alpha: number;
  rise: SteadyRise | null = null;
  /** Null while it does not grow. */
  since: SizeRow | null = null;

  constructor(block: number, doublings: number, alpha: number) {
    this.minima = new ThinnedMinima(block, KEPT, doublings);
    this.#alpha = alpha;
  }

  push(row: SizeRow): void {
    if (!this.minima.push(row)) return;
    const { rows, thinnings } = this.minima;
    this.rise = steadyRise(rows, this.#alpha / 2 ** thinnings, MIN_RISE);
    if (this.rise === null) this.since = null;
    else this.since ??= rows[0]!;
  }
}

class Series {
  readonly spans: readonly [latest: Span, whole: Span];
  #last: SizeRow | null = null;

  constructor(block: number) {
    this.spans = [new Span(block, 0, LATEST_ALPHA), new Span(block, DOUBLINGS, WHOLE_ALPHA)];
  }

  get isWarmingUp(): boolean {
    return this.spans[0].minima.rows.length < MIN_RISE_ROWS;
  }

  push(row: SizeRow): void {
    this.#last = row;
    for (const span of this.spans) span.push(row);
  }

  /** The span in which it grows, the longer one if it does in both; null where it does not. */
  get growing(): Span | null {
    return [...this.spans].reverse().find(({ since }) => since !== null) ?? null;
  }

  forget(source: number): void {
    for (const { minima } of this.spans) {
      for (const row of minima.rows) forgetIn(row, source);
      if (minima.pending !== null) forgetIn(minima.pending, source);
    }
  }

  /** Grown for longer, and to more, than a store that is still filling would. */
  isLeaking(limit: number | null, prove: boolean): boolean {
    const [last, span] = [this.#last, this.growing];
    if (last === null || span?.since == null || (limit !== null && last.value <= limit)) return false;
    if (last.totalUnits - span.since.totalUnits < STORE_BENEFIT_UNITS || span.rise!.pace < SLOWED) return false;
    return prove || (span.rise!.rise >= LEAK_ENTRIES && last.timeMs - span.since.timeMs >= LEAK_AGE_MS);
  }
}

/**
 * Which tracked collections grow, and by whose units. Whether one grows is told by a trend over the whole run, in blocks that get
 * longer with it; by whom, for the eight that grew most, by the regression of floors, in entries. Two scopes that feed one collection
 * are candidates of one growth.
 */
export class CollectionGrowth {
  readonly #prove: boolean;
  readonly #series = new Map<number, Series>();
  #judged: Map<number, CollectionJudgement> | null = null;

  /** @param prove runs are short there: leaking takes no age and no number of entries */
  constructor({ prove }: { prove: boolean }) {
    this.#prove = prove;
  }

  /** Takes the sizes that were read with these counts. A collection that is not among them has ended. */
  push(row: CollectionRow, sizes: readonly { id: number; size: number | null }[]): void {
    this.#judged = null;
    const ids = new Set(sizes.map(({ id }) => id));
    for (const id of this.#series.keys()) if (!ids.has(id)) this.#series.delete(id);
    for (const { id, size } of sizes) {
      if (size === null) continue;
      this.#of(id).push({ ...row, value: size });
    }
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    this.#judged = null;
    for (const series of this.#series.values()) series.forget(source);
  }

  /** Whose units a collection grows by. */
  get spokenOf(): ReadonlySet<number> {
    return new Set([...this.#all().values()].flatMap(({ source }) => source ?? []));
  }

  /** @param limit the most that it says it holds: below it, it is never leaking */
  judge(id: number, limit: number | null = null): CollectionJudgement {
    const series = this.#series.get(id);
    if (series === undefined || series.isWarmingUp) return nothing('warming-up');
    const known = this.#all().get(id) ?? nothing('stable');
    return known.verdict === 'growing' && series.isLeaking(limit, this.#prove) ? { ...known, verdict: 'leaking' } : known;
  }

  #of(id: number): Series {
    const series = this.#series.get(id) ?? new Series(this.#prove ? 1 : BLOCK);
    this.#series.set(id, series);
    return series;
  }

  /** Of those that grow; made once for all reports until the next row. */
  #all(): ReadonlyMap<number, CollectionJudgement> {
    this.#judged ??= new Map(
      [...this.#series]
        .flatMap(([id, { growing }]) => (growing === null ? [] : [{ id, span: growing }]))
        .sort((a, b) => b.span.rise!.rise - a.span.rise!.rise)
        .map(({ id, span }, rank) => [id, rank < MAX_REGRESSED ? attributed(span) : nothing('growing')]),
    );
    return this.#judged;
  }
}

function attributed({ minima }: Span): CollectionJudgement {
  const analysis = analysisOf(minima.rows);
  const top = analysis?.credible[0]?.source;
  const estimate = top === undefined ? null : analysis!.estimate(top);
  if (top === undefined || estimate === null || top === BACKGROUND)
    return { ...nothing('growing'), source: top ?? null };
  const { bytesPerUnit, ci95 } = estimate;
  return {
    verdict: 'growing',
    source: top,
    perUnit: bytesPerUnit / ENTRY,
    ci95: [Math.max(0, ci95[0] / ENTRY), ci95[1] / ENTRY],
    credible: analysis!.credible.slice(1),
  };
}

function analysisOf(rows: readonly SizeRow[]): SourceAnalysis | null {
  const bank = new SourceBank({ saturating: false });
  for (const row of rows) bank.push({ ...row, value: row.value * ENTRY });
  return analyseSources(bank);
}

function nothing(verdict: Verdict): CollectionJudgement {
  return { verdict, source: null, perUnit: null, ci95: null, credible: [] };
}
