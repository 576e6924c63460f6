import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { guardOn } from '../src/guard.ts';
import { BACKGROUND, FIRST_SCOPE } from '../src/measure/floor.ts';
import { processRuntime } from '../src/measure/process-runtime.ts';
import { noteEmitter } from '../src/measure/seen-emitters.ts';
import { formatCounters } from '../src/report/collection-text.ts';
import { growthLogLine, memoryBody } from '../src/report/growth-log-line.ts';
import { formatReport } from '../src/report/leak-text.ts';
import { SideCounts } from '../src/side-counts.ts';
import type { GuardOptions } from '../src/types.ts';
import { normal, seededRandom } from './attribute/generated-rows.ts';
import { FakeRuntime } from './fake-runtime.ts';
import { faults, schema } from './report/growth-log-schema.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const guard of open.splice(0)) await guard.close();
});

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function setUp(options: GuardOptions = {}) {
  const runtime = new FakeRuntime();
  const guard = guardOn(runtime, { enabled: true, logger: silent, ...options });
  open.push(guard);
  const random = seededRandom(1);
  const ids = ['GET /a', 'GET /b', 'GET /c'].map((name) => guard.scope('route', name));
  /** Traffic in a changing mix; `finished` is told after every request. */
  const drive = (seconds: number, finished: (route: number) => void): void => {
    for (let second = 0; second < seconds; second++) {
      const counts = ids.map((_, i) => Math.round((100 / (i + 1)) * Math.exp(0.5 * normal(random))));
      for (const [route, id] of ids.entries())
        for (let n = 0; n < counts[route]!; n++) {
          guard.begin().end(id);
          finished(route);
        }
      runtime.cpuMs += 500;
      runtime.pass(1000);
    }
  };
  return { runtime, guard, drive };
}

describe('a guard that tracks collections', () => {
  it('names the route that fills a Map which forgets nothing, and its text says so', async () => {
    const { guard, drive } = setUp({ level: 'prove' });
    const [sessions, recent] = [new Map<number, number>(), new Map<number, number>()];
    guard.track('sessions', sessions);
    guard.track('recent', recent);
    let made = 0;
    drive(120, (route) => {
      made += 1;
      if (route === 1) sessions.set(made, 1);
      recent.set(made, 1).delete(made - 500);
    });
    const report = await guard.analyze();
    expect(report.collections).toEqual([
      {
        ...{
          name: 'sessions',
          size: sessions.size,
          verdict: 'leaking',
          scope: 'GET /b',
          candidates: [],
          limit: null,
        },
        ...{ perUnit: expect.closeTo(1, 1), ci95: [expect.closeTo(1, 1), expect.closeTo(1, 1)] },
      },
      {
        ...{ name: 'recent', size: 500, verdict: 'stable', scope: null, candidates: [], limit: null },
        ...{ perUnit: null, ci95: null },
      },
    ]);
    expect(formatReport(report)).toMatch(
      /^LEAKING {2}collection sessions {2}1 entries per unit of GET \/b \(95 %: 1\.\.1\) {3}[\d,]+ entries$/m,
    );
    expect(formatReport(report)).not.toContain('recent');
    expect(faults(schema('memory'), growthLogLine(report.time, memoryBody(report)))).toEqual([]);
  });

  it('waits for more than an hour of growth before it says leaking on a live server', () => {
    const { guard, drive } = setUp();
    const leak: number[] = [];
    guard.track('leak', leak);
    const verdictAfter = (seconds: number): string => {
      drive(seconds, (route) => {
        if (route === 0) leak.push(1);
      });
      return guard.report().collections[0]!.verdict;
    };
    expect([60, 1200, 4500].map(verdictAfter)).toEqual(['warming-up', 'growing', 'leaking']);
  });

  it('lets a size that cannot be read go to error once, and reports the others', () => {
    const { guard, drive } = setUp();
    const errors: string[] = [];
    guard.on('error', (error) => errors.push(error.message));
    guard.track('hostile', () => {
      throw new Error('not ready');
    });
    guard.track('good', () => 3);
    drive(30, () => undefined);
    expect(errors).toEqual(['leakguard: the size of hostile cannot be read: not ready']);
    expect(guard.report().collections.map(({ size }) => size)).toEqual([null, 3]);
  });

  it('ends a tracking when its function is called, and tracks nothing once it is closed', async () => {
    const { guard } = setUp();
    const end = guard.track('ended', () => 1);
    guard.track('stays', () => 2);
    end();
    expect(guard.report().collections.map(({ name }) => name)).toEqual(['stays']);
    await guard.close();
    expect(() => guard.track('late', () => 1)()).not.toThrow();
    expect(guard.report().collections.map(({ name }) => name)).toEqual(['stays']);
  });

  it('refuses what is no collection', () => {
    const { guard } = setUp();
    expect(() => guard.track('text', 5 as never)).toThrowError(
      expect.objectContaining({ code: 'ERR_LEAKGUARD_TRACK' }),
    );
  });
});

describe('the counters of a report', () => {
  it('have what the process holds, and under the text what grows with requests', async () => {
    const { runtime, guard, drive } = setUp({ level: 'prove' });
    const server = new EventEmitter().setMaxListeners(0);
    noteEmitter(server, 'Server');
    runtime.activeKinds = ['Timeout', 'TCPSocketWrap', 'Timeout'];
    drive(60, (route) => {
      if (route === 2) server.on('data', () => undefined);
    });
    const report = await guard.analyze();
    const named = (name: string) => report.counters.find((counter) => counter.name === name);
    expect(named('active Timeout')).toEqual({
      name: 'active Timeout',
      value: 2,
      perThousandUnits: null,
      growing: false,
    });
    expect(named("listeners 'data' on Server")).toMatchObject({
      value: server.listenerCount('data'),
      growing: true,
    });
    expect(report.counters.filter(({ growing }) => growing).map(({ name }) => name)).toEqual([
      "listeners 'data' on Server",
      'listeners on Server',
    ]);
    expect(formatReport(report)).toMatch(
      /^also grows: listeners 'data' on Server, 0\.\d+ per request \([\d,]+ now\); /m,
    );
    expect(faults(schema('memory'), growthLogLine(report.time, memoryBody(report)))).toEqual([]);
  });

  it('are looked at each ten seconds', () => {
    const { runtime, guard } = setUp();
    runtime.activeKinds = ['Timeout'];
    runtime.pass(9999);
    expect(guard.report().counters).toEqual([]);
    runtime.pass(1);
    expect(guard.report().counters).toContainEqual(
      expect.objectContaining({ name: 'active Timeout', value: 1 }),
    );
    runtime.activeKinds = ['Timeout', 'Timeout'];
    runtime.pass(10_000);
    expect(guard.report().counters).toContainEqual(
      expect.objectContaining({ name: 'active Timeout', value: 2 }),
    );
  });

  it('are told as few per thousand, five of them', () => {
    const counter = (name: string, perThousandUnits: number) => ({
      name,
      value: 1234,
      perThousandUnits,
      growing: true,
    });
    expect(formatCounters([])).toBe('');
    expect(formatCounters([counter('active Timeout', 3.21), counter('detached contexts', 1000)])).toBe(
      'also grows: active Timeout, 3.2 per 1,000 requests (1,234 now); detached contexts, 1 per request (1,234 now)',
    );
    expect(formatCounters(Array.from({ length: 7 }, () => counter('x', 1)))).toMatch(/; 2 more$/);
  });
});

describe('types of a guard', () => {
  it('are told with what they gained, charged to its overhead, and not once it is closed', async () => {
    const { runtime, guard } = setUp();
    runtime.types = new Map([['Job', 3]]);
    const before = guard.report().overhead.ownCpuMs;
    expect(await guard.typeGrowth()).toEqual([{ type: 'Job', count: 3, delta: null }]);
    expect(guard.report().overhead.ownCpuMs - before).toBeGreaterThanOrEqual(100);
    await guard.close();
    await expect(guard.typeGrowth()).rejects.toMatchObject({ code: 'ERR_LEAKGUARD_CLOSED' });
  });
});

describe('global handles', () => {
  it('are counted without those by which the profiler that leakguard runs holds what it sampled', () => {
    const runtime = processRuntime();
    const counts = { units: [], totalUnits: 0, inFlight: 0 };
    const samplingIntervalBytes = 4096;
    const side = new SideCounts({
      ...{ prove: true, samplingIntervalBytes, runtime },
      onError: (error) => expect.fail(error.message),
    });
    const counted = () => {
      runtime.forceGc();
      side.look(counts, 0);
      const { counters } = side.reports(() => '');
      return counters.find(({ name }) => name === 'global handles (bytes)')?.value ?? 0;
    };
    runtime.sampler.start(samplingIntervalBytes);
    const before = counted();
    const allBefore = runtime.heapHandles().globalHandleBytes;
    // 16 MB, of which one object per 4 KB is sampled: some 3,600, of 32 bytes each.
    const kept = Array.from({ length: 20_000 }, (_, k) => new Array<number>(100).fill(k));
    const gained = counted() - before;
    const allGained = runtime.heapHandles().globalHandleBytes - allBefore;
    runtime.sampler.stop();
    expect(kept).toHaveLength(20_000);
    expect(allGained).toBeGreaterThan(80_000);
    expect(Math.abs(gained)).toBeLessThan(allGained / 3);
  });
});

describe('SideCounts', () => {
  /** Looks each second at a process whose two scopes get a changing mix; `grow` is told how much they got. */
  function looks(grow: (units: readonly [number, number], second: number) => void) {
    const runtime = new FakeRuntime();
    runtime.nowMs = 500_000;
    const errors: Error[] = [];
    const counts = new SideCounts({
      ...{ prove: true, samplingIntervalBytes: 65_536, runtime },
      onError: (error) => void errors.push(error),
    });
    const random = seededRandom(3);
    const units: [number, number] = [0, 0];
    let second = 0;
    const look = (times: number): void => {
      for (let time = 0; time < times; time++) {
        const mix = [1, 2].map((weight) => Math.round(weight * 50 * Math.exp(0.5 * normal(random))));
        units[0] += mix[0]!;
        units[1] += mix[1]!;
        second += 1;
        grow([mix[0]!, mix[1]!], second);
        counts.look({ units, totalUnits: units[0] + units[1], inFlight: 0 }, 500_000 + 1000 * second);
      }
    };
    const told = () => counts.reports((slot) => `slot ${slot}`).collections;
    return { counts, look, told, errors };
  }

  it('speaks of the scope by whose units a collection grows, until that is forgotten or no longer tracked', () => {
    let size = 0;
    const { counts, look, told } = looks(([, second]) => {
      size += second;
    });
    look(5);
    expect(counts.spokenOf).toEqual(new Set());
    const end = counts.track('rows', () => size);
    look(80);
    expect(told()).toMatchObject([{ name: 'rows', size, scope: 'slot 1', perUnit: expect.closeTo(1, 1) }]);
    expect(counts.spokenOf).toContain(FIRST_SCOPE + 1);
    counts.forget(FIRST_SCOPE + 1);
    expect(counts.spokenOf).not.toContain(FIRST_SCOPE + 1);
    end();
    look(1);
    expect([told(), counts.spokenOf]).toEqual([[], new Set()]);
  });

  it('tells growth with time from growth with units', () => {
    let size = 0;
    const { counts, look, told } = looks(() => {
      size += 40;
    });
    counts.track('ticks', () => size);
    look(120);
    expect(told()).toMatchObject([{ verdict: 'leaking', scope: null }]);
    expect(counts.spokenOf).toEqual(new Set([BACKGROUND]));
  });
});
