import type { Candidate } from '../attribute/credible-set.ts';
import { forgetIn } from '../attribute/row-history.ts';
import { analyseSources, type SourceAnalysis } from '../attribute/single-source.ts';
import { type BankRow, SourceBank } from '../attribute/source-bank.ts';
import { BACKGROUND, EVERY_REQUEST } from '../measure/floor.ts';
import type { Verdict } from '../types.ts';
import { type FoundRise, RisingCount } from './rising-count.ts';
import { paceOf, type RiseRow } from './steady-rise.ts';
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
  /** Who else it could be, most probable first. */
  credible: readonly Candidate[];
}

/**
 * The regression trusts no row to better than 1,024 of its units, which are bytes elsewhere: an entry is so many, so that it trusts
 * a size to one entry.
 */
const ENTRY = 1024;

/** Rows of a block at first: a batch that fills and empties is judged by what stays. At `prove`, where runs are short, a row is a block. */
const BLOCK = 3;

/** Collections whose growth is regressed on the units of every scope, the largest rises first; of the others only the trend is told. */
const MAX_REGRESSED = 8;

/** A rise of fewer entries is none of a leak's, or not yet. */
const MIN_RISE = 100;

/** A store that takes an entry per unit is given the benefit of the doubt up to this size. */
const LEAK_ENTRIES = 25_000;

/** What forgets by age is full after that age, an hour is a usual one: leaking takes growth for longer. */
const LEAK_AGE_MS: number = 75 * 60_000;

/** A source that is less probable is one of the candidates. */
const NAMED = 0.5;

/** What grows at less than this share of its earlier pace is a store that fills. */
const SLOWED = 0.7;

/**
 * Which tracked collections grow, and by whose units. Whether one grows is told by a trend; by whom, for the eight that grew most, by
 * the regression that floors have, in entries. Two scopes that feed one collection are candidates of one growth. At 500 scopes and
 * 200 collections the amounts that their rows share take up to 3 MB.
 */
export class CollectionGrowth {
  readonly #prove: boolean;
  readonly #counts = new Map<number, RisingCount<SizeRow>>();
  #looks = 0;
  #judged: Map<number, CollectionJudgement> | null = null;

  /** @param prove runs are short there: leaking takes no age and no number of entries */
  constructor({ prove }: { prove: boolean }) {
    this.#prove = prove;
  }

  /** Whether anything is known of any collection. */
  get hasRows(): boolean {
    return this.#counts.size > 0;
  }

  /** Takes the sizes that were read with these counts. A collection that is not among them has ended. */
  push(row: CollectionRow, sizes: readonly { id: number; size: number | null }[]): void {
    this.#judged = null;
    const ids = new Set(sizes.map(({ id }) => id));
    for (const id of this.#counts.keys()) if (!ids.has(id)) this.#counts.delete(id);
    for (const { id, size } of sizes) {
      if (size === null) continue;
      this.#of(id).push({ ...row, value: size }, this.#looks);
    }
    this.#looks += 1;
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    this.#judged = null;
    for (const count of this.#counts.values()) for (const row of count.kept()) forgetIn(row, source);
  }

  /** Whose units a collection grows by. */
  get spokenOf(): ReadonlySet<number> {
    return new Set([...this.#all().values()].flatMap(({ source }) => source ?? []));
  }

  /** @param limit the most that it says it holds: below it, it is never leaking */
  judge(id: number, limit: number | null = null): CollectionJudgement {
    const count = this.#counts.get(id);
    if (count === undefined) return nothing('warming-up');
    const known = this.#all().get(id) ?? nothing(count.isWarmingUp ? 'warming-up' : 'stable');
    return known.verdict === 'growing' && this.#isLeaking(count, known.source, limit)
      ? { ...known, verdict: 'leaking' }
      : known;
  }

  #of(id: number): RisingCount<SizeRow> {
    const known = this.#counts.get(id);
    if (known !== undefined) return known;
    const block = this.#prove ? 1 : BLOCK;
    const count = new RisingCount<SizeRow>({ block, among: 1, minRise: MIN_RISE, minShare: 0, merge });
    this.#counts.set(id, count);
    return count;
  }

  /** Of those that grow; made once for all reports until the next row. */
  #all(): ReadonlyMap<number, CollectionJudgement> {
    this.#judged ??= new Map(
      [...this.#counts]
        .flatMap(([id, { found }]) => (found === null ? [] : [{ id, found }]))
        .sort((a, b) => b.found.rise - a.found.rise)
        .map(({ id, found }, rank) => [id, rank < MAX_REGRESSED ? attributed(found) : nothing('growing')]),
    );
    return this.#judged;
  }

  /** Grown for longer, and to more, than a store that is still filling would. */
  #isLeaking({ last, found }: RisingCount<SizeRow>, source: number | null, limit: number | null): boolean {
    if (last === null || found === null || (limit !== null && last.value <= limit)) return false;
    const { since, rise, rows } = found;
    if (last.totalUnits - since.totalUnits < STORE_BENEFIT_UNITS) return false;
    if (!this.#prove && (rise < LEAK_ENTRIES || last.timeMs - since.timeMs < LEAK_AGE_MS)) return false;
    return (
      paceOf(rows.map((row) => ({ value: row.value, at: row.sources[source ?? EVERY_REQUEST] ?? 0 }))) >=
      SLOWED
    );
  }
}

/**
 * Amounts of the block's first look, which all collections share: those of the lowest row would be another array for each. A leak is
 * lowest there anyway.
 */
function merge(lowest: SizeRow, { sources }: SizeRow): SizeRow {
  return { ...lowest, sources };
}

function attributed({ rows }: FoundRise<SizeRow>): CollectionJudgement {
  const analysis = analysisOf(rows);
  const [top, ...others] = analysis?.credible ?? [];
  if (analysis === null || top === undefined) return nothing('growing');
  if (top.probability < NAMED) return { ...nothing('growing'), credible: [top, ...others] };
  const estimate = top.source === BACKGROUND ? null : analysis.estimate(top.source);
  return {
    verdict: 'growing',
    source: top.source,
    perUnit: estimate === null ? null : estimate.bytesPerUnit / ENTRY,
    ci95: estimate === null ? null : [Math.max(0, estimate.ci95[0] / ENTRY), estimate.ci95[1] / ENTRY],
    credible: others,
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
