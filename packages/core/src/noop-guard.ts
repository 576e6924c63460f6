import type { GrowthReport, Guard, Level, ScopeId, Unit } from './types.ts';

const NOOP_UNIT: Unit = Object.freeze({ enter: () => undefined, end: () => undefined });

/** The guard of `enabled: false`: every method works, nothing is counted, read or started. */
export function noopGuard(level: Level): Guard {
  const close = (): Promise<void> => Promise.resolve();
  return {
    scope: () => 0 as ScopeId,
    begin: () => NOOP_UNIT,
    report: () => emptyReport(level),
    analyze: () => Promise.resolve(emptyReport(level)),
    on: () => () => undefined,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function emptyReport(level: Level): GrowthReport {
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
    },
    scopes: [],
    unattributed: null,
    evidence: {
      majorGcs: 0,
      forcedGcs: 0,
      rows: 0,
      majorGcsNeeded: 0,
      etaMs: null,
      majorGcIntervalMs: null,
      rareGcs: false,
      unavailable: [
        { channel: 'floors', reason: 'the guard is disabled (option enabled)' },
        { channel: 'survivors', reason: 'the guard is disabled (option enabled)' },
      ],
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
