import { describe, expect, it } from 'vitest';
import type { SourceAnalysis } from '../../src/attribute/single-source.ts';
import type { NamedGrowth } from '../../src/decide/channel-growth.ts';
import type { Finding } from '../../src/decide/findings.ts';
import type { SiteGrowth } from '../../src/decide/site-verdicts.ts';
import { FIRST_SCOPE } from '../../src/measure/floor.ts';
import { type ScopeFacts, type SharedEvidence, scopeReports } from '../../src/report/growth-report.ts';
import type { SiteReport } from '../../src/site-types.ts';

const facts = (slot: number, change: Partial<ScopeFacts> = {}): ScopeFacts => ({
  slot,
  scope: `GET /${slot}`,
  kind: 'route',
  units: 1000,
  turn: 0,
  inFlight: 0,
  unitsPerSecond: 10,
  retained: null,
  since: null,
  site: () => null,
  isolateSite: () => null,
  ...change,
});

const analysis = (bytes: number, evidence: number[] = []): SourceAnalysis => ({
  innovations: 50,
  growthEvidence: 0,
  warmUp: null,
  lineEvidence: 0,
  leakEvidence: 0,
  sourceEvidence: Float64Array.from([0, 0, ...evidence]),
  namingEvidence: Float64Array.from([0, 0, ...evidence]),
  credible: [],
  sigmaBytes: 1000,
  estimate: () => ({ bytesPerUnit: bytes, standardError: 10, ci95: [bytes - 20, bytes + 20] }),
  minDetectable: (_, { bytesPerUnit }) => bytesPerUnit + 40,
});

const growth = (id: number, change: Partial<NamedGrowth> = {}): NamedGrowth => ({
  key: `heap/${id}`,
  verdict: 'growing',
  source: FIRST_SCOPE + id,
  estimate: { bytesPerUnit: 500, standardError: 10, ci95: [480, 520] },
  totalBytes: 500_000,
  probability: 0.8,
  credible: [
    { source: FIRST_SCOPE + id, probability: 0.8 },
    { source: 0, probability: 0.1 },
    { source: 1, probability: 0.1 },
  ],
  evidence: 20,
  sinceMs: 0,
  signal: 'heap',
  namedBy: 'oldSpace',
  ...change,
});

const finding = (of: NamedGrowth, sites: SiteGrowth | null = null): Finding => {
  const { key, source, verdict } = of;
  return {
    key,
    source,
    told: source,
    verdict,
    names: new Map([[source, verdict]]),
    growth: of,
    floors: of,
    sites,
    quietLooks: 0,
  };
};

const shared = (change: Partial<SharedEvidence> = {}): SharedEvidence => ({
  findings: [],
  warmingUp: false,
  oldSpace: null,
  heap: null,
  minBytesPerUnit: 128,
  minTotalBytes: 1024 * 1024,
  amountOf: () => 1000,
  isolates: null,
  nameOf: (scope) => `GET /${scope}`,
  ...change,
});

const kept: ScopeFacts['retained'] = {
  tally: { sampled: 20, alive: 5, retainedBornAt: [1, 2, 3, 4, 5] },
  verdict: 'growing',
};

describe('scopeReports', () => {
  it('puts the worst first: leaking, then growing by what stayed, then retained, then traffic', () => {
    const growths = [
      growth(1),
      growth(2, { totalBytes: 9e6 }),
      growth(3, { verdict: 'leaking', totalBytes: 1 }),
    ];
    const scopes = [facts(0, { units: 5 }), facts(1), facts(2), facts(3), facts(4, { units: 9999 })];
    const findings = growths.map((of) => finding(of));
    const order = scopeReports(scopes, shared({ findings })).map(({ scope }) => scope);
    expect(order).toEqual(['GET /3', 'GET /2', 'GET /1', 'GET /4', 'GET /0']);
  });

  it('puts stable scopes in the order of what would explain growth best, before any threshold is reached', () => {
    const oldSpace = analysis(0, [0.1, 4, -2]);
    const order = scopeReports([facts(0), facts(1), facts(2, { units: 9e6 })], shared({ oldSpace }));
    expect(order.map(({ scope, verdict }) => `${scope} ${verdict}`)).toEqual([
      'GET /1 stable',
      'GET /0 stable',
      'GET /2 stable',
    ]);
  });

  it('gives the site of this process for growth of its own, and that of isolates for growth in them', () => {
    const [own, inside] = ['own', 'inside'].map((name) => ({ handler: { function: name } }) as SiteReport);
    const scope = facts(1, { site: () => own!, isolateSite: () => inside! });
    const siteOf = (growths: NamedGrowth[]) =>
      scopeReports([scope], shared({ findings: growths.map((of) => finding(of)) }))[0]!.site;
    expect(siteOf([growth(1)])).toBe(own);
    expect(siteOf([growth(1, { isolates: 3 })])).toBe(inside);
    expect(siteOf([])).toBeNull();
  });

  it('names the candidates that are no scope for what they are', () => {
    const [report] = scopeReports([facts(1)], shared({ findings: [finding(growth(1))] }));
    expect(report!.candidates.map(({ scope }) => scope)).toEqual(['(every request)', '(background)']);
  });

  it('gives the size of kept requests from the heap when nothing else explains it', () => {
    const [report] = scopeReports([facts(0, { retained: kept })], shared({ heap: analysis(6900) }));
    expect(report).toMatchObject({ bytesPerUnit: 6900, signal: 'heap', channels: ['survivors'] });
  });

  it('gives kept requests no size that another route already explains', () => {
    const evidence = shared({ heap: analysis(34_000), findings: [finding(growth(1))] });
    const report = scopeReports([facts(0, { retained: kept }), facts(1)], evidence).find(
      ({ scope }) => scope === 'GET /0',
    );
    expect(report).toMatchObject({
      verdict: 'growing',
      bytesPerUnit: null,
      totalBytes: null,
      survivors: { alive: 5 },
    });
  });

  it('never states a smallest leak below what it would report', () => {
    const [report] = scopeReports([facts(0)], shared({ oldSpace: analysis(0) }));
    expect(report!.minDetectableBytes).toBe(168);
  });
});
