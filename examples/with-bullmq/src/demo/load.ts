import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedJob } from '../jobs.ts';
import type { Variant } from './variant.ts';

/** Bounds of the load. */
export interface LoadOptions {
  jobsPerSecond: number;
  /** At least so long, then until `isEnough` or `maxSeconds`: on a slow machine verdicts take longer. */
  seconds: number;
  maxSeconds: number;
  isEnough(): boolean;
  /** So many jobs may wait at the slower of the two; a slow machine then gets fewer jobs, both the same. */
  mostWaiting: number;
  signal: AbortSignal;
}

const TICK_MS = 100;

/** Adds the same jobs to all, at one pace, until there are enough or the time is up. */
export async function driveLoad(
  variants: readonly Variant[],
  next: () => PlannedJob,
  { jobsPerSecond, seconds, maxSeconds, isEnough, mostWaiting, signal }: LoadOptions,
): Promise<void> {
  const startMs = performance.now();
  const isOver = (): boolean => {
    const elapsedSeconds = (performance.now() - startMs) / 1000;
    return elapsedSeconds >= maxSeconds || (elapsedSeconds >= seconds && isEnough());
  };
  const batch = Math.round((jobsPerSecond * TICK_MS) / 1000);
  for (let tickMs = startMs; !isOver(); tickMs += TICK_MS) {
    await sleep(Math.max(0, tickMs - performance.now()), undefined, { signal });
    if (isOver()) return;
    const waiting = Math.max(...(await Promise.all(variants.map((variant) => variant.waiting()))));
    if (waiting > mostWaiting) continue;
    const jobs = Array.from({ length: batch }, next);
    await Promise.all(variants.map((variant) => variant.add(jobs)));
  }
}
