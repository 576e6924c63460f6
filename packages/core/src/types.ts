import type { AllocationSnapshot } from './report/allocation-snapshot.ts';
import type { GrowthReport, ScopeReport, SpikeReport } from './report-types.ts';
import type { Trackable, TypeGrowth } from './site-types.ts';

export type * from './report-types.ts';

/** What growth is attributed to: an HTTP route pattern or a job name. */
export type ScopeKind = 'route' | 'job';

/**
 * An interned scope: a small integer, so that a request carries no string. Made by `Guard.scope`. The brand has a name
 * and no unique symbol: the declarations of ESM and of CommonJS are one type, as their guards are one.
 */
export type ScopeId = number & { readonly 'leakguard.scopeId': true };

/**
 * How hard the guard looks.
 * `watch`, `diagnose` and `auto` force a garbage collection only to read the heap profiler, once a minute at most and within
 * `maxOverhead` and `maxPause` (on Node 26 not even then); `prove` (tests, staging) does many times a minute.
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
  /**
   * Longest stop, in milliseconds, that reading the profiler may be expected to make: it is not read where that is longer, and a source file
   * that takes longer is not parsed. @default 300 (1 to 60,000)
   */
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
  /** Where snapshots that a signal asked for are written. @default the system's folder for temporary files */
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
   * Who allocated what is alive now, by the samples of V8's heap profiler; the last five are kept. Costs one read: a forced GC, the
   * CPU of placing its stacks, and what the requests after it pay, as `costMs` says. Starts the profiler if it does not run yet: what was
   * allocated before is not in it, `data.sampledMs` says how long it had run. Where there is none, the snapshot has no stacks and
   * `unavailable` says why. The process does not end before it is taken.
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
