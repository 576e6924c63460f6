import { isMainThread } from 'node:worker_threads';

/**
 * CPU of this isolate, milliseconds, from its birth to the moment it was loaded and from then on. Threads of Node 20 cannot
 * tell their own CPU from the process's: there it is the time since birth, and then the time their loop was not waiting.
 */
export class CpuClock {
  readonly untilLoadedMs: number;
  readonly #loop = performance.eventLoopUtilization();

  constructor() {
    this.untilLoadedMs = isMainThread ? processCpuMs() : performance.now();
  }

  sinceLoadedMs(): number {
    if (isMainThread) return processCpuMs() - this.untilLoadedMs;
    return performance.eventLoopUtilization(this.#loop).active;
  }
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
