import { afterEach, describe, expect, it } from 'vitest';
import { guardOn } from '../../src/guard.ts';
import { TICK_MS } from '../../src/measure/active-clock.ts';
import type { Guard, GuardOptions } from '../../src/types.ts';
import { normal, seededRandom } from '../attribute/generated-rows.ts';
import { FakeRuntime } from '../fake-runtime.ts';

const HOUR_MS = 3_600_000;
const guards: Guard[] = [];
afterEach(async () => {
  for (const guard of guards.splice(0)) await guard.close();
});

/** What grows in one second, given the units that two routes finished in it. */
type Growth = (leakyUnits: number, allUnits: number) => number;

interface Host {
  runtime: FakeRuntime;
  guard: Guard;
  tables: object[];
  /** Traffic of so many seconds, a natural major GC in each; `stops` are seconds before which the process is stopped. */
  serve(seconds: number, stops?: readonly number[]): void;
}

function host(options: GuardOptions = {}, grows: Growth = () => 0): Host {
  const runtime = new FakeRuntime();
  const tables: object[] = [];
  const info = (fields: object): void => {
    if ((fields as { event: string }).event === 'memory') tables.push(fields);
  };
  const logger = { info, warn: () => undefined, error: () => undefined };
  const guard = guardOn(runtime, { enabled: true, logger, ...options });
  guards.push(guard);
  const random = seededRandom(7);
  const [leaky, other] = [guard.scope('route', 'GET /leaky'), guard.scope('route', 'GET /other')];
  const serve = (seconds: number, stops: readonly number[] = []): void => {
    for (let second = 0; second < seconds; second++) {
      if (stops.includes(second)) runtime.stop(HOUR_MS);
      const [a, b] = [100, 150].map((mean) => Math.round(mean * Math.exp(0.7 * normal(random))));
      for (let n = 0; n < a!; n++) guard.begin().end(leaky);
      for (let n = 0; n < b!; n++) guard.begin().end(other);
      runtime.heapBytes += grows(a!, a! + b!) + 20_000 * normal(random);
      runtime.cpuMs += 300;
      runtime.pass(1000);
      runtime.majorGc();
    }
  };
  return { runtime, guard, tables, serve };
}

/** A stop counts as half a second, and traffic varies. */
function expectAbout(value: number | null, expected: number | null): void {
  expect(value! / expected!).toBeGreaterThan(0.8);
  expect(value! / expected!).toBeLessThan(1.2);
}

/** The same host twice, one of them stopped for an hour now and then. */
function twins(seconds: number, stops: readonly number[], grows: Growth, options: GuardOptions = {}) {
  const [steady, stopped] = [host(options, grows), host(options, grows)];
  steady.serve(seconds);
  stopped.serve(seconds, stops);
  return { steady, stopped };
}

const STOPS = [61, 85, 110, 130];

describe('a process that is stopped for hours', () => {
  it('has the rates of the time in which it ran', () => {
    const { steady, stopped } = twins(160, STOPS, (leaky) => 3000 * leaky);
    const [one, two] = [steady, stopped].map(({ guard }) => guard.report().scopes[0]!);
    expect(two).toMatchObject({ scope: 'GET /leaky', verdict: 'growing' });
    expect(stopped.guard.report().unattributed).toBeNull();
    expectAbout(two!.unitsPerSecond, one!.unitsPerSecond);
    expectAbout(two!.bytesPerHour, one!.bytesPerHour);
  });

  it('has grown by time for as long as it ran, not for as long as it stood', () => {
    const { steady, stopped } = twins(150, STOPS, () => 200_000);
    const [one, two] = [steady, stopped].map(({ guard }) => guard.report().unattributed!);
    expect(two).toMatchObject({ source: 'background' });
    expectAbout(two!.bytesPerHour, one!.bytesPerHour);
  });

  it('has the slope and the forecast that it had before', () => {
    const { runtime, guard, serve } = host({}, (leaky) => 3000 * leaky);
    serve(200);
    const before = guard.report().memory;
    runtime.stop(HOUR_MS);
    const after = guard.report().memory;
    expect(before.forecast!.inMs).toBeGreaterThan(60_000);
    expect(before.forecast!.inMs - after.forecast!.inMs).toBe(TICK_MS / 2);
    serve(8);
    const later = guard.report().memory;
    expectAbout(later.forecast!.inMs, before.forecast!.inMs);
    expectAbout(later.floorSlopeBytesPerHour, before.floorSlopeBytesPerHour);
  });

  it('writes one table when it goes on, not those it missed', () => {
    const { runtime, tables, serve } = host({ logGrowth: 'always' });
    serve(30);
    runtime.stop(24 * HOUR_MS);
    expect(tables).toHaveLength(1);
    runtime.pass(60_000);
    expect(tables).toHaveLength(2);
  });

  it('has no rare GCs for that, and the interval of the GCs that it had', () => {
    const { runtime, guard, serve } = host();
    serve(20);
    for (let n = 0; n < 3; n++) {
      runtime.stop(HOUR_MS);
      expect(guard.report().evidence).toMatchObject({ majorGcIntervalMs: 1000, rareGcs: false });
      serve(1);
    }
  });

  it('is not greeted with an idle GC, which would hold up the request that woke it', () => {
    const { runtime, guard } = host({ idleGc: true });
    runtime.pass(60_000);
    runtime.stop(HOUR_MS);
    runtime.pass(50_000);
    expect(guard.report().evidence.forcedGcs).toBe(0);
    runtime.pass(20_000);
    expect(guard.report().evidence.forcedGcs).toBe(1);
  });

  it('in the middle of a forced GC goes on to force them, and is not charged for it', () => {
    const { runtime, guard, serve } = host({ level: 'prove' });
    const { forceGc } = runtime;
    runtime.forceGc = () => {
      runtime.forceGc = forceGc;
      runtime.nowMs += HOUR_MS;
      return { ...runtime.reading(true), pauseMs: HOUR_MS + 5 };
    };
    serve(30);
    const { evidence, overhead } = guard.report();
    expect(evidence.forcedGcs).toBeGreaterThan(10);
    expect(overhead.ownCpuMs).toBeLessThan(3 * TICK_MS);
  });

  it('samples the requests of a busy route as before, not one and all', () => {
    const sampled = (stopMs: number): number => {
      const { runtime, guard } = host();
      const kept: object[] = [];
      const busy = guard.scope('route', 'GET /busy');
      const finish = (units: number): void => {
        for (let n = 0; n < units; n++) {
          const subject = { n };
          kept.push(subject);
          guard.begin().end(busy, { subject });
        }
      };
      finish(1);
      // Without subjects: they make the route a busy one and take none of the few places for samples.
      for (let n = 0; n < 150; n++) guard.begin().end(busy);
      finish(1);
      runtime.pass(30_000);
      runtime.stop(stopMs);
      finish(160);
      for (let n = 0; n < 3; n++) runtime.majorGc();
      expect(kept).toHaveLength(162);
      return guard.report().scopes.find(({ scope }) => scope === 'GET /busy')!.survivors!.sampled;
    };
    expect(sampled(HOUR_MS)).toBe(2 + 160 / 16);
    expect(sampled(0)).toBe(2 + 160 / 16);
  });
});

describe('a wall clock that is set', () => {
  it('back by hours leaves times whole and moves neither rates nor verdicts', () => {
    const { runtime, guard, serve } = host({}, (leaky) => 3000 * leaky);
    let aheadMs = 0;
    runtime.date = () => new Date(Date.UTC(2026, 0, 1, 12) + runtime.nowMs - aheadMs);
    serve(150);
    const before = guard.report();
    aheadMs = 5 * HOUR_MS;
    const after = guard.report();
    expect(after.scopes).toEqual(before.scopes);
    expect(after.uptimeMs).toBe(before.uptimeMs);
    expect(after.scopes[0]!.since).toMatch(/^2026-01-01T12:\d\d:\d\d\.\d{3}Z$/);
    expect(after.time).toBe(new Date(Date.parse(before.time) - aheadMs).toISOString());
  });
});
