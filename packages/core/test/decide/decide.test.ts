import { describe, expect, it } from 'vitest';
import type { SlopeEstimate } from '../../src/attribute/single-source.ts';
import { type HeapReadings, heapGrowth } from '../../src/decide/channel-growth.ts';
import { scopeFingerprint } from '../../src/decide/fingerprint.ts';
import { retainedVerdict } from '../../src/decide/retained-requests.ts';
import type { SignalGrowth } from '../../src/decide/signal-growth.ts';
import { VerdictLog } from '../../src/decide/verdict-log.ts';
import type { Verdict } from '../../src/types.ts';

const tally = (...retainedBornAt: number[]) => ({
  sampled: 40,
  alive: retainedBornAt.length,
  retainedBornAt,
});

describe('retainedVerdict', () => {
  it('takes two living canaries for an accident', () => {
    expect(retainedVerdict(tally(10, 20), 1e6, 5000)).toBe('stable');
  });

  it('is growing from three on', () => {
    expect(retainedVerdict(tally(10, 20, 30), 100, 5000)).toBe('growing');
  });

  it('is leaking when three outlived a store of ordinary size and retention goes on', () => {
    expect(retainedVerdict(tally(10, 20, 30, 6000), 9000, 5000)).toBe('leaking');
  });

  it('stays growing when only old ones are kept: what was kept at the start is not a leak', () => {
    expect(retainedVerdict(tally(10, 20, 30), 90_000, 5000)).toBe('growing');
  });

  it('stays growing for a ring that holds the last 1,000', () => {
    expect(retainedVerdict(tally(89_100, 89_400, 89_900), 90_000, 5000)).toBe('growing');
  });
});

describe('VerdictLog', () => {
  const at = (s: number): Date => new Date(s * 1000);
  const map = (entries: Record<string, Verdict>) => new Map(Object.entries(entries));

  it('tells every change once, and what cleared', () => {
    const log = new VerdictLog<string>();
    expect(log.update(map({ a: 'growing' }), at(1))).toEqual([{ key: 'a', from: 'stable', to: 'growing' }]);
    expect(log.update(map({ a: 'growing' }), at(2))).toEqual([]);
    expect(log.since('a')).toEqual(at(1));
    expect(log.update(map({ a: 'leaking' }), at(3))).toEqual([{ key: 'a', from: 'growing', to: 'leaking' }]);
    expect(log.update(map({}), at(4))).toEqual([{ key: 'a', from: 'leaking', to: 'stable' }]);
    expect(log.since('a')).toBeNull();
  });
});

describe('heapGrowth', () => {
  const growth = (source: number, totalBytes: number): SignalGrowth => ({
    verdict: 'growing',
    source,
    estimate: { bytesPerUnit: 100, standardError: 1, ci95: [98, 102] },
    totalBytes,
    credible: [{ source, probability: 1 }],
    probability: 1,
    evidence: 20,
    sinceMs: 0,
  });

  const size = (low: number, bytesPerUnit: number, standardError: number): SlopeEstimate => ({
    bytesPerUnit,
    standardError,
    ci95: [low, 2 * bytesPerUnit - low],
  });

  const sized = (sizeOnHeap: SlopeEstimate | null, byExactness = false): HeapReadings => ({
    sizeOnHeap,
    byExactness,
  });

  it('lets the more exact reading size growth in isolates, within the interval of both', () => {
    const said = (estimate: SlopeEstimate) => heapGrowth(null, growth(2, 1e7), sized(estimate, true));
    expect(said(size(87, 90, 1.5))).toMatchObject({
      signal: 'oldSpace',
      estimate: { bytesPerUnit: 100, ci95: [87, 102] },
      totalBytes: 1e7,
    });
    expect(said(size(89, 90, 0.5))).toMatchObject({ signal: 'heap', estimate: { bytesPerUnit: 90 } });
    // Old space is blind to what grows in large objects.
    expect(said(size(197, 200, 1.5))).toMatchObject({ signal: 'heap', estimate: { bytesPerUnit: 200 } });
  });

  it('lets old space name, which has less noise, and the whole heap size', () => {
    expect(heapGrowth(growth(1, 1e7), growth(2, 1e7), sized(size(127, 130, 1.5)))).toMatchObject({
      source: 2,
      namedBy: 'oldSpace',
      signal: 'heap',
      estimate: { bytesPerUnit: 130 },
      totalBytes: 1.3e7,
    });
  });

  it('gives an interval that holds both readings, unless old space is blind to large objects', () => {
    const interval = (estimate: SlopeEstimate) =>
      heapGrowth(null, growth(2, 1e7), sized(estimate))?.estimate.ci95;
    expect(interval(size(127, 130, 1.5))).toEqual([98, 133]);
    expect(interval(size(87, 90, 1.5))).toEqual([87, 102]);
    expect(interval(size(197, 200, 1.5))).toEqual([197, 203]);
  });

  it('keeps the size of old space where the whole heap is too unsure', () => {
    const unsure = [size(40, 130, 45), size(-5, 2, 1), null];
    for (const estimate of unsure) {
      expect(heapGrowth(null, growth(2, 1e7), sized(estimate))).toMatchObject({
        signal: 'oldSpace',
        totalBytes: 1e7,
      });
    }
  });

  it('lets the whole heap name where it grew by clearly more: large objects are not in old space', () => {
    expect(heapGrowth(growth(1, 5e7), growth(2, 1e7), sized(null))).toMatchObject({
      signal: 'heap',
      source: 1,
    });
    expect(heapGrowth(growth(1, 5e7), null, sized(null))).toMatchObject({ signal: 'heap' });
    expect(heapGrowth(null, null, sized(null))).toBeNull();
  });
});

describe('scopeFingerprint', () => {
  it('is stable for a scope and differs between kinds and names', () => {
    expect(scopeFingerprint('route', 'GET /users/:id')).toBe('d2e44273');
    expect(scopeFingerprint('job', 'GET /users/:id')).not.toBe('d2e44273');
  });
});
