import type { Level } from '../types.ts';

/** Bytes per sample, on average. Finer ones find smaller leaks sooner; their price is not worth it beside live traffic. */
const INTERVAL_BYTES = 64 * 1024;
const PROVE_INTERVAL_BYTES = 16 * 1024;

/** Bytes per sample of the heap profiler, on average, in this process and in its isolates. */
export function samplingIntervalBytes(level: Level): number {
  return level === 'prove' ? PROVE_INTERVAL_BYTES : INTERVAL_BYTES;
}
