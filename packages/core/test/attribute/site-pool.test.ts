import { describe, expect, it } from 'vitest';
import { SitePool, type ToldSites } from '../../src/attribute/site-pool.ts';

/** What an isolate tells: bytes by site. */
function told(bytesOf: Record<number, number>, others = 0): ToldSites<string> {
  const sites = Object.entries(bytesOf).map(([site, bytes]) => ({
    ...{ site: Number(site), stack: `${site}/${bytes}`, bytes, samples: bytes / 100 },
  }));
  return { bytes: others + sites.reduce((sum, { bytes }) => sum + bytes, 0), sites };
}

describe('SitePool', () => {
  it('adds up what isolates told last, also of those that have ended, and gives the largest site with its share', () => {
    const pool = new SitePool<string>();
    const [one, other] = [{}, {}];
    expect(pool.top()).toBeNull();
    pool.tell(one, told({ 1: 9000 }));
    pool.tell(one, told({ 1: 2000, 2: 1000 }));
    pool.close(one);
    pool.tell(other, told({ 2: 4000 }, 1000));
    expect(pool.top()).toEqual({ site: 2, stack: '2/4000', bytes: 5000, samples: 50, share: 5 / 8 });
  });

  it('forgets what ended long ago', () => {
    const pool = new SitePool<string>();
    for (let life = 0; life < 500; life++) {
      const isolate = {};
      pool.tell(isolate, told(life < 400 ? { 1: 1000 } : { 2: 1000 }));
      pool.close(isolate);
    }
    expect(pool.top()!.site).toBe(2);
    expect(pool.top()!.share).toBeGreaterThan(0.9);
  });

  it('ends the isolate that was silent longest where there are more than 256', () => {
    const pool = new SitePool<string>();
    const isolates = Array.from({ length: 300 }, () => ({}));
    for (const isolate of isolates) pool.tell(isolate, told({ 1: 100 }));
    for (const isolate of isolates) pool.close(isolate);
    expect(pool.top()).toMatchObject({ site: 1, share: 1 });
  });
});
