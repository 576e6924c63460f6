import type { FloorReading } from '../internal-types.ts';
import type { IsolateRow } from '../measure/isolate-levels.ts';

/** Names in one row: `maxScopes` at most, and `(other)`. */
const MOST_NAMES = 10_001;

const NUMBERS = [
  'timeMs',
  'heapBytes',
  'oldSpaceBytes',
  'externalBytes',
  'arrayBuffersBytes',
  'pauseMs',
] as const;

/** The row in what came from an isolate, null where there is none: an app may send what it likes on the same channel. */
export function isolateRowIn(received: unknown): IsolateRow | null {
  const { reading, counts } = (received ?? {}) as { reading?: FloorReading; counts?: unknown };
  if (typeof reading !== 'object' || reading === null || !Array.isArray(counts)) return null;
  if (counts.length > MOST_NAMES || !NUMBERS.every((field) => isAmount(reading[field]))) return null;
  if (!counts.every(isCount)) return null;
  return { reading, counts };
}

function isCount(count: unknown): boolean {
  return Array.isArray(count) && count.length === 2 && typeof count[0] === 'string' && isAmount(count[1]);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
