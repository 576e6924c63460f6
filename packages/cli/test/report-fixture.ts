import type { GrowthReport, ScopeReport } from '@leakguard/core';

/** A report of one leaking route, as a guard writes it. */
export function leakingReport(): GrowthReport {
  return {
    v: 1,
    time: '2026-11-22T16:54:26.000Z',
    pid: 4242,
    node: 'v20.20.2',
    level: 'prove',
    uptimeMs: 60_000,
    memory: {
      floorBytes: 82_000_000,
      heapUsedBytes: 90_000_000,
      rssBytes: 200_000_000,
      externalBytes: 4_000_000,
      arrayBuffersBytes: 1_000_000,
      heapLimitBytes: 2_197_815_296,
      floorSlopeBytesPerHour: null,
      growing: ['oldSpace'],
      forecast: null,
    },
    scopes: [leakingScope()],
    unattributed: null,
    site: null,
    collections: [],
    counters: [],
    evidence: {
      majorGcs: 133,
      forcedGcs: 130,
      rows: 120,
      majorGcsNeeded: 0,
      etaMs: 0,
      majorGcIntervalMs: 700,
      rareGcs: false,
      profilerReads: 0,
      profilerWaits: null,
      unavailable: [],
      evicted: { scopes: 0, units: 0 },
    },
    overhead: {
      share: 0.1,
      ownCpuMs: 6000,
      processCpuMs: 60_000,
      boundaryMicrosPerUnit: 2,
      timedOneIn: 64,
      canaryOneIn: 16,
      limited: false,
    },
  };
}

function leakingScope(): ScopeReport {
  return {
    scope: 'GET /cart',
    kind: 'route',
    units: 7000,
    turn: 0,
    inFlight: 1,
    verdict: 'leaking',
    bytesPerUnit: 10_100,
    ci95: [9800, 10_400],
    totalBytes: 66_000_000,
    signal: 'oldSpace',
    channels: ['floors'],
    candidates: [{ scope: 'GET /products', probability: 0.02 }],
    site: null,
    survivors: { sampled: 30, alive: 0 },
    minDetectableBytes: 1100,
    since: '2026-11-22T16:54:00.000Z',
    unitsPerSecond: 92.2,
    bytesPerHour: 3_350_000_000,
    evidence: [{ channel: 'floors', posterior: 0.98, note: 'oldSpace, Bayes factor for growth e^169' }],
    fingerprint: '3e55a55a',
  };
}
