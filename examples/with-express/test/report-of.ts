import type { GrowthReport, ScopeReport, Verdict } from '@leakguard/core';
import { createGuard } from '@leakguard/core';

/** A report in which these routes have these verdicts. */
export function reportOf(verdicts: Record<string, Verdict>): GrowthReport {
  const empty = createGuard({ enabled: false }).report();
  return { ...empty, scopes: Object.entries(verdicts).map(([scope, verdict]) => scopeOf(scope, verdict)) };
}

function scopeOf(scope: string, verdict: Verdict): ScopeReport {
  const growing = verdict === 'growing' || verdict === 'leaking';
  return {
    scope,
    kind: 'route',
    units: 1200,
    turn: 0,
    inFlight: 0,
    verdict,
    bytesPerUnit: growing ? 9830 : null,
    ci95: growing ? [9000, 10_600] : null,
    totalBytes: growing ? 11_796_000 : null,
    signal: growing ? 'oldSpace' : null,
    channels: growing ? ['floors'] : [],
    candidates: [],
    site: null,
    survivors: { sampled: 17, alive: growing ? 17 : 0 },
    minDetectableBytes: 1100,
    since: null,
    unitsPerSecond: 20,
    bytesPerHour: null,
    evidence: [],
    fingerprint: null,
  };
}
