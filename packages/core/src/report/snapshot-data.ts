import type { AllocationSnapshotData, Frame, StackStatistic } from '../site-types.ts';
import type { ScopeReport } from '../types.ts';
import { SNAPSHOT_KIND } from './checked-snapshot.ts';
import { frameKey } from './stack-groups.ts';

/** Live samples of one stack, its frames resolved to the app's source. */
export interface ResolvedStack {
  /** Innermost first. */
  frames: readonly Frame[];
  /** The scope below whose handler it was allocated, else null. */
  scope: string | null;
  bytes: number;
  samples: number;
  /** Sum of squares of what the samples stand for. */
  variance: number;
  /** Ordinals of the samples, in any order. */
  ordinals?: readonly number[];
}

/** What a snapshot is made from. */
export interface SnapshotInputs
  extends Omit<AllocationSnapshotData, 'v' | 'kind' | 'frames' | 'stacks' | 'scopes' | 'threadId'> {
  /** Null in the main thread. */
  threadId: number | null;
  scopes: readonly Pick<ScopeReport, 'scope' | 'kind' | 'units'>[];
  /** Null without a read; then `unavailable` says why. */
  stacks: readonly ResolvedStack[] | null;
}

/** Stacks kept apart: at 64 KB per sample as many as a heap of 300 MB could have if no two were the same. */
const MAX_STACKS = 5000;

/**
 * A snapshot as plain JSON: each frame once, equal stacks as one, the largest 5,000 of them; what the others hold is one stack
 * without frames.
 */
export function snapshotData(inputs: SnapshotInputs): AllocationSnapshotData {
  const { threadId, scopes, stacks: resolved, ...rest } = inputs;
  const frames = new FrameTable();
  const stacks = resolved === null ? null : bounded(merged(resolved, frames));
  return {
    v: 1,
    kind: SNAPSHOT_KIND,
    ...rest,
    ...(threadId === null ? {} : { threadId }),
    scopes: scopes.map(({ scope, kind, units }) => ({ scope, kind, units })),
    frames: frames.frames,
    stacks,
  };
}

/** Gives each different frame a number. */
class FrameTable {
  readonly frames: Frame[] = [];
  /** Most callers hand in one object per function, which is found without making its key. */
  readonly #byObject = new Map<Frame, number>();
  readonly #byKey = new Map<string, number>();

  indexOf(frame: Frame): number {
    const known = this.#byObject.get(frame);
    if (known !== undefined) return known;
    const index = this.#indexOfKey(frame);
    this.#byObject.set(frame, index);
    return index;
  }

  #indexOfKey(frame: Frame): number {
    const key = frameKey(frame);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    this.#byKey.set(key, this.frames.length);
    return this.frames.push(frame) - 1;
  }
}

function merged(resolved: readonly ResolvedStack[], table: FrameTable): StackStatistic[] {
  const parts = new Map<string, StackStatistic[]>();
  for (const { frames, ...rest } of resolved) {
    const stack = frames.map((frame) => table.indexOf(frame));
    const key = JSON.stringify([stack, rest.scope]);
    const known = parts.get(key);
    if (known === undefined) parts.set(key, [{ stack, ...rest }]);
    else known.push({ stack, ...rest });
  }
  return [...parts.values()].map((equal) => sumOf(equal, equal[0]!));
}

function bounded(stacks: StackStatistic[]): StackStatistic[] {
  stacks.sort((a, b) => b.bytes - a.bytes);
  if (stacks.length <= MAX_STACKS) return stacks;
  const others = stacks.slice(MAX_STACKS - 1);
  return [...stacks.slice(0, MAX_STACKS - 1), sumOf(others, { stack: [], scope: null })];
}

/** All in one; with ordinals only where all have theirs. */
function sumOf(
  parts: readonly StackStatistic[],
  { stack, scope }: Pick<StackStatistic, 'stack' | 'scope'>,
): StackStatistic {
  const sum = (amount: (part: StackStatistic) => number): number =>
    parts.reduce((total, part) => total + amount(part), 0);
  return {
    stack,
    scope,
    bytes: sum(({ bytes }) => bytes),
    samples: sum(({ samples }) => samples),
    variance: sum(({ variance }) => variance),
    ...(parts.every(({ ordinals }) => ordinals !== undefined) ? { ordinals: ordinalsOf(parts) } : {}),
  };
}

function ordinalsOf(parts: readonly StackStatistic[]): number[] {
  return parts.flatMap(({ ordinals = [] }) => ordinals).sort((a, b) => a - b);
}
