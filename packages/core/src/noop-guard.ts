import { isMainThread, threadId } from 'node:worker_threads';
import { LeakguardError } from './errors.ts';
import { DISABLED, ISOLATES, type MarkedGuard, RECORD, SCOPE_TURN } from './guard-marks.ts';
import { AllocationSnapshot } from './report/allocation-snapshot.ts';
import { processIdentity } from './report/process-identity.ts';
import { snapshotData } from './report/snapshot-data.ts';
import type { GrowthReport, Level, ScopeId, Unit } from './types.ts';

/** Belongs to no ledger, so that none counts it. */
export const NO_SCOPE: ScopeId = -1 as ScopeId;

/** A unit that nobody counts. */
export const NOOP_UNIT: Unit = Object.freeze({ enter: () => undefined, end: () => undefined });

/** The guard of `enabled: false`: every method works, nothing is counted, read or started. */
export function noopGuard(level: Level): MarkedGuard {
  return noop(level, 'the guard is disabled (option enabled)');
}

/** A guard that was closed before it ever started: like {@link noopGuard}, but `analyze` says that it is closed. */
export function closedGuard(level: Level): MarkedGuard {
  return {
    ...noop(level, 'the guard was closed before its first unit'),
    analyze: () => Promise.reject(closedError()),
    typeGrowth: () => Promise.reject(closedError()),
    takeSnapshot: () => Promise.reject(closedError()),
  };
}

/** What `analyze` of a closed guard rejects with. */
export function closedError(): LeakguardError {
  return new LeakguardError('ERR_LEAKGUARD_CLOSED', 'leakguard: this guard is closed');
}

function noop(level: Level, reason: string): MarkedGuard {
  const close = (): Promise<void> => Promise.resolve();
  return {
    [DISABLED]: true,
    [SCOPE_TURN]: 0,
    [RECORD]: () => undefined,
    [ISOLATES]: () => null,
    scope: () => NO_SCOPE,
    begin: () => NOOP_UNIT,
    report: () => emptyReport(level, reason),
    analyze: () => Promise.resolve(emptyReport(level, reason)),
    typeGrowth: () => Promise.resolve([]),
    track: () => () => undefined,
    takeSnapshot: () => Promise.resolve(emptySnapshot(level, reason)),
    on: () => () => undefined,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function emptySnapshot(level: Level, reason: string): AllocationSnapshot {
  const { time, pid, node, uptimeMs, memory, scopes } = emptyReport(level, reason);
  return new AllocationSnapshot(
    snapshotData({
      ...{ time, pid, node, uptimeMs, memory, scopes, stacks: null, unavailable: reason },
      ...{ process: processIdentity(), threadId: isMainThread ? null : threadId },
      ...{ samplingIntervalBytes: null, costMs: 0, pauseMs: 0 },
    }),
  );
}

function emptyReport(level: Level, reason: string): GrowthReport {
  return {
    v: 1,
    time: new Date().toISOString(),
    pid: process.pid,
    node: process.version,
    level,
    uptimeMs: 0,
    memory: {
      floorBytes: null,
      heapUsedBytes: 0,
      rssBytes: 0,
      externalBytes: 0,
      arrayBuffersBytes: 0,
      heapLimitBytes: 0,
      floorSlopeBytesPerHour: null,
      growing: [],
      forecast: null,
    },
    scopes: [],
    unattributed: null,
    site: null,
    collections: [],
    counters: [],
    evidence: {
      majorGcs: 0,
      forcedGcs: 0,
      rows: 0,
      majorGcsNeeded: 0,
      etaMs: null,
      majorGcIntervalMs: null,
      rareGcs: false,
      profilerReads: 0,
      profilerWaits: null,
      unavailable: [
        { channel: 'floors', reason },
        { channel: 'sites', reason },
        { channel: 'survivors', reason },
      ],
      evicted: { scopes: 0, units: 0 },
    },
    overhead: {
      share: 0,
      ownCpuMs: 0,
      processCpuMs: 0,
      boundaryMicrosPerUnit: null,
      timedOneIn: 0,
      canaryOneIn: null,
      limited: false,
    },
  };
}
