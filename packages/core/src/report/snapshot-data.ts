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
  readonly #indexes = new Map<string, number>();

  indexOf(frame: Frame): number {
    const key = frameKey(frame);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    this.#indexes.set(key, this.frames.length);
    return this.frames.push(frame) - 1;
  }
}

function merged(resolved: readonly ResolvedStack[], table: FrameTable): StackStatistic[] {
  const byKey = new Map<string, StackStatistic>();
  for (const { frames, scope, bytes, samples, variance, ordinals } of resolved) {
    const stack = frames.map((frame) => table.indexOf(frame));
    const key = JSON.stringify([stack, scope]);
    const part = { stack, scope, bytes, samples, variance, ...(ordinals === undefined ? {} : { ordinals }) };
    byKey.set(key, sumOf(byKey.get(key), part));
  }
  return [...byKey.values()].map(inOrder);
}

function bounded(stacks: StackStatistic[]): StackStatistic[] {
  stacks.sort((a, b) => b.bytes - a.bytes);
  if (stacks.length <= MAX_STACKS) return stacks;
  const others = stacks.slice(MAX_STACKS - 1).reduce(sumOf);
  return [...stacks.slice(0, MAX_STACKS - 1), inOrder({ ...others, stack: [], scope: null })];
}

/** Both in one; ordinals only where both have theirs. */
function sumOf(a: StackStatistic | undefined, b: StackStatistic): StackStatistic {
  if (a === undefined) return b;
  const { stack, scope } = a;
  const ordinals =
    a.ordinals === undefined || b.ordinals === undefined ? {} : { ordinals: [...a.ordinals, ...b.ordinals] };
  return {
    ...{ stack, scope, bytes: a.bytes + b.bytes, samples: a.samples + b.samples },
    ...{ variance: a.variance + b.variance, ...ordinals },
  };
}

function inOrder(stack: StackStatistic): StackStatistic {
  return stack.ordinals === undefined
    ? stack
    : { ...stack, ordinals: [...stack.ordinals].sort((a, b) => a - b) };
}
