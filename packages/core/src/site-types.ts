import type { MemoryReport, ScopeKind, Verdict } from './types.ts';

/** Where a function starts: V8 names functions, not lines. As the app's source has it, where a source map tells. */
export interface Frame {
  /** Its name, `(anonymous)` without one. */
  function: string;
  /** Relative to the working directory if it is below it; else absolute, or as V8 names it (`node:fs`); `''` for native code. */
  file: string;
  /** Counted from 1. */
  line: number;
  /** Counted from 1. */
  column: number;
  /** Name and version of the package whose file it is, `keyv@5.5.0`; missing for the app's own files and for Node's. */
  package?: string;
}

/** An expression in the allocating function that may have made what stayed. A guess from the source, and labelled as one. */
export interface AllocationCandidate {
  /** Counted from 1. */
  line: number;
  /** Counted from 1. */
  column: number;
  /** The source of it in one line, shortened. */
  text: string;
  /** What it does: makes something (`object`, `array`, `closure`, `new`, `string`), or puts it into something (`keeps`). */
  kind: 'keeps' | 'object' | 'array' | 'closure' | 'new' | 'string';
  /** Of `keeps`: what it is put into, if that outlives the function: 'a module-level Map'; else null. */
  container: string | null;
}

/** The function that allocated what stayed. */
export interface SiteReport {
  /**
   * `function`: called by the handler of a route or job. `middleware`: runs for several routes. `requests`: only frames of Node and of
   * the framework, so the request objects themselves are kept.
   */
  kind: 'function' | 'middleware' | 'requests';
  /** What the handler called: the outermost function of a package, which you can upgrade, or else of the app. */
  entry: Frame;
  /** The innermost function that is not Node's: what allocates. */
  allocating: Frame;
  /** The handler of the route or job below which that happened, of `middleware` the middleware; null where it is not known. */
  handler: Frame | null;
  /** Only of `middleware`: the scopes it was seen to run for, some of many and how many more, `every` one or not; null if none was seen. */
  runsFor?: { every: boolean; scopes: string[]; more: number } | null;
  /** Of the bytes that stayed (of this scope), 0 to 1. */
  share: number;
  /** Samples behind it; under 5 it is a hint. */
  samples: number;
  /** Expressions of the allocating function, likeliest first; empty where its source cannot be read. */
  lines: AllocationCandidate[];
}

/** One line of `topSites`: what stays allocated by one function, and how that changed since the read before. */
export interface TopSite {
  frame: Frame;
  /** Live bytes, estimated from samples. */
  bytes: number;
  samples: number;
  /** Since the read before; of a first one since the profiler was started, when no sample was alive. */
  deltaBytes: number;
  /** Half width of a 95 % interval of `bytes`, by the samples alone. */
  errorBytes: number;
  /** Age of its median sample, milliseconds; null while that is unknown. */
  ageMs: number | null;
}

/** Live samples of one stack. */
export interface StackStatistic {
  /** Innermost first: indexes into `frames`. */
  stack: readonly number[];
  /** The scope below whose handler it was allocated, null where none was on the stack or several could be. */
  scope: string | null;
  /** Live bytes, estimated from samples. */
  bytes: number;
  samples: number;
  /** Sum of squares of what the samples stand for, bytes squared: the variance of `bytes`, roughly. */
  variance: number;
  /**
   * Ordinals of the samples, ascending, where they are known. Within one process the same ordinal is the same object, so that a
   * difference of two snapshots errs only by what came and went between them.
   */
  ordinals?: readonly number[];
}

/** What a snapshot holds, as plain JSON; also the content of a snapshot file. */
export interface AllocationSnapshotData {
  v: 1;
  kind: 'leakguard.allocations';
  /** ISO 8601. */
  time: string;
  pid: number;
  threadId?: number;
  /** Of one process (or thread) from its start to its end: snapshots of two processes cannot be compared. */
  process: string;
  node: string;
  uptimeMs: number;
  memory: MemoryReport;
  scopes: { scope: string; kind: ScopeKind; units: number }[];
  /** What else grows when something leaks, by name: timers, sockets, listeners ...; missing where nobody counted. */
  counters?: Record<string, number>;
  /** Bytes per sample on average; null where the profiler does not run. */
  samplingIntervalBytes: number | null;
  frames: Frame[];
  /** Live samples by stack; null for an entry of the rolling buffer that was taken without a read. */
  stacks: StackStatistic[] | null;
  /** Why there are no stacks, else null. */
  unavailable: string | null;
  /**
   * How long the profiler had run when it was read, milliseconds: what was allocated before is not in the stacks. About 0 where this snapshot
   * started it, so that it is only good to compare others with. Missing without a read.
   */
  sampledMs?: number;
  /** CPU that taking it cost, milliseconds: as measured in the read and the turns that placed it, and an estimate of what follows. */
  costMs: number;
  /** The longest that it stopped the program without a break: the read with its GC, or a turn of placing it; milliseconds. */
  pauseMs: number;
}

/** Live objects of one type, and how many more than at the call before. */
export interface TypeGrowth {
  /** Name of the constructor; `Job#2` for a second class of that name. */
  type: string;
  count: number;
  /** Since the call before, null at the first. */
  delta: number | null;
}

/** What can be tracked: a Map, a Set, an array, a cache, or a function that says how many entries there are. */
export type Trackable = Sizeable | (() => number);

/** Something that holds entries; its `size` is read, else its `length`. */
export interface Sizeable {
  readonly size?: number;
  readonly length?: number;
}

/** What is known of the size of a tracked collection. */
export interface CollectionReport {
  name: string;
  /** Entries, null while its size cannot be read. */
  size: number | null;
  verdict: Verdict;
  /** Entries that stay per finished unit of `scope` (of any scope where that is null); null without evidence, and for growth with time alone. */
  perUnit: number | null;
  ci95: [number, number] | null;
  /** Whose units it grows by; null where it does not grow, where it grows with every unit or with time, and where that was not looked for. */
  scope: string | null;
  /** Who else it could be, most probable first. */
  candidates: { scope: string; probability: number }[];
  /** The most it holds, where it says so itself (`max`). */
  limit: number | null;
}

/** A count of the process that grows when something leaks. */
export interface CounterReport {
  /** 'active Timeout', "listeners 'data' on Server", 'detached contexts', 'global handles (bytes)'. */
  name: string;
  value: number;
  /** By which it grows per thousand finished units beyond what units in flight explain; null without a basis for it. */
  perThousandUnits: number | null;
  /** Whether it grew steadily over all that was seen, far beyond its noise. */
  growing: boolean;
}
