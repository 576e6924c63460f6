import { describe, expect, it } from 'vitest';
import { type IsolateFeed, isolateFeed, isolateSettings } from '../../src/adapter/isolate-feed.ts';
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

type Counts = [name: string, units: number][];

interface Row {
  reading: Record<string, unknown>;
  counts: Counts;
  site?: object;
}

type Leaking = 'send' | 'sort' | 'both';

/** Rows of one isolate of about 200 jobs; `leaking` keeps 20 KB a job. Where both leak there is a third name that does not. */
function lifeOf(random: () => number, leaking: Leaking = 'send', suffix = ''): Row[] {
  const counts: Record<string, number> = { send: 0, sort: 0, ...(leaking === 'both' && { plan: 0 }) };
  return Array.from({ length: 10 }, (_, row) => {
    for (const name of Object.keys(counts)) counts[name]! += Math.round(20 * random());
    const kept = 20_480 * (leaking === 'both' ? counts.send! + counts.sort! : counts[leaking]!);
    const heapBytes = 8e6 + kept + 2000 * random();
    const bytes = { heapBytes, oldSpaceBytes: heapBytes, externalBytes: 0, arrayBuffersBytes: 0 };
    const reading = { timeMs: 1000 * row, ...bytes, forced: true, pauseMs: 5 };
    const named = Object.entries(counts).map(([name, units]): Counts[number] => [name + suffix, units]);
    return { reading, counts: named, site: { of: 'a later version' } };
  });
}

/** Isolates one after the other; `also` gives what each sends besides after a row. */
function run(
  guard: Guard,
  {
    rows = 60,
    suffix = '',
    leaking = 'send' as Leaking,
    survivors = undefined as unknown,
    also = (_: Row): unknown[] => [],
    after = (_: IsolateFeed): void => undefined,
  } = {},
): void {
  const random = seededRandom(1);
  for (let life = 0; life * 10 < rows; life++) {
    const feed = isolateFeed(guard, scopeOf, 'mail');
    const done: Record<string, number> = {};
    for (const row of lifeOf(random, leaking, suffix)) {
      for (const [name, units] of row.counts) {
        for (let n = done[name] ?? 0; n < units; n++) guard.begin().end(guard.scope('job', scopeOf(name)));
        done[name] = units;
      }
      feed.push({ ...row, survivors });
      for (const other of also(row)) feed.push(other);
    }
    feed.close();
    after(feed);
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

  describe('with what isolates tell of who allocated what stays', () => {
    const frame = { name: 'remember', url: 'node:internal/none', line: 4, column: 1 };
    const stack = { frames: [{ ...frame, url: 'file:///nowhere/mail.js' }], bytes: 900_000, samples: 30 };
    const survivors = { handler: null, bytes: 1_000_000, stacks: [stack] };

    it('names the function in the report of the scope that grows', async () => {
      const { guard } = liveGuard();
      run(guard, { survivors });
      // Its file is looked for in a turn of its own.
      await new Promise((resolve) => setImmediate(resolve));
      run(guard, { survivors, rows: 10 });
      const [send, sort] = guard.report().scopes;
      expect(send!.site).toMatchObject({
        allocating: { function: 'remember', file: '/nowhere/mail.js', line: 5, column: 2 },
        ...{ kind: 'function', handler: null, lines: [] },
      });
      expect(send!.site!.share).toBeCloseTo(0.9);
      expect(sort!.site).toBeNull();
    });

    it('names none while two of their names grow, for it may be of either', async () => {
      const { guard } = liveGuard();
      run(guard, { survivors, leaking: 'both', rows: 300 });
      await new Promise((resolve) => setImmediate(resolve));
      run(guard, { survivors, leaking: 'both', rows: 10 });
      const { scopes } = guard.report();
      expect(scopes.map(({ verdict }) => verdict)).toEqual(['growing', 'growing', 'stable']);
      expect(scopes.map(({ site }) => site)).toEqual([null, null, null]);
    });

    it('takes floors in whatever else comes with them', () => {
      const [{ guard }, { guard: plain }] = [liveGuard(), liveGuard()];
      run(plain);
      run(guard, { survivors: { ...survivors, stacks: 'all of them' } });
      expect(guard.report()).toEqual(plain.report());
    });
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

  /** The same reading with counts that would make the isolate start over, were they taken in. */
  const spoilt = ({ reading, counts }: Row, more: Counts = []): Row => ({
    reading,
    counts: [...counts.map(([name, units]): Counts[number] => [name, 3 * units + 1]), ...more],
  });
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const hostile = {
    get reading() {
      throw new Error('hostile');
    },
  };
  const noLists = [null, undefined, 'x', {}, Symbol('x'), revoked, hostile, () => 1];
  const strange = [...noLists, []];
  const noAmounts = [...strange, Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 53];
  const fields = ['timeMs', 'heapBytes', 'oldSpaceBytes', 'externalBytes', 'arrayBuffersBytes', 'pauseMs'];

  it.each<[string, (row: Row) => unknown[]]>([
    ['anything else', () => [...strange, 1]],
    ['a reading that is none', (row) => strange.map((reading) => ({ ...spoilt(row), reading }))],
    [
      'a reading in which something is no amount',
      (row) =>
        fields.flatMap((field) =>
          noAmounts.map((value) => ({ ...spoilt(row), reading: { ...row.reading, [field]: value } })),
        ),
    ],
    [
      'counts that are no list of pairs',
      (row) => [
        ...noLists.map((counts) => ({ ...spoilt(row), counts })),
        ...strange.map((value) => spoilt(row, [value as never])),
        spoilt(row, [['a', 1, 1] as never]),
        spoilt(row, [[1, 1] as never]),
      ],
    ],
    ['counts that are no amounts', (row) => noAmounts.map((value) => spoilt(row, [['a', value as never]]))],
    [
      'more names than there can be',
      (row) => [
        spoilt(
          row,
          Array.from({ length: 10_001 }, (_, k) => [`a${k}`, 0]),
        ),
      ],
    ],
  ])('passes over %s, as the report shows', (_, also) => {
    const [{ guard }, { guard: plain }] = [liveGuard(), liveGuard()];
    const errors: Error[] = [];
    guard.on('error', (error) => errors.push(error));
    run(plain);
    run(guard, { also });
    expect(guard.report()).toEqual(plain.report());
    expect(plain.report().scopes[0]!.verdict).toBe('growing');
    expect(errors).toEqual([]);
  });

  it('would notice a row that it should have passed over', () => {
    const [{ guard }, { guard: plain }] = [liveGuard(), liveGuard()];
    run(plain);
    run(guard, { also: (row) => [spoilt(row)] });
    expect(guard.report()).not.toEqual(plain.report());
  });

  it('takes in nothing once it is closed', () => {
    const [{ guard }, { guard: plain }] = [liveGuard(), liveGuard()];
    const random = seededRandom(2);
    run(plain);
    run(guard, {
      after: (feed) => {
        for (const row of lifeOf(random, 'sort')) feed.push(row);
      },
    });
    expect(guard.report()).toEqual(plain.report());
  });

  it('takes in nothing while its handle of the shared guard is closed, whoever else has one', async () => {
    const guard = getGuard({ enabled: true, level: 'prove', logger: silent });
    const other = getGuard();
    const random = seededRandom(2);
    const isolates = Array.from({ length: 6 }, () => ({
      feed: isolateFeed(guard, (name) => `late:${name}`),
      life: lifeOf(random),
    }));
    // Each has opened its way into the guard before that is closed.
    for (const { feed, life } of isolates) feed.push(life[0]);
    other.scope('job', 'late:send');
    await guard.close();
    for (const { feed, life } of isolates) {
      for (const row of life.slice(1)) feed.push(row);
      feed.close();
    }
    const [send] = other.report().scopes.filter(({ scope }) => scope === 'late:send');
    expect(send).toMatchObject({ evidence: [], verdict: 'warming-up' });
    await other.close();
  });

  it('takes strange names and amounts as they are, and nothing of it throws', () => {
    const { guard } = liveGuard();
    const errors: Error[] = [];
    guard.on('error', (error) => errors.push(error));
    run(guard, {
      also: (row) => [
        { ...row, counts: [['__proto__', 3]] },
        { ...row, reading: { ...row.reading, timeMs: 0 }, counts: [['__proto__', 1]] },
        { ...row, reading: { ...row.reading, heapBytes: 2 ** 52 }, counts: [['', 7]] },
      ],
    });
    expect(() => guard.report()).not.toThrow();
    expect(errors).toEqual([]);
  });

  it('cuts names as those of scopes are, under which their growth is told', () => {
    const [{ guard }, { guard: plain }] = [liveGuard(), liveGuard()];
    run(plain);
    run(guard, { suffix: '-'.repeat(1000) });
    const [send] = guard.report().scopes;
    expect(send).toMatchObject({ verdict: 'growing', scope: `mail:send${'-'.repeat(246)}…` });
    expect(send!.bytesPerUnit).toBe(plain.report().scopes[0]!.bytesPerUnit);
  });
});
