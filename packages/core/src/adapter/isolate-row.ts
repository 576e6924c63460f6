import type { FloorReading } from '../internal-types.ts';
import type { IsolateRow } from '../measure/isolate-levels.ts';
import { isScopeName, scopeName } from '../measure/scope-name.ts';
import { survivingStacksIn } from './surviving-stacks-in.ts';

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

interface Received {
  reading?: FloorReading;
  counts?: unknown;
  survivors?: unknown;
  disturbed?: unknown;
}

type Count = readonly [name: string, units: number];

/** The row in what came from an isolate, null where there is none: an app may send what it likes on the same channel. */
export function isolateRowIn(received: unknown): IsolateRow | null {
  const { reading, counts, survivors, disturbed } = (received ?? {}) as Received;
  if (typeof reading !== 'object' || reading === null || !Array.isArray(counts)) return null;
  if (counts.length > MOST_NAMES || !NUMBERS.every((field) => isAmount(reading[field]))) return null;
  if (!counts.every(isCount)) return null;
  return {
    reading,
    counts: unitsByName(counts),
    survivors: survivingStacksIn(survivors),
    disturbed: disturbed === true,
  };
}

/** No longer than names of scopes, as they are kept for as long as the isolate lives; those that then are one add up. */
function unitsByName(counts: readonly Count[]): ReadonlyMap<string, number> {
  const units = new Map<string, number>();
  for (const [given, n] of counts) {
    const name = isScopeName(given) ? given : scopeName(given);
    units.set(name, (units.get(name) ?? 0) + n);
  }
  return units;
}

function isCount(count: unknown): count is Count {
  return Array.isArray(count) && count.length === 2 && typeof count[0] === 'string' && isAmount(count[1]);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
