import type { AllocationReading, AllocationSample, ProfiledFunction } from '../internal-types.ts';

/** What is told of one read: the functions that allocated most of what stays. */
const MOST_STACKS = 5;

/** Of a stack: who allocated, and what the handler called. */
const INNER_FRAMES = 24;
const OUTER_FRAMES = 8;

/** Longer names and addresses are cut: they may hold a program (`data:` URLs). */
const MOST_CHARACTERS = 1000;

/** Of what was allocated since the profiler was started: the first part loads code and fills caches, the last may still be let go. */
const EARLY = 1 / 4;
const YOUNG = 1 / 4;

/** A function by where it starts, without the number that its script has in one isolate only. */
export type PlacedFunction = Omit<ProfiledFunction, 'scriptId'>;

/** What stays of one function's allocations. */
export interface SurvivingStack {
  /** Innermost first, to the handler where that is among them; the middle of a deep one is left out. */
  frames: readonly PlacedFunction[];
  /** Live bytes, estimated from samples. */
  bytes: number;
  samples: number;
}

/** What an isolate tells of one read of its heap profiler. */
export interface SurvivingStacks {
  /** The function that does the units, null where it was not seen in the profile. */
  handler: PlacedFunction | null;
  /** Live bytes of all functions, also of those that are not told. */
  bytes: number;
  /** Largest first, one for each allocating function. */
  stacks: readonly SurvivingStack[];
}

/**
 * What is alive in an isolate of what was neither allocated early, when it may have filled caches, nor is young; null where
 * nothing is.
 *
 * @param handler of the isolate's units, as `AllocationSampler.locate` gives it
 */
export function survivingStacks(
  reading: AllocationReading,
  handler: ProfiledFunction | null,
): SurvivingStacks | null {
  const newest = reading.samples.at(-1)?.ordinal ?? 0;
  const stayed = reading.samples.filter(
    ({ ordinal }) => ordinal > EARLY * newest && ordinal <= (1 - YOUNG) * newest,
  );
  return stayed.length === 0 ? null : told(reading, stayed, handler);
}

function told(
  { functions, stacks }: AllocationReading,
  stayed: readonly AllocationSample[],
  located: ProfiledFunction | null,
): SurvivingStacks {
  const sameScript = functions.filter(({ scriptId }) => scriptId === located?.scriptId);
  const handler = located === null ? undefined : sameScript.find((one) => isSame(one, located));
  const url = sameScript[0]?.url ?? '';
  const sums = sumsOf(stayed, (stack) => allocating(stacks[stack]!, functions));
  return {
    handler: located === null || url === '' ? null : placed({ ...located, url }),
    bytes: stayed.reduce((sum, { bytes }) => sum + bytes, 0),
    stacks: sums.slice(0, MOST_STACKS).map(({ stack, bytes, samples }) => ({
      frames: framesOf(
        stacks[stack]!.map((index) => functions[index]!),
        handler,
      ),
      bytes,
      samples,
    })),
  };
}

interface FunctionSum {
  /** The one of its stacks with most bytes. */
  stack: number;
  bytes: number;
  samples: number;
}

/** By allocating function, largest first. */
function sumsOf(stayed: readonly AllocationSample[], functionOf: (stack: number) => number): FunctionSum[] {
  const bytesOf = new Map<number, number>();
  for (const { stack, bytes } of stayed) bytesOf.set(stack, (bytesOf.get(stack) ?? 0) + bytes);
  const sums = new Map<number, FunctionSum>();
  for (const { stack, bytes } of stayed) {
    const key = functionOf(stack);
    const sum = sums.get(key) ?? { stack, bytes: 0, samples: 0 };
    sum.bytes += bytes;
    sum.samples += 1;
    if (bytesOf.get(stack)! > bytesOf.get(sum.stack)!) sum.stack = stack;
    sums.set(key, sum);
  }
  return [...sums.values()].sort((one, other) => other.bytes - one.bytes);
}

/** The innermost function of a file that is not Node's; the innermost of all without one. */
function allocating(stack: readonly number[], functions: readonly ProfiledFunction[]): number {
  const own = stack.find((index) => {
    const { url } = functions[index]!;
    return url !== '' && !url.startsWith('node:');
  });
  return own ?? stack[0] ?? -1;
}

function framesOf(
  stack: readonly ProfiledFunction[],
  handler: ProfiledFunction | undefined,
): PlacedFunction[] {
  const at = handler === undefined ? -1 : stack.indexOf(handler);
  const own = at < 0 ? stack : stack.slice(0, at + 1);
  const kept =
    own.length <= INNER_FRAMES + OUTER_FRAMES
      ? own
      : [...own.slice(0, INNER_FRAMES), ...own.slice(-OUTER_FRAMES)];
  return kept.map(placed);
}

function isSame(one: ProfiledFunction, other: ProfiledFunction): boolean {
  return one.line === other.line && one.column === other.column;
}

function placed({ name, url, line, column }: ProfiledFunction): PlacedFunction {
  return { name: name.slice(0, MOST_CHARACTERS), url: url.slice(0, MOST_CHARACTERS), line, column };
}
