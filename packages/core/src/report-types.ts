import type { CollectionReport, CounterReport, SiteReport } from './site-types.ts';
import type { Channel, Level, ScopeKind, Signal, Verdict } from './types.ts';

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
  /** The function that allocated most of what stays, whether or not anything is said to grow; null while no sample tells. */
  site: SiteReport | null;
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
  /**
   * `every-request`: grows with the number of units, whatever the scope. `background`: grows with time, traffic or not. `undecided`: it
   * grows, and no source is probable enough to be named; the candidates are who it may be.
   */
  source: 'every-request' | 'background' | 'undecided';
  verdict: Verdict;
  signal: Signal;
  /** Only of growth inside isolates (sandboxed job processors), not of this process's own memory: how many were measured. */
  isolates?: number;
  bytesPerUnit: number | null;
  ci95: [number, number] | null;
  bytesPerHour: number | null;
  totalBytes: number | null;
  /** That it is this source; 0 where nobody is named. */
  probability: number;
  channels: Channel[];
  evidence: ScopeEvidence[];
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
