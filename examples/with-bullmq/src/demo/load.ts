import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedJob } from '../jobs.ts';
import type { Variant } from './variant.ts';

/** Bounds of the load. */
export interface LoadOptions {
  jobsPerSecond: number;
  seconds: number;
  /** So many jobs may wait at the slower of the two; a slow machine then gets fewer jobs, both the same. */
  mostWaiting: number;
  signal: AbortSignal;
}

const TICK_MS = 100;

/** Adds the same jobs to all, at one pace, until the time is up. */
export async function driveLoad(
  variants: readonly Variant[],
  next: () => PlannedJob,
  { jobsPerSecond, seconds, mostWaiting, signal }: LoadOptions,
): Promise<void> {
  const endMs = performance.now() + seconds * 1000;
  const batch = Math.round((jobsPerSecond * TICK_MS) / 1000);
  for (let tickMs = performance.now(); tickMs < endMs; tickMs += TICK_MS) {
    await sleep(Math.max(0, tickMs - performance.now()), undefined, { signal });
    if (performance.now() >= endMs) return;
    const waiting = Math.max(...(await Promise.all(variants.map((variant) => variant.waiting()))));
    if (waiting > mostWaiting) continue;
    const jobs = Array.from({ length: batch }, next);
    await Promise.all(variants.map((variant) => variant.add(jobs)));
  }
}
