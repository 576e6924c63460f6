import type { PlacedFunction, SurvivingStack, SurvivingStacks } from '../measure/surviving-stacks.ts';

/** No isolate of ours sends more. */
const MOST_STACKS = 5;
const MOST_FRAMES = 32;
const MOST_CHARACTERS = 1000;
const MOST_SAMPLES = 10_000_000;

/**
 * What stays in an isolate and who allocated it, in what came from it; null where there is none: an app may send what it
 * likes on the same channel. A copy: only the fields that are known, of their types and no larger than ours are.
 */
export function survivingStacksIn(received: unknown): SurvivingStacks | null {
  const { handler, bytes, stacks } = (received ?? {}) as Partial<Record<keyof SurvivingStacks, unknown>>;
  if (!isAmount(bytes) || !Array.isArray(stacks) || stacks.length > MOST_STACKS) return null;
  const own = stacks.map(stackIn);
  if (own.some((stack) => stack === null)) return null;
  return { handler: functionIn(handler), bytes, stacks: own as SurvivingStack[] };
}

function stackIn(received: unknown): SurvivingStack | null {
  const { frames, bytes, samples } = (received ?? {}) as Partial<Record<keyof SurvivingStack, unknown>>;
  if (!Array.isArray(frames) || frames.length === 0 || frames.length > MOST_FRAMES) return null;
  if (!isAmount(bytes) || !isAmount(samples) || samples > MOST_SAMPLES) return null;
  const own = frames.map(functionIn);
  return own.some((frame) => frame === null) ? null : { frames: own as PlacedFunction[], bytes, samples };
}

function functionIn(received: unknown): PlacedFunction | null {
  const { name, url, line, column } = (received ?? {}) as Partial<Record<keyof PlacedFunction, unknown>>;
  if (!isText(name) || !isText(url) || !isPlace(line) || !isPlace(column)) return null;
  return { name, url, line, column };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MOST_CHARACTERS;
}

/** -1 where it is unknown. */
function isPlace(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= -1 && (value as number) <= 2 ** 31;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
