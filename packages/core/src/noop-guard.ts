import { LeakguardError } from './errors.ts';
import { DISABLED, ISOLATES, type MarkedGuard, RECORD, SCOPE_TURN } from './guard-marks.ts';
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
    on: () => () => undefined,
    close,
    [Symbol.asyncDispose]: close,
  };
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
      unavailable: [
        { channel: 'floors', reason },
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
