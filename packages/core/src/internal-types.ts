/** Live bytes right after one major GC. `externalBytes` includes `arrayBuffersBytes`, as V8 counts it. */
export interface FloorReading {
  /** Monotonic milliseconds, same clock as `Runtime.now`. */
  timeMs: number;
  heapBytes: number;
  oldSpaceBytes: number;
  externalBytes: number;
  arrayBuffersBytes: number;
  /** True if leakguard forced this GC: then the reading is exact to the moment. */
  forced: boolean;
  /** How long the GC stopped the program, milliseconds. */
  pauseMs: number;
}

/** Memory of the process at an arbitrary moment, bytes. */
export interface MemoryReading {
  heapUsedBytes: number;
  rssBytes: number;
  externalBytes: number;
  arrayBuffersBytes: number;
  heapLimitBytes: number;
}

/** What objects were alive at one tally. */
export interface TypeReading {
  /** Live objects by type. */
  counts: ReadonlyMap<string, number>;
  /** Objects counted. */
  objects: number;
  /** How long the program stood still, milliseconds. */
  pauseMs: number;
}

/** A function as V8's profile tells it: where it starts. Line and column count from 0, -1 where unknown (native). */
export interface ProfiledFunction {
  /** Empty for an anonymous function; `(GC)`, `(V8 API)` and the like are V8's own. */
  name: string;
  scriptId: number;
  /** Empty where it is not known: a function that was located and not yet seen in a profile has only its `scriptId`. */
  url: string;
  line: number;
  column: number;
}

/** A function that a closure holds in a variable, by where it starts; it has no name and no url. */
export interface CapturedFunction extends ProfiledFunction {
  /** What the variable is called where the closure was written, or where it was compiled to. */
  variable: string;
  /** The closure: the one that was asked about, or another one that it holds. */
  holder: ProfiledFunction;
}

/** Any function: what it takes and gives does not matter. */
export type AnyFunction = (...args: never[]) => unknown;

/** One live sample of a reading. */
export interface AllocationSample {
  /** Rises with every sample that the profiler takes: a clock of allocation. */
  ordinal: number;
  /** What the sample stands for, not the size of the one object. */
  bytes: number;
  /** Index into `stacks`. */
  stack: number;
}

/** What was alive at one read of the sampling heap profiler. */
export interface AllocationReading {
  /** Floor of the GC that the read forced, or of the natural one that it was read after. */
  floor: FloorReading;
  /** How long the whole read stopped the program, milliseconds. */
  pauseMs: number;
  functions: readonly ProfiledFunction[];
  /** Innermost first: indexes into `functions`; (root) left out. */
  stacks: readonly (readonly number[])[];
  /** Ascending ordinals. */
  samples: readonly AllocationSample[];
}

/** V8's sampling heap profiler. An isolate has only one, so it may be another tool's. Nothing of it throws. */
export interface AllocationSampler {
  /** Starts sampling unless another tool has the profiler; afterwards `unavailable` says why not. */
  start(intervalBytes: number): void;
  readonly isRunning: boolean;
  /** Why it does not run, one clause without a full stop; null while it runs or was not started. */
  readonly unavailable: string | null;
  /** True where `read(floor)` forces no GC (Node 26): then a read costs about 1 ms per thousand samples. */
  readonly readsWithoutGc: boolean;
  /**
   * Forces a full GC and reads; null when it does not run or was found lost (then it yields for ever). `after`: the floor of
   * a natural major GC that has just been, which serves instead where `readsWithoutGc`; elsewhere it is ignored. What was
   * allocated since that GC is then in the reading with its garbage.
   */
  read(after?: FloorReading): AllocationReading | null;
  /**
   * Where a function starts, exactly as profiles tell it (scriptId, line, column), without its url. Bound functions and
   * proxies are followed to their target; null for native ones, and where the sampler is unavailable.
   */
  locate(fn: AnyFunction): ProfiledFunction | null;
  /**
   * Functions that a closure holds in its variables, and those that these hold, nearest first: what a wrapper wraps is among them.
   * At most 16, for some milliseconds at most. Not remembered.
   */
  captured(fn: AnyFunction): readonly CapturedFunction[];
  stop(): void;
}

/**
 * All that the guard takes from the process. Injected, so that tests drive clock, memory and GC themselves
 * and never sleep.
 */
export interface Runtime {
  /** Monotonic milliseconds. */
  now(): number;
  /** Wall clock, for timestamps in reports only. */
  date(): Date;
  /** Uniform in [0, 1). */
  random(): number;
  /** CPU used by the whole process so far, milliseconds. */
  processCpuMs(): number;
  readMemory(): MemoryReading;
  /** Used bytes of V8's heap now, the cheapest reading there is (about 1 us). */
  heapUsedBytes(): number;
  /**
   * Calls back once after every natural major GC: `onMajorGc` in the turn in which the GC became known, the moment to
   * freeze counts; `onFloor` then or shortly after, when the reading has settled. Returns the function that stops it.
   * Never keeps the process alive. `onCost` gets the milliseconds that watching itself took, minor GCs included.
   * `onGc` gets start and end of every GC that frees, minor ones and forced ones included, on the clock of `now`.
   */
  watchMajorGcs(
    onFloor: (reading: FloorReading) => void,
    onMajorGc: () => void,
    onCost?: (ms: number) => void,
    onGc?: (startMs: number, endMs: number) => void,
  ): () => void;
  /** Calls back once, when every GC up to now has been given to `onGc`: within two turns of the event loop. */
  afterGcsKnown(run: () => void): void;
  /** False where `forceGc` can only give null. Forces nothing. */
  canForceGc(): boolean;
  /** Forces a full GC and reads the floor, or null where this runtime cannot force one. Such a GC is not also reported by `watchMajorGcs`. */
  forceGc(): FloorReading | null;
  /** Memory that the system, or the container, has left for the process, bytes; null where that is unknown. */
  availableBytes(): number | null;
  /** What keeps the event loop busy, one kind for each: 'Timeout', 'TCPSocketWrap'. */
  activeResources(): readonly string[];
  /** Contexts that are detached and not yet collected, and the bytes that V8's global handles take. */
  heapHandles(): { detachedContexts: number; globalHandleBytes: number };
  /**
   * Counts live objects by type; stops the program for 10 to 15 ms per MB of small objects, and forces full GCs that `watchMajorGcs`
   * does not report.
   *
   * @throws LeakguardError `ERR_LEAKGUARD_TYPES` where they cannot be counted
   */
  tallyTypes(): TypeReading;
  /** V8's sampling heap profiler. A GC that its `read` forces is not also reported by `watchMajorGcs`. */
  readonly sampler: AllocationSampler;
  /**
   * Calls back in the next turn of the event loop.
   *
   * @param isAwaited holds the process until then: whoever awaits a snapshot at the end of a program gets it. Else it may end before
   */
  nextTurn(run: () => void, isAwaited: boolean): void;
  /** Like `setInterval`, never keeps the process alive; returns the function that stops it. */
  every(intervalMs: number, run: () => void): () => void;
}

/** A function as V8's profile tells it: where it starts. Line and column count from 0, -1 where unknown (native). */
export interface ProfiledFunction {
  name: string;
  scriptId: number;
  url: string;
  line: number;
  column: number;
}
