import { graver, type NamedGrowth } from './channel-growth.ts';
import { growthOf, isOnHeap, type MergedGrowth, mergedGrowths, NAMED_PROBABILITY } from './merged-growth.ts';
import type { SiteGrowth } from './site-verdicts.ts';

/** The source of growth that no single source is probable enough to be named for. */
export const UNDECIDED = -1;

/** A name is kept down to this probability while no other is more probable, and given up for another only from that one on. */
const KEPT_PROBABILITY = 0.4;
const RENAME_PROBABILITY = 0.8;

/**
 * Looks without a word of it, rows or reads, before growth has ended: evidence that comes short for a while is no evidence that it has
 * stopped. A whole further period has shown that, where a channel says so.
 */
const QUIET_LOOKS = 20;

/** One growth of the process, told as one whatever channels see it. */
export interface Finding extends MergedGrowth {
  /** Stays while it lives. */
  key: string;
  /** Who is named now, `UNDECIDED` for nobody. */
  source: number;
  /** Whom the log speaks of: the last one named. */
  told: number;
  /** Everybody it was ever told of, and the gravest that was said: none of it is said again. */
  names: ReadonlyMap<number, 'growing' | 'leaking'>;
  verdict: 'growing' | 'leaking';
  growth: NamedGrowth;
  /** Looks since a channel last spoke of it. */
  quietLooks: number;
}

/**
 * What grows, from look to look. A finding goes on while any channel speaks of it, keeps its name until another is clearly more
 * probable, its verdict until it has ended, and ends only when nothing was seen of it for a while: what comes and goes between
 * two looks is noise of the evidence, not of the app.
 */
export class Findings {
  #all: Finding[] = [];
  #made = 0;

  get all(): readonly Finding[] {
    return this.#all;
  }

  /** Sources that channels should go on to speak of while their growth has not stopped, though it would not be enough for a first word. */
  get toldBySites(): ReadonlySet<string> {
    return new Set(this.#all.flatMap(({ sites }) => sites?.key ?? []));
  }

  /**
   * Takes in a further look: a row of floors or a read.
   *
   * @returns sources that are spoken of no more, and have not cleared: their growth went on under another name
   */
  update(floors: readonly NamedGrowth[], sites: readonly SiteGrowth[]): number[] {
    const open = new Set(this.#all);
    const now = mergedGrowths(floors, sites).map((merged) => {
      const known = mostLike(merged, open);
      if (known !== null) open.delete(known);
      return this.#follow(merged, known);
    });
    const silent = [...open].map((left) => ({ ...left, quietLooks: left.quietLooks + 1 }));
    const ended = silent.filter(({ quietLooks }) => quietLooks >= QUIET_LOOKS);
    this.#all = [...now, ...silent.filter((left) => !ended.includes(left))];
    return ended.flatMap((left) => {
      const isPart = now.some((finding) => isPartOf(left, finding));
      return [...left.names.keys()].filter((source) => isPart || source !== left.told);
    });
  }

  #follow(merged: MergedGrowth, known: Finding | null): Finding {
    const growth = growthOf(merged);
    const source = sourceOf(growth, known?.told ?? null);
    const isSameName = known !== null && (source === known.told || source === UNDECIDED);
    const verdict = isSameName
      ? (graver(known.verdict, growth.verdict) as Finding['verdict'])
      : growth.verdict;
    if (known === null) this.#made += 1;
    const isGraver = known !== null && verdict !== known.verdict;
    const told = isSameName && !isGraver ? known.told : source;
    return {
      ...merged,
      ...{ source, told, verdict, names: withName(known, told, verdict) },
      key: known?.key ?? `finding/${this.#made}`,
      growth: { ...growth, source, verdict },
      quietLooks: 0,
    };
  }
}

function withName(known: Finding | null, told: number, verdict: Finding['verdict']): Finding['names'] {
  const before = known?.names.get(told) ?? 'growing';
  return new Map([...(known?.names ?? []), [told, graver(before, verdict) as Finding['verdict']]]);
}

/** Who is named: the most probable source, if it is probable enough for a name or to take it from another. */
function sourceOf({ source, probability, credible, isolates }: NamedGrowth, told: number | null): number {
  // Isolates that are recycled name by age: their candidates are not all of one search.
  if (isolates !== undefined) return source;
  const top = credible[0] ?? { source, probability };
  if (top.source !== source) return UNDECIDED;
  return top.probability >= neededFor(source, told) ? source : UNDECIDED;
}

function neededFor(source: number, told: number | null): number {
  if (told === null || told === UNDECIDED) return NAMED_PROBABILITY;
  return told === source ? KEPT_PROBABILITY : RENAME_PROBABILITY;
}

/** The finding that this is a further look at; null for a new one. */
function mostLike(merged: MergedGrowth, open: ReadonlySet<Finding>): Finding | null {
  const growth = growthOf(merged);
  const tests: ((known: Finding) => boolean)[] = [
    (known) => merged.floors !== null && known.floors?.key === merged.floors.key,
    (known) => known.told === growth.source && isAlike(known.growth, growth),
    (known) => merged.sites !== null && known.sites?.key === merged.sites.key,
    (known) => isAlike(known.growth, growth) && isPossible(known, growth),
  ];
  for (const isIt of tests) {
    const found = [...open].find(isIt);
    if (found !== undefined) return found;
  }
  return null;
}

/** Of the same memory. */
function isAlike(a: NamedGrowth, b: NamedGrowth): boolean {
  if (isOnHeap(a) || isOnHeap(b)) return isOnHeap(a) && isOnHeap(b);
  return a.signal === b.signal && (a.isolates === undefined) === (b.isolates === undefined);
}

/** Whether the two may be one: each held the other's source possible, or nobody was named. */
function isPossible(known: Finding, { source, credible }: NamedGrowth): boolean {
  if (known.source === UNDECIDED || known.told === UNDECIDED) return true;
  return (
    credible.some((candidate) => candidate.source === known.told) ||
    known.growth.credible.some((candidate) => candidate.source === source)
  );
}

/** Whether what was left without a word is explained by another growth now. */
function isPartOf(left: Finding, { growth, told }: Finding): boolean {
  return isAlike(left.growth, growth) && left.told !== told && isPossible(left, growth);
}
