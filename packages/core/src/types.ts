import type { AllocationSnapshot } from './report/allocation-snapshot.ts';
import type { CollectionReport, CounterReport, SiteReport, Trackable, TypeGrowth } from './site-types.ts';

/** What growth is attributed to: an HTTP route pattern or a job name. */
export type ScopeKind = 'route' | 'job';

/**
 * An interned scope: a small integer, so that a request carries no string. Made by `Guard.scope`. The brand has a name
 * and no unique symbol: the declarations of ESM and of CommonJS are one type, as their guards are one.
 */
export type ScopeId = number & { readonly 'leakguard.scopeId': true };

/**
 * How hard the guard looks.
 * At `watch`, `diagnose` and `auto` only reads of the profiler force a garbage collection, at most one a minute and within
 * `maxOverhead`; `prove` (tests, staging) forces many a minute.
 */
export type Level = 'auto' | 'watch' | 'diagnose' | 'prove';

/** `growing`: evidence of growth. `leaking`: growth that also went on in a second, disjoint period. */
export type Verdict = 'warming-up' | 'stable' | 'growing' | 'leaking';

/** What is read right after a major GC, in bytes; `external` is without `arrayBuffers`, so that no byte counts twice. */
export type Signal = 'heap' | 'oldSpace' | 'external' | 'arrayBuffers';

/** The independent sources of evidence. */
export type Channel = 'floors' | 'sites' | 'survivors' | 'collections';

/** What an adapter may hand over when a unit ends. Nothing of it is kept alive. */
export interface Seen {
  /** The object that should be garbage soon (`req`, `ctx`, `job`): a sampled few get a WeakRef canary. */
  subject?: object;
  /** The functions that handled the unit: below them the `sites` channel looks for what stayed. The same list for the same route. */
  handlers?: readonly ((...args: never[]) => unknown)[];
  /** True for a unit that ran in another isolate: what this heap grew by meanwhile is no spike of its. */
  elsewhere?: boolean;
}

/** One request or job in flight. Both methods never throw; a second `end` is ignored. */
export interface Unit {
  /** Says which scope the unit belongs to as soon as that is known, so that `inFlight` is right per scope. */
  enter(scope: ScopeId): void;
  /** Counts the unit as finished in `scope`. */
  end(scope: ScopeId, seen?: Seen): void;
}

/** The part of pino's logger that is used; `console` has the same shape. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Options of a guard. Nonsense throws `ERR_LEAKGUARD_OPTION` at once, with the value and the allowed range. */
export interface GuardOptions {
  /** How hard to look. @default 'auto' */
  level?: Level;
  /** Off: the guard counts nothing and reads nothing. @default false under NODE_ENV=test, VITEST or JEST_WORKER_ID, else true */
  enabled?: boolean;
  /** Smallest growth per unit worth reporting, bytes or '128B', '2KB'. @default 128 */
  minBytesPerUnit?: number | string;
  /** Smallest total growth worth reporting, bytes or '1MB'. @default 1048576 */
  minTotalBytes?: number | string;
  /**
   * A single unit's own heap delta worth a line, bytes or '1MB'. Read on a sampled few of the units that ran alone and
   * without a GC inside. It is what was allocated between begin and end, garbage included: no leak. @default '1MB'
   */
  spikeThreshold?: number | string;
  /** Milliseconds between periodic log tables. @default 60000 (1,000 to 86,400,000) */
  reportInterval?: number;
  /**
   * Scopes told apart at a time. Others count in `(other)` until one has been idle for 20 major GCs and loses its place, which
   * is looked for once per `reportInterval`. @default 500 (1 to 10,000)
   */
  maxScopes?: number;
  /** The guard's own share of the process's CPU; above it the guard lowers its sampling. At `prove` forced GCs are charged but not limited. @default 0.01 (0.0001 to 1) */
  maxOverhead?: number;
  /** Force a GC when nothing is in flight and major GCs are rarer than one in two minutes, within 0.1 % of time. @default false */
  idleGc?: boolean;
  /** Where lines go. @default pino to stderr */
  logger?: Logger;
  /** The periodic table to the logger. @default 'when-growing' */
  logGrowth?: 'when-growing' | 'always' | false;
  /**
   * Path of the growth log: every event and, once per `reportInterval`, the state of every scope, as NDJSON. Each process
   * and worker thread writes its own file: `.<pid>` or `.<pid>-<threadId>` goes before the extension. Rotated at 10 MB, five files
   * are kept per process. Missing folders are made. While it cannot be written, lines are lost and one warning says so.
   * @default no file
   */
  logFile?: string;
  /**
   * V8's sampling heap profiler, which names the functions that allocated what stayed. `auto`: it starts 30 s after the guard (at
   * once at `prove`) and stays off beside any other heap profiler. @default 'auto'
   */
  profiler?: 'auto' | false;
  /** Longest stop, in milliseconds, that reading the profiler may be expected to make; it is not read where that is longer. @default 300 (1 to 60,000) */
  maxPause?: number;
  /** The profiler is not read while more than this of the heap is used, bytes or '512MB'. Asking for a snapshot reads it all the same. @default '512MB' */
  maxHeapForReads?: number | string;
  /**
   * A socket for `leakguard snapshot <pid>`, in a folder that only this user may enter; quietly off where it cannot be made.
   * @default true
   */
  control?: boolean;
  /**
   * A signal on which the process writes an allocation snapshot, in the main thread only. The environment variable LEAKGUARD_SIGNAL
   * sets it without code. Off under nodemon, which restarts by SIGUSR2. @default false
   */
  signal?: NodeJS.Signals | false;
  /** Where snapshots that a signal asked for are written. @default this user's own folder below that for temporary files */
  snapshotDir?: string;
  /** Scopes to leave out of the ledger's named scopes (health checks ...): they count in `(ignored)`. */
  ignore?: (scope: string) => boolean;
}

/** Events of `Guard.on`, each with the object its listener gets. */
export interface GuardEvents {
  /** A scope became `growing`. */
  growth: ScopeReport;
  /** A scope became `leaking`. */
  leak: ScopeReport;
  /** A scope that was `growing` or `leaking` is `stable` again. */
  cleared: ScopeReport;
  /** One unit allocated `spikeThreshold` or more; at most once per scope and `reportInterval`. */
  spike: SpikeReport;
  /** A snapshot was asked for: by code, by signal, or through the control socket. */
  snapshot: AllocationSnapshot;
  /** A background failure of the guard itself, of a listener or of the logger. The host is not affected. */
  error: Error;
}

/** A guard: one ledger, one set of channels, one report. */
export interface Guard extends AsyncDisposable {
  /**
   * Interns a scope; the same kind and name give the same id. Call it once per scope, not per unit, and again when you want
   * a scope back that lost its place (`maxScopes`): units of an id that lost it count in `(other)`. Names are kept in one
   * line of at most 256 characters.
   */
  scope(kind: ScopeKind, name: string): ScopeId;
  /** Begins a unit: a request arrived, a job started. */
  begin(): Unit;
  /** The report as of now: synchronous and cheap, forces nothing. */
  report(): GrowthReport;
  /** Finishes a window now (at `prove`: forces a GC first), then reports. Traffic may go on meanwhile. */
  analyze(): Promise<GrowthReport>;
  /**
   * Live objects by constructor, and what each gained since the call before. It stops the program: 0.5 to 0.7 s for a million
   * objects. Not seen: objects without a prototype, strings, numbers, context variables of closures.
   *
   * @throws LeakguardError rejects `ERR_LEAKGUARD_BUDGET` with the figures where it would take longer than 2 s (or `maxPause`, if that is more), of a heap above `maxHeapForReads`, of
   *   more than 5 million objects, and where too little memory is left; `ERR_LEAKGUARD_TYPES` where the inspector is not to be had
   */
  typeGrowth(): Promise<TypeGrowth[]>;
  /**
   * Tracks the size of a Map, Set, array or cache, or what a function says it is: reports tell whether it grows, and by whose units.
   * The collection is not kept alive; a function is, until the tracking ends.
   *
   * @param name what reports call it; a second one of that name is `name#2`
   * @returns the function that ends it
   * @throws LeakguardError `ERR_LEAKGUARD_TRACK` for what has no size, and beyond 200 collections
   */
  track(name: string, collection: Trackable): () => void;
  /**
   * Who allocated what is alive now, by the samples of V8's heap profiler; the last five are kept. Costs one read: a forced GC, and
   * about half a second of CPU with its after-effect, as `costMs` says. Starts the profiler if it does not run yet: what was
   * allocated before is not in it. Where there is none, the snapshot has no stacks and `unavailable` says why.
   */
  takeSnapshot(): Promise<AllocationSnapshot>;
  /** Subscribes; returns the function that unsubscribes. A listener that throws is reported on `error`. */
  on<E extends keyof GuardEvents>(event: E, listener: (payload: GuardEvents[E]) => void): () => void;
  /**
   * Stops every observer and timer. Units still in flight end without effect. A shared guard closes with its last user;
   * a handle that was closed counts nothing more.
   */
  close(): Promise<void>;
}

/** Everything known, as plain JSON. */
export interface GrowthReport {
  v: 1;
  /** ISO 8601. */
  time: string;
  pid: number;
  node: string;
  level: Level;
  uptimeMs: number;
  memory: MemoryReport;
  /** Worst first. */
  scopes: ScopeReport[];
  /** Growth that follows no single scope, else null. */
  unattributed: UnattributedReport | null;
  /** What was tracked, in that order. */
  collections: CollectionReport[];
  /** Counts that grow when something leaks: those that grow first. */
  counters: CounterReport[];
  /** How far the evidence has come and what is missing for a verdict. */
  evidence: EvidenceReport;
  overhead: OverheadReport;
}

export interface MemoryReport {
  /** Live heap after the last major GC, null before the first. */
  floorBytes: number | null;
  heapUsedBytes: number;
  rssBytes: number;
  externalBytes: number;
  arrayBuffersBytes: number;
  heapLimitBytes: number;
  /** Robust slope of the floor over the last rows, null while unknown. */
  floorSlopeBytesPerHour: number | null;
  /** The signals that are growing now. */
  growing: Signal[];
  /** When the live heap reaches its limit, null while the heap is not growing or it may be never. */
  forecast: HeapForecast | null;
}

/**
 * When live heap reaches the limit if it goes on as it does now. V8 gives up a little earlier: it needs room for young
 * objects and for the GC itself. Knows nothing of nights and weekends.
 */
export interface HeapForecast {
  limitBytes: number;
  /** Milliseconds from the report's time, the median. */
  inMs: number;
  ci95Ms: [number, number];
}

export interface EvidenceReport {
  /** Major GCs seen, forced ones included. */
  majorGcs: number;
  forcedGcs: number;
  /** Floor rows that entered the analysis (after warm-up and block minimum). */
  rows: number;
  /** Further major GCs needed before the first verdict; 0 once there is one. */
  majorGcsNeeded: number;
  /** Estimated milliseconds until then at the present pace, null while the pace is unknown. */
  etaMs: number | null;
  /** Median interval between major GCs, null before two. */
  majorGcIntervalMs: number | null;
  /** True when major GCs are rarer than one in two minutes, so that verdicts come slowly. */
  rareGcs: boolean;
  /** How often V8's heap profiler was read. */
  profilerReads: number;
  /** Why it is not read right now, null while nothing hinders it or it does not run. */
  profilerWaits: string | null;
  /** Channels that cannot work here, with the reason. */
  unavailable: { channel: Channel; reason: string }[];
  /** Scopes that were idle and lost their place to others because `maxScopes` was reached, and the units they had finished. */
  evicted: { scopes: number; units: number };
}

export interface OverheadReport {
  /** Own CPU over the process's CPU since start, 0 to 1. */
  share: number;
  /** Of this process; what isolates (BullMQ processor files) spend on measuring themselves is not in it. */
  ownCpuMs: number;
  processCpuMs: number;
  /** Mean cost of begin plus end, microseconds, timed on one unit in `timedOneIn`. */
  boundaryMicrosPerUnit: number | null;
  timedOneIn: number;
  /** One finished unit in this many gets a canary; null while the guard has switched canaries off to stay inside `maxOverhead`. */
  canaryOneIn: number | null;
  /** True while sampling is below its default to stay inside `maxOverhead`. */
  limited: boolean;
}

export interface UnattributedReport {
  /** `every-request`: grows with the number of units, whatever the scope. `background`: grows with time, traffic or not. */
  source: 'every-request' | 'background';
  verdict: Verdict;
  signal: Signal;
  /** Only of growth inside isolates (sandboxed job processors), not of this process's own memory: how many were measured. */
  isolates?: number;
  bytesPerUnit: number | null;
  ci95: [number, number] | null;
  bytesPerHour: number | null;
  totalBytes: number | null;
  probability: number;
  /** The function that allocated what stayed, null while no sample tells. */
  site: SiteReport | null;
  candidates: { scope: string; probability: number }[];
}

export interface ScopeReport {
  scope: string;
  kind: ScopeKind;
  /** Finished since the scope got its place. */
  units: number;
  /**
   * How many scopes had lost their place (`maxScopes`) when this one got its own. One that lost it and came back has a higher
   * turn than before, and its units count from 0 again.
   */
  turn: number;
  inFlight: number;
  verdict: Verdict;
  /** Bytes that stay per finished unit, null without evidence. */
  bytesPerUnit: number | null;
  ci95: [number, number] | null;
  /** Growth that this scope explains since the first row, bytes. */
  totalBytes: number | null;
  signal: Signal | null;
  channels: Channel[];
  /** Who else it could be, most probable first, this scope not included. */
  candidates: { scope: string; probability: number }[];
  /** The function that allocated what stayed, null while the `sites` channel knows none. */
  site: SiteReport | null;
  survivors: { sampled: number; alive: number } | null;
  /** The smallest leak per unit on this scope that this run could have seen, null before there is a basis for it. */
  minDetectableBytes: number | null;
  /** ISO 8601 time at which the verdict became `growing` or `leaking`. */
  since: string | null;
  unitsPerSecond: number;
  bytesPerHour: number | null;
  evidence: ScopeEvidence[];
  fingerprint: string | null;
}

/** What one unit allocated between its begin and its end: it ran alone, and no GC fell inside. Not a leak by itself. */
export interface SpikeReport {
  scope: string;
  kind: ScopeKind;
  /** Growth of V8's used heap over the unit, garbage and the work of timers included; Buffers are not in it. */
  bytes: number;
  /** Spikes of this scope that were seen since its last line and got none. */
  suppressed: number;
}

export interface ScopeEvidence {
  channel: Channel;
  samples?: number;
  p?: number;
  posterior?: number;
  /** Only of growth inside isolates (sandboxed job processors): how many were measured. */
  isolates?: number;
  note?: string;
}

/** An isolate that ran jobs was replaced, as an adapter tells it: the replacement was ready first. */
export interface RecycleEvent {
  event: 'recycle';
  /** Name of the queue. */
  queue: string;
  /** Why: 'jobs' (so many jobs), 'heap' or 'memory' (a limit in bytes), 'signal'; later versions may add others. */
  reason: RecycleReason;
  /** Jobs that it had finished. */
  jobs: number;
  /** Its heap and external memory before, bytes; null where they were not read. */
  heapBytes: number | null;
  /** Who left: a child process (id: pid), a worker thread (id: threadId) or a process under a supervisor. */
  isolate: { kind: 'process' | 'thread' | 'supervised'; id: number | string };
  /** How long the hand-over took, milliseconds; null where it was not measured. */
  ms: number | null;
}

/** Why an isolate was recycled: the known reasons, and room for more. */
export type RecycleReason = 'jobs' | 'heap' | 'memory' | 'signal' | (string & Record<never, never>);

/** Something in Redis that keeps more of a queue than it needs to. Names and sizes only, never data of jobs. */
export interface AuditEvent {
  event: 'audit';
  /** Name of the queue. */
  queue: string;
  /** Stable name of the kind of finding, 'completed-jobs-kept'. */
  finding: string;
  severity: 'warning' | 'info';
  /** What was found, for people. */
  text: string;
  /** Bytes in Redis that it is about; null where they could not be measured. */
  bytes: number | null;
  /** The line that mends it. */
  fix: string;
}
