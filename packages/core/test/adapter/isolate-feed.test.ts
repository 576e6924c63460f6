import { describe, expect, it } from 'vitest';
import { isolateFeed, isolateSettings } from '../../src/adapter/isolate-feed.ts';
import { guardOn } from '../../src/guard.ts';
import { createGuard, formatReport, type Guard, getGuard } from '../../src/index.ts';
import { seededRandom } from '../attribute/generated-rows.ts';
import { FakeRuntime } from '../fake-runtime.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const scopeOf = (name: string): string => `mail:${name}`;

function liveGuard(): { guard: Guard; notices: string[]; leaks: string[] } {
  const [notices, leaks]: [string[], string[]] = [[], []];
  const logger = { ...silent, warn: (_: object, message: string) => notices.push(message) };
  const guard = guardOn(new FakeRuntime(), { enabled: true, level: 'prove', logger: logger as never });
  guard.on('growth', ({ scope }) => leaks.push(scope));
  return { guard, notices, leaks };
}

/** Two isolates at a time, each of 200 jobs; `send` keeps 20 KB a job. */
function run(guard: Guard, { rows = 60, seed = 1 } = {}): void {
  const random = seededRandom(seed);
  for (let life = 0; life * 10 < rows; life++) {
    const feed = isolateFeed(guard, scopeOf);
    const counts = { send: 0, sort: 0 };
    for (let row = 0; row < 10; row++) {
      for (const name of ['send', 'sort'] as const) {
        const units = Math.round(20 * random());
        counts[name] += units;
        for (let n = 0; n < units; n++) guard.begin().end(guard.scope('job', scopeOf(name)));
      }
      const heapBytes = 8e6 + 20_480 * counts.send + 2000 * random();
      const bytes = { heapBytes, oldSpaceBytes: heapBytes, externalBytes: 0, arrayBuffersBytes: 0 };
      const reading = { timeMs: 1000 * row, ...bytes, forced: true, pauseMs: 5 };
      feed.push({ reading, counts: Object.entries(counts), site: { of: 'a later version' } });
    }
    feed.close();
  }
}

describe('isolateFeed', () => {
  it('tells growth inside of isolates as that of the scope, and not as growth of this process', () => {
    const { guard, leaks } = liveGuard();
    run(guard);
    const report = guard.report();
    const [send, sort] = report.scopes;
    expect(send).toMatchObject({ scope: 'mail:send', kind: 'job', verdict: 'growing', channels: ['floors'] });
    expect(send!.bytesPerUnit! / 20_480).toBeCloseTo(1, 1);
    expect(send!.evidence[0]!.note).toMatch(/^in 6 isolates, /);
    expect(sort).toMatchObject({ scope: 'mail:sort', verdict: 'stable', bytesPerUnit: null });
    expect(sort!.minDetectableBytes).toBeGreaterThan(0);
    expect(leaks).toEqual(['mail:send']);
    expect(report.memory).toMatchObject({ growing: [], forecast: null });
    expect(formatReport(report)).toContain('in 6 isolates');
  });

  it('works through handles of the shared guard until they are closed', async () => {
    const guard = getGuard({ enabled: true, level: 'prove', logger: silent });
    const other = getGuard();
    run(guard);
    expect(other.report().scopes[0]).toMatchObject({ scope: 'mail:send', verdict: 'growing' });
    expect(isolateSettings(guard)).toMatchObject({ level: 'prove', maxOverhead: 0.01 });
    await guard.close();
    expect(isolateSettings(guard)).toBeNull();
    expect(() => run(guard)).not.toThrow();
    await other.close();
  });

  it('has no effect on guards that are disabled, closed or of others', async () => {
    const disabled = createGuard({ enabled: false });
    const { guard: closed } = liveGuard();
    await closed.close();
    const foreign = { begin: () => ({ end: () => undefined }), scope: () => 0 } as unknown as Guard;
    for (const guard of [disabled, closed, foreign]) {
      expect(isolateSettings(guard)).toBeNull();
      expect(() => run(guard)).not.toThrow();
      const { suspects, named } = isolateFeed(guard, scopeOf);
      expect({ suspects, named }).toEqual({ suspects: false, named: false });
    }
  });

  it('asks for closer floors while something grows that is not confirmed, and says whether it has a name', () => {
    const { guard } = liveGuard();
    const before = isolateFeed(guard, scopeOf);
    expect([before.suspects, before.named]).toEqual([false, false]);
    run(guard);
    const { suspects, named } = isolateFeed(guard, scopeOf);
    expect([suspects, named]).toEqual([true, true]);
  });

  it('says once what isolates cannot measure, and shows it in the report', () => {
    const { guard, notices } = liveGuard();
    for (let k = 0; k < 3; k++) isolateFeed(guard, scopeOf).lacks('isolates cannot force a GC here');
    expect(guard.report().evidence.unavailable).toContainEqual({
      channel: 'floors',
      reason: 'isolates cannot force a GC here',
    });
    expect(notices.filter((text) => text.includes('isolates'))).toHaveLength(1);
  });

  it('passes over anything that is no row', () => {
    const { guard } = liveGuard();
    const errors: Error[] = [];
    guard.on('error', (error) => errors.push(error));
    const feed = isolateFeed(guard, scopeOf);
    const reading = {
      timeMs: 1,
      heapBytes: 1,
      oldSpaceBytes: 1,
      externalBytes: 1,
      arrayBuffersBytes: 1,
      pauseMs: 1,
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = {
      get reading() {
        throw new Error('hostile');
      },
    };
    const strange = [null, undefined, 1, 'x', [], {}, Symbol('x'), proxy, hostile, () => 1];
    const rows = [
      ...strange,
      ...strange.map((value) => ({ reading: value, counts: [] })),
      ...strange.map((value) => ({ reading, counts: value })),
      ...strange.map((value) => ({ reading, counts: [value] })),
      ...strange.map((value) => ({ reading, counts: [['a', value]] })),
      ...strange.map((value) => ({ reading: { ...reading, heapBytes: value }, counts: [['a', 1]] })),
      ...[Number.NaN, -1, Number.POSITIVE_INFINITY].map((n) => ({ reading, counts: [['a', n]] })),
      { reading, counts: [['__proto__', 3]] },
      { reading: { ...reading, timeMs: 0 }, counts: [['__proto__', 1]] },
      { reading: { ...reading, timeMs: 5, heapBytes: 1e300 }, counts: [['', 7]] },
    ];
    for (let k = 0; k < 3; k++) for (const row of rows) expect(() => feed.push(row)).not.toThrow();
    feed.close();
    expect(() => feed.push(rows[0])).not.toThrow();
    expect(errors).toEqual([]);
    expect(() => guard.report()).not.toThrow();
  });
});
