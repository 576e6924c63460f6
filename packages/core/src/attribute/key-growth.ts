import type { GrowthTest } from './growth-test.ts';
import type { SpanTally } from './survival-span.ts';

/** `suspect`: one read looks like it. `growing`: confirmed by a second. `leaking`: and over a further, disjoint period. */
export type SurvivalState = 'quiet' | 'suspect' | 'growing' | 'leaking';

/** Whether two reads at least have shown growth. */
export function isGrowing(state: SurvivalState): boolean {
  return state === 'growing' || state === 'leaking';
}

/** One key over one span. */
export interface KeySpan {
  tally: SpanTally;
  test: GrowthTest;
  /** All units finished at both reads. */
  fromUnits: number;
  toUnits: number;
  /** All units from the start of the profiler to the latest read. */
  historyUnits: number;
  /** Units of the key's scope while its births were possible. */
  exposure: number;
}

/** Growth that has slowed to less than this share of the earlier rate is a store that fills. */
const DECELERATION = 0.5;

/**
 * The profiler sees what was allocated since it was started: a store that was full before seems to fill until it has turned
 * over. So all it has seen must be this many times as long as the period that showed growth.
 */
const HISTORY = 4;

/** One-sided 95 %. */
const Z_STOPPED = 1.64;

/** The state of one key: quiet -> suspect -> growing -> leaking, and back to quiet when a whole further period shows no growth. */
export class KeyGrowth {
  state: SurvivalState = 'quiet';
  /** All units finished when it last was found to have stopped, null if it never was. */
  clearedUnits: number | null = null;
  readonly #limit: number;
  #first: KeySpan | null = null;
  #confirmedUnits = 0;

  /** @param limit largest p value at which it has grown */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Where growth began, in all units finished, at the latest; null while nothing grows. */
  get sinceUnits(): number | null {
    return this.#first?.fromUnits ?? null;
  }

  /**
   * Takes in one more read.
   *
   * @param spans from earlier reads to this one, the longest first
   * @param suspect whether this read alone looks like growth
   */
  advance(spans: readonly KeySpan[], suspect: boolean): void {
    const since = spans.filter(({ fromUnits }) => fromUnits >= (this.clearedUnits ?? 0));
    if (this.#first === null) this.#search(since, suspect);
    else this.#follow(this.#first, since);
  }

  #search(spans: readonly KeySpan[], suspect: boolean): void {
    const grown = spans.filter((span) => this.#grows(span));
    if (grown.length === 0) {
      this.state = suspect ? 'suspect' : 'quiet';
      return;
    }
    this.#first = grown.reduce((best, span) => (span.test.p < best.test.p ? span : best));
    this.#confirmedUnits = this.#first.toUnits;
    this.state = 'growing';
  }

  /** The period has to be disjoint from the first one and as long, in units of the scope. */
  #follow(first: KeySpan, spans: readonly KeySpan[]): void {
    const further = spans.filter(
      ({ fromUnits, exposure }) => fromUnits >= this.#confirmedUnits && exposure >= first.exposure,
    );
    const latest = further.at(-1);
    if (latest === undefined) return;
    if (hasStopped(latest, first)) this.#clear(latest.toUnits);
    else if (further.some((span) => this.#wentOn(span, first))) this.state = 'leaking';
  }

  #wentOn(span: KeySpan, first: KeySpan): boolean {
    if (span.historyUnits < HISTORY * (first.toUnits - first.fromUnits)) return false;
    return this.#grows(span) && rate(span) >= DECELERATION * rate(first);
  }

  #clear(units: number): void {
    this.#first = null;
    this.clearedUnits = units;
    this.state = 'quiet';
  }

  #grows({ test: { p, even, survives } }: KeySpan): boolean {
    return p <= this.#limit && even && survives;
  }
}

/** Net samples per unit. */
function rate({ tally, exposure }: KeySpan): number {
  return (tally.gained - tally.churn) / exposure;
}

/** Whether at most half of the earlier rate is left, with 95 % confidence. */
function hasStopped(span: KeySpan, first: KeySpan): boolean {
  const { gained, churn } = span.tally;
  const upper = gained - churn + Z_STOPPED * Math.sqrt((gained + churn + 1) * span.test.dispersion);
  return upper < DECELERATION * rate(first) * span.exposure;
}
