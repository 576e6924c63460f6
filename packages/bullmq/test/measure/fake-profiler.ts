import type { AllocationReading, AllocationSampler } from '@leakguard/core/isolate';

/** A profiler that finds a hundred samples of 100 bytes of one function. */
export class FakeProfiler implements AllocationSampler {
  isRunning = false;
  unavailable: string | null = null;
  readonly readsWithoutGc = false;
  pauseMs = 5;
  reads = 0;
  /** Bytes per sample of every start. */
  readonly starts: number[] = [];
  /** Set, it cannot be had. */
  isTaken = false;

  start(intervalBytes: number): void {
    this.starts.push(intervalBytes);
    this.isRunning = !this.isTaken;
  }

  read(): AllocationReading | null {
    if (!this.isRunning) return null;
    this.reads += 1;
    const bytes = { heapBytes: 0, oldSpaceBytes: 0, externalBytes: 0, arrayBuffersBytes: 0 };
    return {
      floor: { timeMs: 0, ...bytes, forced: true, pauseMs: this.pauseMs },
      pauseMs: this.pauseMs,
      functions: [{ name: 'keep', scriptId: 3, url: 'file:///app/job.js', line: 4, column: 0 }],
      stacks: [[0]],
      samples: Array.from({ length: 100 }, (_, k) => ({ ordinal: k + 1, bytes: 100, stack: 0 })),
    };
  }

  locate(): { name: string; scriptId: number; url: string; line: number; column: number } {
    return { name: 'job', scriptId: 3, url: '', line: 1, column: 0 };
  }

  captured(): [] {
    return [];
  }

  stop(): void {
    this.isRunning = false;
  }
}
