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
  /** Like `setInterval`, never keeps the process alive; returns the function that stops it. */
  every(intervalMs: number, run: () => void): () => void;
}
