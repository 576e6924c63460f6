import type {
  AllocationReading,
  AllocationSampler,
  CapturedFunction,
  FloorReading,
  ProfiledFunction,
} from '../src/internal-types.ts';

/** A profiler in the test's hand: what it reads next is put into {@link next}. */
export class FakeSampler implements AllocationSampler {
  isRunning = false;
  unavailable: string | null = null;
  readsWithoutGc = false;
  intervalBytes = 0;
  starts = 0;
  stops = 0;
  reads = 0;
  pauseMs = 20;
  /** Set, `start` fails with it. */
  refusal: string | null = null;
  /** The next read finds the profiler lost, for this reason. */
  loss: string | null = null;
  next: Pick<AllocationReading, 'functions' | 'stacks' | 'samples'> = {
    functions: [],
    stacks: [],
    samples: [],
  };
  readonly located = new Map<unknown, ProfiledFunction>();
  readonly capturedBy = new Map<unknown, readonly CapturedFunction[]>();
  /** Functions that were looked into, in order. */
  readonly lookedInto: unknown[] = [];
  readonly #floor: () => FloorReading | null;

  /** @param floor of the GC that a read forces */
  constructor(floor: () => FloorReading | null) {
    this.#floor = floor;
  }

  start(intervalBytes: number): void {
    this.starts += 1;
    this.unavailable = this.refusal;
    this.isRunning = this.refusal === null;
    this.intervalBytes = intervalBytes;
  }

  read(after?: FloorReading): AllocationReading | null {
    if (this.loss !== null) {
      this.isRunning = false;
      this.unavailable = this.loss;
    }
    if (!this.isRunning) return null;
    const floor = (this.readsWithoutGc ? after : undefined) ?? this.#floor();
    if (floor === null) return null;
    this.reads += 1;
    return { floor, pauseMs: this.pauseMs, ...this.next };
  }

  locate(fn: (...args: never[]) => unknown): ProfiledFunction | null {
    return this.located.get(fn) ?? null;
  }

  captured(fn: (...args: never[]) => unknown): readonly CapturedFunction[] {
    this.lookedInto.push(fn);
    return this.capturedBy.get(fn) ?? [];
  }

  stop(): void {
    this.stops += 1;
    this.isRunning = false;
  }
}
