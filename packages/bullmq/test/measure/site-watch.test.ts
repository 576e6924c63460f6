import { describe, expect, it } from 'vitest';
import { SiteWatch } from '../../src/measure/site-watch.ts';
import { FakeProfiler } from './fake-profiler.ts';

const QUIET = { survivors: null, disturbed: false, pauseMs: 0 };

function watch(options: { prove?: boolean; profiler?: boolean } = {}) {
  const sampler = new FakeProfiler();
  const sites = new SiteWatch({
    sampler,
    processor: () => undefined,
    prove: false,
    profiler: true,
    ...options,
  });
  return { sampler, sites };
}

describe('SiteWatch', () => {
  it('tells who allocated what stays, with the processor, when that has had time to show', () => {
    const { sampler, sites } = watch({ prove: true });
    expect(sampler.starts).toEqual([16_384]);
    expect(sites.afterFloor(30, false)).toEqual(QUIET);
    expect(sites.afterFloor(200, false)).toMatchObject({
      survivors: {
        handler: { name: 'job', url: 'file:///app/job.js', line: 1 },
        bytes: 5000,
        stacks: [{ frames: [{ name: 'keep' }], bytes: 5000, samples: 50 }],
      },
      ...{ disturbed: false, pauseMs: 5 },
    });
    expect(sites.afterFloor(225, false)).toEqual({ ...QUIET, disturbed: true });
    expect(sites.afterFloor(250, false)).toEqual(QUIET);
  });

  it('reads once more when the isolate retires, unless it did hardly anything', () => {
    const { sites } = watch({ prove: true });
    expect(sites.afterFloor(60, true)).toMatchObject({ survivors: { bytes: 5000 } });
    const short = watch({ prove: true });
    expect(short.sites.afterFloor(19, true)).toEqual(QUIET);
  });

  it('starts for a suspect of the parent, which moves the next floor, and stops with it', () => {
    const { sampler, sites } = watch();
    expect(sites.afterFloor(1000, false)).toEqual(QUIET);
    sites.want(false, 1000);
    sites.want(true, 1000);
    expect(sampler.starts).toEqual([65_536]);
    expect(sites.afterFloor(1025, false)).toEqual({ ...QUIET, disturbed: true });
    expect(sites.afterFloor(1050, false)).toEqual(QUIET);
    sites.want(false, 1050);
    expect(sampler.isRunning).toBe(false);
    expect(sites.afterFloor(1300, true)).toEqual(QUIET);
  });

  it('leaves a profiler alone that it must not use, or that another tool has', () => {
    for (const prove of [true, false]) {
      const { sampler, sites } = watch({ prove, profiler: false });
      sites.want(true, 0);
      expect([sites.afterFloor(500, true), sampler.starts]).toEqual([QUIET, []]);
    }
    const { sampler, sites } = watch();
    sampler.isTaken = true;
    for (let jobs = 0; jobs < 1000; jobs += 25) sites.want(true, jobs);
    expect([sampler.starts.length, sampler.reads]).toEqual([1, 0]);
    expect(sites.afterFloor(1000, true).survivors).toBeNull();
  });
});
