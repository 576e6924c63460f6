import { isMainThread } from 'node:worker_threads';

/**
 * CPU of this isolate, milliseconds, from its birth to the moment it was loaded and from then on. A thread of Node 20 cannot
 * tell its own CPU from the process's: null for the first, and then the time that its loop was not waiting.
 */
export class CpuClock {
  readonly untilLoadedMs: number | null;
  readonly #loop = performance.eventLoopUtilization();

  constructor() {
    this.untilLoadedMs = isMainThread ? processCpuMs() : null;
  }

  sinceLoadedMs(): number {
    if (this.untilLoadedMs !== null) return processCpuMs() - this.untilLoadedMs;
    return performance.eventLoopUtilization(this.#loop).active;
  }
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
