import type { AllocationSnapshotData, Frame, StackStatistic } from '../site-types.ts';

/** By what live samples are summed up: the allocating function, its file, the whole stack, or the scope. */
export type GroupBy = 'function' | 'file' | 'stack' | 'scope';

export const GROUPINGS: readonly GroupBy[] = ['function', 'file', 'stack', 'scope'];

/** Live samples that belong together. */
export interface StackGroup {
  /** One frame by `function`, all of them innermost first by `stack`, else none. */
  frames: readonly Frame[];
  /** By `file`: the file. By `scope`: the scope, null for what no scope's handler was below. */
  name: string | null;
  stacks: StackStatistic[];
}

/** What frames of native functions have for a file; older snapshots have an empty one. */
const NATIVE_FILE = '(native)';

/** What stands for stacks that were too many to be kept apart: it has no frame. */
const OTHER = '(other)';

/** The stacks of a snapshot by a key that is the same in another snapshot of the process. */
export function groupStacks(
  { frames, stacks }: AllocationSnapshotData,
  groupBy: GroupBy,
): Map<string, StackGroup> {
  const keys = frames.map(frameKey);
  const groups = new Map<string, StackGroup>();
  for (const stack of stacks ?? []) {
    const key = keyOf(stack, frames, keys, groupBy);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { ...nameOf(stack, frames, groupBy), stacks: [stack] });
    else known.stacks.push(stack);
  }
  return groups;
}

/** The innermost frame that is not Node's or native: what allocates. Null for a stack without frames. */
export function allocatingFrame(frames: readonly Frame[]): Frame | null {
  return frames.find(({ file }) => isOfSource(file)) ?? frames[0] ?? null;
}

/** Whether two frames are the same function; of one source, as its start tells. */
export function frameKey({ file, line, column, function: name }: Frame): string {
  return JSON.stringify([file, line, column, name]);
}

function keyOf(
  { stack, scope }: StackStatistic,
  frames: readonly Frame[],
  keys: readonly string[],
  groupBy: GroupBy,
): string {
  if (groupBy === 'scope') return JSON.stringify(scope);
  const allocating = stack.find((index) => isOfSource(frames[index]!.file)) ?? stack[0];
  if (allocating === undefined) return OTHER;
  if (groupBy === 'file') return frames[allocating]!.file;
  return groupBy === 'function' ? keys[allocating]! : stack.map((index) => keys[index]).join();
}

function nameOf(
  { stack, scope }: StackStatistic,
  frames: readonly Frame[],
  groupBy: GroupBy,
): Omit<StackGroup, 'stacks'> {
  if (groupBy === 'scope') return { frames: [], name: scope };
  const all = stack.map((index) => frames[index]!);
  const allocating = allocatingFrame(all);
  if (allocating === null) return { frames: [], name: OTHER };
  if (groupBy === 'file') return { frames: [], name: allocating.file };
  return { frames: groupBy === 'function' ? [allocating] : all, name: null };
}

/** True for V8's own functions (`Map.set`, `JSON.parse`): they have no file, and what they allocate is their caller's. */
export function isNative({ file }: Pick<Frame, 'file'>): boolean {
  return file === '' || file === NATIVE_FILE;
}

function isOfSource(file: string): boolean {
  return !isNative({ file }) && !file.startsWith('node:');
}
