import type { FloorReading } from '../internal-types.ts';
import type { Signal } from '../types.ts';

export const SIGNALS: readonly Signal[] = ['heap', 'oldSpace', 'external', 'arrayBuffers'];

/** Signals by kind of memory: heap and old space are two readings of the same bytes. */
export const KINDS: readonly (readonly Signal[])[] = [['heap', 'oldSpace'], ['external'], ['arrayBuffers']];

/** The value of a signal in a floor reading, bytes. `external` is without the array buffers that V8 counts into it. */
export function signalBytes(reading: FloorReading, signal: Signal): number {
  switch (signal) {
    case 'heap':
      return reading.heapBytes;
    case 'oldSpace':
      return reading.oldSpaceBytes;
    case 'external':
      return Math.max(0, reading.externalBytes - reading.arrayBuffersBytes);
    case 'arrayBuffers':
      return reading.arrayBuffersBytes;
  }
}

/** What the ledger had counted at a major GC. */
export interface FloorCounts {
  /** Units finished per scope, by slot. */
  units: number[] | Float64Array;
  totalUnits: number;
  inFlight: number;
}

/** Sources that are no scope: growth with every unit of any scope, and growth with time alone. */
export const EVERY_REQUEST = 0;
export const BACKGROUND = 1;
/** Source of slot 0; the scope in slot `s` is source `FIRST_SCOPE + s`. */
export const FIRST_SCOPE = 2;

/** The cumulative amount of every source: all units, seconds, then the units of each scope. */
export function sourceAmounts(counts: FloorCounts, timeMs: number): Float64Array {
  const amounts = new Float64Array(FIRST_SCOPE + counts.units.length);
  amounts[EVERY_REQUEST] = counts.totalUnits;
  amounts[BACKGROUND] = timeMs / 1000;
  amounts.set(counts.units, FIRST_SCOPE);
  return amounts;
}
