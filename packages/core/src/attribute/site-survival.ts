import { ExposureClock } from './exposure-clock.ts';
import { type GrowthTest, growthTest, isSuspect, SCOPE_P, SITE_P } from './growth-test.ts';
import { KeptReads } from './kept-reads.ts';
import { KeyGrowth, type KeySpan } from './key-growth.ts';
import type { KeyTable } from './key-table.ts';
import { type KeyJudgement, type SurvivalJudgement, siteShares } from './survival-judgement.ts';
import type { KeptRead, SurvivalRead, UnitCounts } from './survival-read.ts';
import { emptyTally, type SpanTally, type SurvivalSpan, spanBetween, survivalSpan } from './survival-span.ts';
import { warmUpOdds } from './warm-up-odds.ts';

/** Of a single read's ordinals: before this the process warmed up, after that samples are young. */
const WARM_UP_SHARE = 0.1;
const OLD_SHARE = 0.75;

/** Functions and scopes whose states move in one step. */
const KEYS_PER_STEP = 100;

/** Which tally of a span belongs to a key, and whose units are its exposure. */
interface Key {
  limit: number;
  slot: number | null;
  tallyIn(tallies: KeyTable<SpanTally>): SpanTally | undefined;
}

/** A key with its state. */
interface Watched extends Key {
  growth: KeyGrowth;
}

const ALL: Key = { limit: SCOPE_P, slot: null, tallyIn: ({ all }) => all };

function scopeKey(slot: number): Key {
  return { limit: SCOPE_P, slot, tallyIn: ({ scopes }) => scopes.get(slot) };
}

function siteKey(site: number): Key {
  return { limit: SITE_P, slot: null, tallyIn: ({ sites }) => sites.get(site) };
}

/**
 * The `sites` channel's sign test: do samples of the heap profiler come of age faster than aged ones die, evenly and for longer
 * than one period? Judged at every read for all survivors, for every scope and for every function, over spans that reach back
 * to up to eight earlier reads, a fraction of the reads' own number apart, so that both a leak of hours and one of minutes has a
 * span of its length; two reads are enough for `growing`, a third for `leaking`.
 *
 * It cannot tell a store that fills evenly from a leak: how much growth no store explains is the caller's to say.
 */
export class SiteSurvival {
  readonly #kept: KeptReads;
  #reads = 0;
  readonly #all: Watched = watched(ALL);
  #scopes = new Map<number, Watched>();
  #sites = new Map<number, Watched>();
  #spans: readonly SurvivalSpan[] = [];
  #first: SurvivalSpan | null = null;
  readonly #startUnits: number;

  /** @param start units finished when the profiler was started */
  constructor(start: UnitCounts = { units: 0 }) {
    this.#kept = new KeptReads(start);
    this.#startUnits = start.units;
  }

  /** Takes in one read and moves the states. */
  push(read: SurvivalRead): void {
    const steps = this.pushing(read);
    while (steps.next().done !== true);
  }

  /** The same in steps, a span or some hundred keys each: of a large read all together takes longer than a program may be stopped. */
  *pushing(read: SurvivalRead): Generator<void, void> {
    this.#kept.push(read, this.#oldestGrowth());
    this.#reads += 1;
    const { reads, marks } = this.#kept;
    const clock = new ExposureClock(marks);
    const latest = reads.at(-1)!;
    yield;
    const first = spanBetween(windowOfOne(latest, this.#kept.settledOrdinal), clock);
    const spans: SurvivalSpan[] = [];
    for (const from of reads.slice(0, -1)) {
      yield;
      spans.push(survivalSpan(from, latest, clock));
    }
    yield;
    this.#spans = spans;
    this.#first = first;
    const seen = [first, ...spans];
    this.#scopes = this.#watch(
      this.#scopes,
      scopeKey,
      seen.map(({ tallies }) => tallies.scopes),
    );
    this.#sites = this.#watch(
      this.#sites,
      siteKey,
      seen.map(({ tallies }) => tallies.sites),
    );
    for (const [at, key] of [this.#all, ...this.#scopes.values(), ...this.#sites.values()].entries()) {
      if (at % KEYS_PER_STEP === 0) yield;
      this.#advance(key);
    }
  }

  /** From now on nothing belongs to this slot: another scope may get it. */
  forget(slot: number): void {
    this.#kept.forget(slot);
    this.#scopes.delete(slot);
  }

  judge(): SurvivalJudgement {
    const span = this.#spanOf(this.#all);
    const all = this.#judge(this.#all);
    return {
      units: this.#kept.reads.at(-1)?.units ?? 0,
      reads: this.#reads,
      all,
      warmUpOdds: span === undefined ? 0 : oddsOf(span, all.dispersion),
      scopes: new Map([...this.#scopes].map(([slot, key]) => [slot, this.#judge(key)])),
      sites: new Map([...this.#sites].map(([site, key]) => [site, this.#judge(key)])),
      gained: span?.gained ?? [],
      died: span?.died ?? [],
      unitsOf: (slot) => span?.units(slot) ?? 0,
      siteShares: (slot) => {
        const own = slot === null ? this.#all : this.#scopes.get(slot);
        return siteShares(this.#spanOf(own ?? this.#all)?.gained ?? [], slot);
      },
    };
  }

  /** All units finished when the oldest growth that goes on began, null where nothing grows: that read is kept, it tells the size. */
  #oldestGrowth(): number | null {
    const keys = [this.#all, ...this.#scopes.values(), ...this.#sites.values()];
    const begun = keys.flatMap(({ growth }) => growth.sinceUnits ?? []);
    return begun.length === 0 ? null : Math.min(...begun);
  }

  /** Keys that have samples; what has none any more is forgotten with its past. */
  #watch(
    known: ReadonlyMap<number, Watched>,
    keyOf: (id: number) => Key,
    tallies: readonly ReadonlyMap<number, SpanTally>[],
  ): Map<number, Watched> {
    const ids = new Set(tallies.flatMap((table) => [...table.keys()]));
    return new Map([...ids].map((id) => [id, known.get(id) ?? watched(keyOf(id))]));
  }

  #advance(key: Watched): void {
    const spans = this.#spans.map((span) => this.#keySpan(key, span));
    const longest = spans[0];
    // A store that was seen to be steady has even births, too.
    const isOpen = longest === undefined || longest.test.p < STEADY_P;
    const tally = key.tallyIn(this.#first!.tallies);
    key.growth.advance(spans, isOpen && tally !== undefined && isSuspect(tally));
  }

  /** While it grows: since growth began. Else as far back as there are reads. */
  #spanOf({ growth }: Watched): SurvivalSpan | undefined {
    const since = growth.sinceUnits ?? 0;
    return this.#spans.find(({ from }) => from.units >= since) ?? this.#first ?? undefined;
  }

  #keySpan(key: Key, span: SurvivalSpan): KeySpan {
    const tally = key.tallyIn(span.tallies) ?? NONE;
    return {
      tally,
      test: tally === NONE ? NO_GROWTH : growthTest(tally),
      fromUnits: span.from.units,
      toUnits: span.to.units,
      historyUnits: span.to.units - this.#startUnits,
      exposure: span.units(key.slot),
    };
  }

  #judge(key: Watched): KeyJudgement {
    const span = this.#spanOf(key);
    const { growth } = key;
    const told = span === undefined ? NOTHING : this.#keySpan(key, span);
    const { gained, churn, held, early, late, variance } = told.tally;
    return {
      state: growth.state,
      p: this.#spans.length === 0 ? 1 : told.test.p,
      ...{ gained, churn, held, early, late, variance },
      dispersion: told.test.dispersion,
      bytes: told.tally.gainedBytes - told.tally.churnBytes,
      risenBytes: span === undefined ? null : risenBytes(span),
      spanMs: span === undefined ? null : spanMs(span),
      units: told.exposure,
      sinceUnits: told.fromUnits,
      clearedUnits: growth.clearedUnits,
    };
  }
}

/** Above this p value a key is steady rather than unclear. */
const STEADY_P = 0.05;

const NONE: SpanTally = emptyTally();
const NO_GROWTH: GrowthTest = growthTest(NONE);

const NOTHING: KeySpan = {
  tally: NONE,
  test: NO_GROWTH,
  fromUnits: 0,
  toUnits: 0,
  historyUnits: 0,
  exposure: 0,
};

function watched(key: Key): Watched {
  return { ...key, growth: new KeyGrowth(key.limit) };
}

function oddsOf({ gained, bornFrom, bornTo, unitsAt }: SurvivalSpan, dispersion: number): number {
  const bornAt = gained.map(({ ordinal }) => unitsAt(ordinal));
  return warmUpOdds(bornAt, { from: unitsAt(bornFrom), to: unitsAt(bornTo), dispersion });
}

/**
 * The profiler sees only what was allocated since it was started. A store that was full before that looks as if it filled,
 * and only the floor tells that nothing grows.
 */
function risenBytes({ from, to }: SurvivalSpan): number | null {
  if (from.heapBytes === undefined || to.heapBytes === undefined) return null;
  return to.heapBytes - from.heapBytes;
}

function spanMs({ from, to }: SurvivalSpan): KeyJudgement['spanMs'] {
  if (from.timeMs === undefined || to.timeMs === undefined) return null;
  return { from: from.timeMs, to: to.timeMs };
}

/** One read by itself: its ordinals are the clock. */
function windowOfOne(
  read: KeptRead,
  settledOrdinal: number,
): Pick<SurvivalSpan, 'from' | 'to' | 'bornFrom' | 'bornTo'> {
  const { ordinal } = read;
  const origin = { units: 0, ordinal: 0, survivors: [] };
  return {
    from: origin,
    to: read,
    bornFrom: Math.max(settledOrdinal, WARM_UP_SHARE * ordinal),
    bornTo: OLD_SHARE * ordinal,
  };
}
