import { GainedPools } from './attribute/gained-pools.ts';
import { isGrowing } from './attribute/key-growth.ts';
import type { SurvivalJudgement } from './attribute/survival-judgement.ts';
import type { SurvivorSample } from './attribute/survival-read.ts';
import type { FrameMap } from './frames/frame-map.ts';
import type { StackPlace } from './frames/stack-place.ts';
import type { AllocationSample, ProfiledFunction } from './internal-types.ts';
import type { ReadStacks, Stack } from './read-stacks.ts';
import type { ResolvedStack } from './report/snapshot-data.ts';
import type { AllocationCandidate, Frame, SiteReport } from './site-types.ts';

/** From this share of the bytes on a function is named rather than the requests that its objects are in. */
const WORTH_NAMING = 0.2;

/** Routes that a middleware is told to run for. */
const MAX_RUNS_FOR = 20;

/** The name of the scope of a slot, undefined where it has none any more. */
export type NameOf = (slot: number) => string | undefined;

/** What places the stacks of a read, and how its scopes are called. */
interface Placing {
  frames: FrameMap;
  nameOf: NameOf;
}

/** One read of the profiler, each stack with the scopes and the function that it speaks of. */
export class PlacedRead {
  readonly samples: readonly SurvivorSample[];
  readonly #samples: readonly AllocationSample[];
  readonly #frames: FrameMap;
  readonly #nameOf: NameOf;
  readonly #stacks: readonly Stack[];
  readonly #places: StackPlace[];
  /** By ordinal, the stack of a sample. */
  readonly #stackOf: ReadonlyMap<number, number>;
  /** What the latest judgement says that was gained, by slot. */
  #pools: { gained: SurvivalJudgement['gained']; pools: GainedPools } | null = null;
  /** By slot, null for all: asked at every report, and the same until the next read. */
  readonly #sites = new Map<number | null, SiteReport | null>();

  /** @param places one per stack */
  constructor({ stacks, samples }: ReadStacks, places: readonly StackPlace[], { frames, nameOf }: Placing) {
    this.#frames = frames;
    this.#nameOf = nameOf;
    this.#stacks = stacks;
    this.#samples = samples;
    this.#places = [...places];
    this.#stackOf = new Map(samples.map(({ ordinal, stack }) => [ordinal, stack]));
    this.samples = samples.map(({ ordinal, bytes, stack }) => ({ ordinal, bytes, ...this.#places[stack]! }));
  }

  /** Places the stacks of a read, which have been learned from: a stack per step, of which there are thousands. */
  static *placing(read: ReadStacks, by: Placing): Generator<void, PlacedRead> {
    const places: StackPlace[] = [];
    for (const stack of read.stacks) {
      places.push(by.frames.place(stack));
      yield;
    }
    return new PlacedRead(read, places, by);
  }

  /** The function that allocated most of what a scope gained, null where no sample tells. */
  site(judgement: SurvivalJudgement, slot: number | null): SiteReport | null {
    const known = this.#sites.get(slot);
    if (known !== undefined) return known;
    const found = this.#findSite(judgement, slot);
    this.#sites.set(slot, found);
    return found;
  }

  /** All live samples, by stack. */
  stacks(): ResolvedStack[] {
    const byStack = new Map<number, { bytes: number; variance: number; ordinals: number[] }>();
    for (const { ordinal, bytes, stack } of this.#samples) {
      const sum = byStack.get(stack) ?? { bytes: 0, variance: 0, ordinals: [] };
      sum.bytes += bytes;
      sum.variance += bytes ** 2;
      sum.ordinals.push(ordinal);
      byStack.set(stack, sum);
    }
    const frameOf = framesOf(this.#frames);
    return [...byStack].map(([stack, sum]) => {
      const { slots } = this.#places[stack]!;
      return {
        ...sum,
        frames: this.#stacks[stack]!.map(frameOf),
        scope: slots.length === 1 ? (this.#nameOf(slots[0]!) ?? null) : null,
        samples: sum.ordinals.length,
      };
    });
  }

  /** A scope lost its slot, which another one may get. */
  forget(slot: number): void {
    this.#sites.clear();
    this.#pools = null;
    for (const [stack, place] of this.#places.entries()) {
      if (!place.slots.includes(slot)) continue;
      this.#places[stack] = { ...place, slots: place.slots.filter((other) => other !== slot) };
    }
  }

  #poolsOf({ gained }: SurvivalJudgement): GainedPools {
    if (this.#pools?.gained !== gained)
      this.#pools = { gained, pools: new GainedPools(gained, ({ ordinal }) => this.#stackOf.has(ordinal)) };
    return this.#pools.pools;
  }

  #findSite(judgement: SurvivalJudgement, slot: number | null): SiteReport | null {
    const pool = this.#poolsOf(judgement).of(slot);
    const blamed = this.#blame(pool, judgement);
    if (blamed === null) return null;
    const own = pool.filter(({ site }) => site === blamed);
    const stack = this.#stacks[largest(sumsBy(own, ({ ordinal }) => this.#stackOf.get(ordinal)!))!]!;
    const told = this.#frames.describe(stack, slot);
    return {
      ...told,
      share: bytesOf(own) / bytesOf(pool),
      samples: own.length,
      lines: told.kind === 'requests' ? [] : this.#lines(stack, told.allocating),
      ...(told.kind === 'middleware' ? { runsFor: this.#runsFor(own) } : {}),
    };
  }

  /** Null where it was never seen to run for any. */
  #runsFor(own: SurvivalJudgement['gained']): NonNullable<SiteReport['runsFor']> | null {
    const slots = [...new Set(own.flatMap((sample) => sample.slots))];
    if (slots.length === 0) return null;
    const scopes = slots.flatMap((slot) => this.#nameOf(slot) ?? []);
    const isEvery = slots.length > 1 && this.#frames.areAll(slots);
    return {
      every: isEvery,
      scopes: scopes.slice(0, MAX_RUNS_FOR),
      more: Math.max(0, scopes.length - MAX_RUNS_FOR),
    };
  }

  /**
   * The function that gained most, of those that grow by themselves if there are any: what the innocent keep lies in the pool, too.
   * Requests that are kept lie in frames of Node and the framework, and a function below them says more.
   */
  #blame(pool: SurvivalJudgement['gained'], { sites }: SurvivalJudgement): number | null {
    const growing = pool.filter(({ site }) => isGrowing(sites.get(site)?.state ?? 'quiet'));
    const suspects = growing.length > 0 ? growing : pool;
    const functions = suspects.filter(({ role }) => role !== 'requests');
    const isWorth = bytesOf(functions) >= WORTH_NAMING * bytesOf(suspects);
    return largest(sumsBy(isWorth ? functions : suspects, ({ site }) => site));
  }

  #lines(stack: Stack, allocating: Frame): AllocationCandidate[] {
    const found = stack.find((profiled) => isSame(this.#frames.frame(profiled), allocating));
    return found === undefined ? [] : this.#frames.lines(found);
  }
}

function bytesOf(samples: readonly { bytes: number }[]): number {
  return samples.reduce((sum, { bytes }) => sum + bytes, 0);
}

function sumsBy<T extends { bytes: number }>(
  samples: readonly T[],
  keyOf: (sample: T) => number,
): Map<number, number> {
  const sums = new Map<number, number>();
  for (const sample of samples) sums.set(keyOf(sample), (sums.get(keyOf(sample)) ?? 0) + sample.bytes);
  return sums;
}

function largest(sums: ReadonlyMap<number, number>): number | null {
  let best: { key: number; bytes: number } | null = null;
  for (const [key, bytes] of sums) if (best === null || bytes > best.bytes) best = { key, bytes };
  return best?.key ?? null;
}

function framesOf(frames: FrameMap): (profiled: ProfiledFunction) => Frame {
  const known = new Map<ProfiledFunction, Frame>();
  return (profiled) => {
    const frame = known.get(profiled) ?? frames.frame(profiled);
    known.set(profiled, frame);
    return frame;
  };
}

function isSame(a: Frame, b: Frame): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column && a.function === b.function;
}
