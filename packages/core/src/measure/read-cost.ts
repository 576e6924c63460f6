import type { AllocationReading } from '../internal-types.ts';

/**
 * A forced GC costs the program more than its pause: it throws away compiled code that the next thousands of requests
 * compile again. Measured on two Express apps with heaps of 10-60 MB (Node 20): 0.5 s of CPU per read, whose pause was 25 ms.
 */
const MIN_FORCED_MS = 500;
/** Of larger heaps the GC threads' own work is the greater part: pause and CPU grow together. */
const PAUSES_PER_FORCED = 10;

/** What one read is charged, milliseconds of CPU, its after-effect included. One that forced no GC costs what it took. */
export function readChargeMs({ floor, pauseMs }: Pick<AllocationReading, 'floor' | 'pauseMs'>): number {
  return floor.forced ? Math.max(MIN_FORCED_MS, PAUSES_PER_FORCED * pauseMs) : pauseMs;
}
