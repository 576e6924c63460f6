import { describe, expect, it } from 'vitest';
import { type KeyJudgement, ofGrowingSites } from '../../src/attribute/survival-judgement.ts';

const sitesOf = (states: Record<number, KeyJudgement['state']>) =>
  new Map(Object.entries(states).map(([site, state]) => [Number(site), { state } as KeyJudgement]));

const SAMPLES = [{ site: 1 }, { site: 2 }, { site: 3 }, { site: 1 }];

describe('samples that tell who it is', () => {
  it('are those of functions that grow or may, where some do: what was allocated once tells nothing', () => {
    const sites = sitesOf({ 1: 'growing', 2: 'quiet', 3: 'suspect' });
    expect(ofGrowingSites(SAMPLES, sites)).toEqual([{ site: 1 }, { site: 3 }, { site: 1 }]);
    expect(ofGrowingSites(SAMPLES, sitesOf({ 1: 'leaking' }))).toEqual([{ site: 1 }, { site: 1 }]);
  });

  it('are all, where no function grows by itself yet', () => {
    expect(ofGrowingSites(SAMPLES, sitesOf({ 1: 'suspect', 2: 'quiet' }))).toEqual(SAMPLES);
  });
});
