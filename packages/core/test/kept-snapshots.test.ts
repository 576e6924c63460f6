import { threadId } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askControl } from '../src/control/ask-control.ts';
import { guardOn } from '../src/guard.ts';
import { AllocationSnapshot } from '../src/report/allocation-snapshot.ts';
import type { TopSite } from '../src/site-types.ts';
import type { GuardOptions } from '../src/types.ts';
import { normal, seededRandom } from './attribute/generated-rows.ts';
import { FakeRuntime } from './fake-runtime.ts';
import { temporaryFolder } from './report/temporary-folder.ts';

const SAMPLE = 65_536;
const MINUTE = 60_000;
const NAMES = ['remember', 'fillCache', 'loadConfig', 'compile', 'connect', 'listen', 'warmUp'];

interface Line {
  event?: string;
  scope?: string | null;
  text?: string;
  topSites?: TopSite[];
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const guard of open.splice(0)) await guard.close();
  vi.unstubAllEnvs();
});

/** A live server on three routes, whose second one keeps `leakBytes` a request; `remember` allocates that. */
async function setUp(options: GuardOptions = {}) {
  vi.stubEnv('XDG_RUNTIME_DIR', temporaryFolder());
  const runtime = new FakeRuntime();
  const lines: Line[] = [];
  const log = (line: object): void => void lines.push(line as Line);
  const logger = { info: log, warn: log, error: log };
  const guard = guardOn(runtime, { enabled: true, logger, logGrowth: false, ...options });
  open.push(guard);
  const random = seededRandom(3);
  const ids = ['GET /a', 'GET /b', 'GET /c'].map((name) => guard.scope('route', name));
  const held = NAMES.map((_, stack) => ({ ordinal: stack + 1, bytes: SAMPLE, stack }));
  let [ordinal, owed] = [100, 0];
  const drive = (seconds: number, leakBytes: number): void => {
    for (let second = 0; second < seconds; second++) {
      const counts = ids.map((_, i) => Math.round((60 / (i + 1)) * Math.exp(0.7 * normal(random))));
      for (const [i, id] of ids.entries()) for (let n = 0; n < counts[i]!; n++) guard.begin().end(id);
      runtime.heapBytes += leakBytes * counts[1]! + 30_000 * normal(random);
      // Of what is allocated most is garbage by the next read; its samples pass by.
      ordinal += 20;
      for (owed += leakBytes * counts[1]!; owed >= SAMPLE; owed -= SAMPLE)
        held.push({ ordinal: ordinal++, bytes: SAMPLE, stack: 0 });
      runtime.sampler.next = {
        functions: NAMES.map((name, line) => ({
          name,
          scriptId: 7,
          url: 'file:///app/app.js',
          line,
          column: 0,
        })),
        stacks: NAMES.map((_, at) => [at]),
        samples: [...held],
      };
      runtime.cpuMs += 500;
      runtime.pass(1000);
      if (second % 5 === 0) runtime.majorGc();
    }
  };
  const kept = async (): Promise<AllocationSnapshot[]> =>
    ((await askControl({ pid: process.pid, threadId }, 'kept')) as unknown[]).map((json) =>
      AllocationSnapshot.from(json),
    );
  await new Promise((resolve) => setImmediate(resolve));
  return { runtime, guard, lines, drive, kept };
}

describe('the snapshots that a guard keeps', () => {
  it('are five, one a minute, each with memory, scopes and counters, while the profiler is not read', async () => {
    const { runtime, lines, drive, kept } = await setUp({ profiler: false });
    runtime.activeKinds = ['Timeout', 'Timeout'];
    drive(600, 0);
    const all = await kept();
    expect(all).toHaveLength(5);
    for (const [index, { data, unavailable }] of all.entries()) {
      expect(data.uptimeMs).toBe((6 + index) * MINUTE);
      expect(unavailable).toBe('switched off (option profiler)');
      expect(data.memory.floorBytes).toBeGreaterThan(1e7);
      expect(data.scopes.map(({ scope }) => scope).sort()).toEqual(['GET /a', 'GET /b', 'GET /c']);
      expect(data.counters).toMatchObject({ 'active Timeout': 2 });
    }
    // Nobody asked for them, so nobody is told.
    expect(lines).toEqual([]);
  });

  it('hold stacks in two at least while something grows, and each line of growth says which functions grew', async () => {
    const { runtime, lines, drive, kept } = await setUp();
    const told = (): Line[] => lines.filter(({ event, text }) => event !== 'cleared' && text !== undefined);
    for (let minute = 0; told().length === 0 && minute < 40; minute++) drive(60, 8000);
    for (let minute = 0; minute < 10; minute++) {
      const withStacks = (await kept()).filter(({ unavailable }) => unavailable === null);
      expect(withStacks).toHaveLength(2);
      expect(runtime.nowMs - withStacks[1]!.data.uptimeMs).toBeLessThan(2.5 * MINUTE);
      expect(withStacks[1]!.compareTo(withStacks[0]!)[0]!.frames[0]!.function).toBe('remember');
      drive(60, 8000);
    }
    expect(told().length).toBeGreaterThan(0);
    for (const { topSites = [] } of told()) {
      expect(topSites).toHaveLength(5);
      const [first, ...others] = topSites;
      expect(first).toMatchObject({ frame: { function: 'remember' }, deltaBytes: expect.any(Number) });
      expect(first!.deltaBytes).toBeGreaterThan(SAMPLE);
      // They are there from the first read on, which is compared with the start of sampling.
      for (const { deltaBytes } of others) expect(deltaBytes).toBeLessThanOrEqual(SAMPLE);
      for (const { ageMs } of topSites) expect(ageMs).toBeLessThan(runtime.nowMs);
      // What grows is younger than what was there from the start.
      expect(first!.ageMs).toBeLessThan(others[0]!.ageMs!);
    }
  });
});
