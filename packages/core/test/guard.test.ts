import { afterEach, describe, expect, it } from 'vitest';
import { guardOn } from '../src/guard.ts';
import { formatReport } from '../src/report/leak-text.ts';
import type { GuardOptions, Logger, ScopeReport } from '../src/types.ts';
import { normal, seededRandom } from './attribute/generated-rows.ts';
import { FakeRuntime } from './fake-runtime.ts';

interface Line {
  level: string;
  fields: Record<string, unknown>;
  message: string;
}

function recordingLogger(): Logger & { lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    lines.push({ level, fields: { ...fields }, message });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') } as never;
}

function setUp(options: GuardOptions = {}) {
  const runtime = new FakeRuntime();
  const logger = recordingLogger();
  const guard = guardOn(runtime, { enabled: true, logger, ...options });
  return { runtime, logger, guard };
}

/** Drives traffic on three routes in a changing mix; each GC is natural or, at prove, the guard's own. */
function drive(
  { runtime, guard }: ReturnType<typeof setUp>,
  options: {
    seconds: number;
    leakBytes?: number;
    of?: 'heapBytes' | 'arrayBuffersBytes';
    natural?: boolean;
    seed?: number;
  },
): void {
  const { seconds, leakBytes = 0, of = 'heapBytes', natural = false, seed = 1 } = options;
  const random = seededRandom(seed);
  const ids = ['GET /a', 'GET /b', 'GET /c'].map((name) => guard.scope('route', name));
  for (let second = 0; second < seconds; second++) {
    const counts = ids.map((_, i) => Math.round((300 / (i + 1)) * Math.exp(0.7 * normal(random))));
    for (const [i, id] of ids.entries()) for (let n = 0; n < counts[i]!; n++) guard.begin().end(id);
    runtime[of] += leakBytes * counts[1]!;
    runtime.heapBytes += 30_000 * normal(random);
    runtime.cpuMs += 500;
    runtime.pass(1000);
    if (natural) runtime.majorGc();
  }
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const guard of open.splice(0)) await guard.close();
});

describe('a guard at prove', () => {
  it('names the leaking route with its size within a minute of traffic', async () => {
    const setup = setUp({ level: 'prove' });
    open.push(setup.guard);
    drive(setup, { seconds: 60, leakBytes: 3000 });
    const report = await setup.guard.analyze();
    const [worst, ...others] = report.scopes;
    expect(worst).toMatchObject({ scope: 'GET /b', kind: 'route', verdict: 'leaking', channels: ['floors'] });
    expect(worst!.bytesPerUnit! * (worst!.signal === 'oldSpace' ? 1 / 0.9 : 1)).toBeCloseTo(3000, -2);
    expect(others.map(({ verdict }) => verdict)).toEqual(['stable', 'stable']);
    expect(report.evidence.forcedGcs).toBeGreaterThan(30);
  });

  it('sees Buffers that are kept, which are not on the heap', async () => {
    const setup = setUp({ level: 'prove' });
    open.push(setup.guard);
    drive(setup, { seconds: 60, leakBytes: 4096, of: 'arrayBuffersBytes' });
    const [worst] = (await setup.guard.analyze()).scopes;
    expect(worst).toMatchObject({ scope: 'GET /b', signal: 'arrayBuffers' });
    expect(worst!.bytesPerUnit).toBeCloseTo(4096, -1);
  });

  it('tells growth once and the leak once, at the levels of the contract', () => {
    const setup = setUp({ level: 'prove', logGrowth: false });
    open.push(setup.guard);
    const events: string[] = [];
    for (const event of ['growth', 'leak', 'cleared'] as const) {
      setup.guard.on(event, (scope) => events.push(`${event} ${scope.scope} ${scope.verdict}`));
    }
    drive(setup, { seconds: 80, leakBytes: 3000 });
    expect(events).toEqual(['growth GET /b growing', 'leak GET /b leaking']);
    expect(setup.logger.lines.map(({ level, fields }) => [level, fields.event, fields.scope])).toEqual([
      ['info', 'growth', 'GET /b'],
      ['warn', 'leak', 'GET /b'],
    ]);
  });

  it('warns that growth has cleared when the leak was mended', () => {
    const setup = setUp({ level: 'prove', logGrowth: false });
    open.push(setup.guard);
    drive(setup, { seconds: 40, leakBytes: 3000 });
    drive(setup, { seconds: 200, seed: 2 });
    expect(setup.logger.lines.at(-1)).toMatchObject({
      level: 'warn',
      fields: { event: 'cleared', scope: 'GET /b' },
    });
  });

  it('says nothing to the logger while all is stable', () => {
    const setup = setUp({ level: 'prove' });
    open.push(setup.guard);
    drive(setup, { seconds: 200 });
    expect(setup.logger.lines).toEqual([]);
  });

  it('blames no route for what leaks by itself in the background, and says so in the log', () => {
    const setup = setUp({ level: 'prove', logGrowth: false });
    open.push(setup.guard);
    const scopes: string[] = [];
    setup.guard.on('growth', ({ scope }) => scopes.push(scope));
    for (let second = 0; second < 120; second++) {
      setup.runtime.heapBytes += 200_000;
      drive(setup, { seconds: 1, seed: second + 1 });
    }
    expect(scopes).toEqual([]);
    const { unattributed } = setup.guard.report();
    expect(unattributed).toMatchObject({ source: 'background', bytesPerUnit: null });
    expect(unattributed!.bytesPerHour! / 3600).toBeCloseTo(200_000, -4);
    expect(setup.logger.lines[0]).toMatchObject({ level: 'info', fields: { event: 'growth', scope: null } });
  });

  it('says that every request leaks where a middleware does', () => {
    const setup = setUp({ level: 'prove', logGrowth: false });
    open.push(setup.guard);
    for (let second = 0; second < 90; second++) {
      const before = setup.guard.report().scopes.reduce((sum, { units }) => sum + units, 0);
      drive(setup, { seconds: 1, seed: second + 1 });
      const after = setup.guard.report().scopes.reduce((sum, { units }) => sum + units, 0);
      setup.runtime.heapBytes += 700 * (after - before);
    }
    expect(setup.guard.report().unattributed).toMatchObject({ source: 'every-request' });
  });

  it('forces one GC for calls of analyze that come together', async () => {
    const { guard } = setUp({ level: 'prove' });
    open.push(guard);
    await Promise.all(Array.from({ length: 50 }, () => guard.analyze()));
    expect(guard.report().evidence.forcedGcs).toBe(1);
    await guard.analyze();
    expect(guard.report().evidence.forcedGcs).toBe(2);
  });

  it('charges itself with the watching of GCs', () => {
    const { guard, runtime } = setUp();
    open.push(guard);
    const before = guard.report().overhead.ownCpuMs;
    runtime.watchingCost(7);
    expect(guard.report().overhead.ownCpuMs - before).toBe(7);
  });

  it('says in the report when it switched canaries off to stay inside its budget', () => {
    const setup = setUp({ maxOverhead: 0.0001 });
    open.push(setup.guard);
    for (let n = 0; n < 40; n++) {
      setup.runtime.cpuMs += 300;
      setup.runtime.cpuPerLookMs = 1;
      setup.runtime.majorGc();
    }
    const { evidence, overhead } = setup.guard.report();
    expect(overhead).toMatchObject({ canaryOneIn: null, limited: true });
    expect(evidence.unavailable).toContainEqual(expect.objectContaining({ channel: 'survivors' }));
  });

  it('rejects analyze where no GC can be forced, with what to do', async () => {
    const { guard, runtime } = setUp({ level: 'prove' });
    open.push(guard);
    runtime.canForce = false;
    await expect(guard.analyze()).rejects.toMatchObject({
      code: 'ERR_LEAKGUARD_GC_UNAVAILABLE',
      message: /--expose-gc/,
    });
  });

  it('spends no more than a fifth of the time in forced GCs', () => {
    const setup = setUp({ level: 'prove' });
    open.push(setup.guard);
    setup.runtime.pauseMs = 400;
    drive(setup, { seconds: 60 });
    expect(setup.guard.report().evidence.forcedGcs).toBeLessThanOrEqual(30);
  });
});

describe('a guard at auto', () => {
  it('forces no GC and says how many more it needs, and when that will be', () => {
    const setup = setUp();
    open.push(setup.guard);
    drive(setup, { seconds: 12, natural: true });
    const { evidence } = setup.guard.report();
    expect(evidence).toMatchObject({ forcedGcs: 0, majorGcs: 12, majorGcIntervalMs: 1000, rareGcs: false });
    expect(evidence.majorGcsNeeded).toBeGreaterThan(0);
    expect(evidence.etaMs).toBe(evidence.majorGcsNeeded * 1000);
    expect(evidence.majorGcsNeeded).toBeLessThan(11);
    expect(formatReport(setup.guard.report())).toContain(`${evidence.majorGcsNeeded} more major GCs needed`);
  });

  it('names the leaking route from natural GCs alone', () => {
    const setup = setUp();
    open.push(setup.guard);
    drive(setup, { seconds: 200, leakBytes: 3000, natural: true });
    const report = setup.guard.report();
    // A store that forgets after an hour would look the same so far.
    expect(report.scopes[0]).toMatchObject({ scope: 'GET /b', verdict: 'growing' });
    expect(report.evidence.majorGcsNeeded).toBe(0);
  });

  it('gives its first verdict after eleven major GCs, before thirty could ever come in a fast leak', () => {
    const setup = setUp();
    open.push(setup.guard);
    drive(setup, { seconds: 60, leakBytes: 60 });
    setup.runtime.heapBytes = 20_000_000;
    for (let gc = 0; gc < 12; gc++)
      drive(setup, { seconds: 1, leakBytes: 20_000, natural: true, seed: gc + 1 });
    expect(setup.guard.report().scopes[0]).toMatchObject({ scope: 'GET /b', verdict: 'growing' });
  });

  it('reports that major GCs are rare', () => {
    const { guard, runtime } = setUp();
    open.push(guard);
    runtime.majorGc();
    runtime.pass(300_000);
    expect(guard.report().evidence.rareGcs).toBe(true);
    expect(formatReport(guard.report())).toContain('idleGc');
  });

  it('leaves the process alone when idle, unless idleGc is asked for', () => {
    const plain = setUp();
    const idle = setUp({ idleGc: true });
    open.push(plain.guard, idle.guard);
    for (const { runtime } of [plain, idle]) runtime.pass(600_000);
    expect(plain.guard.report().evidence.forcedGcs).toBe(0);
    expect(idle.guard.report().evidence.forcedGcs).toBe(5);
  });

  it('never forces an idle GC while something is in flight', () => {
    const { guard, runtime } = setUp({ idleGc: true });
    open.push(guard);
    guard.begin();
    runtime.pass(600_000);
    expect(guard.report().evidence.forcedGcs).toBe(0);
  });

  it('writes the periodic table only while something grows', () => {
    const setup = setUp({ level: 'prove' });
    open.push(setup.guard);
    drive(setup, { seconds: 130, leakBytes: 3000 });
    const tables = setup.logger.lines.filter(({ fields }) => fields.event === 'memory');
    expect(tables.length).toBeGreaterThan(0);
    expect(tables[0]!.fields.scopes).toContainEqual(expect.objectContaining({ scope: 'GET /b' }));
  });
});

describe('a guard that must not break its host', () => {
  it('survives a logger that throws, and tells error listeners', () => {
    const thrower = (): never => {
      throw new Error('disk full');
    };
    const setup = setUp({ level: 'prove', logger: { info: thrower, warn: thrower, error: thrower } });
    open.push(setup.guard);
    const errors: string[] = [];
    setup.guard.on('error', (error) => errors.push(error.message));
    drive(setup, { seconds: 60, leakBytes: 3000 });
    expect(errors).toContain('disk full');
    expect(setup.guard.report().scopes[0]!.scope).toBe('GET /b');
  });

  it('survives listeners that throw or reject, the error listener included', async () => {
    const setup = setUp({ level: 'prove' });
    open.push(setup.guard);
    const errors: unknown[] = [];
    setup.guard.on('error', (error) => errors.push(error.message));
    setup.guard.on('error', () => {
      throw new Error('from an error listener');
    });
    setup.guard.on('growth', () => {
      throw new Error('thrown');
    });
    setup.guard.on('growth', (async () => {
      throw new Error('rejected');
    }) as never);
    const later: ScopeReport[] = [];
    setup.guard.on('growth', (scope) => later.push(scope));
    drive(setup, { seconds: 60, leakBytes: 3000 });
    await new Promise(setImmediate);
    expect(later.length).toBe(1);
    expect(errors).toEqual(['thrown', 'rejected']);
  });

  it('calls a listener no more after it was taken off', () => {
    const setup = setUp({ level: 'prove' });
    open.push(setup.guard);
    let calls = 0;
    const off = setup.guard.on('growth', () => {
      calls += 1;
    });
    off();
    drive(setup, { seconds: 60, leakBytes: 3000 });
    expect(calls).toBe(0);
  });

  it('closes in mid-flight: units end without effect, timers and observers are gone', async () => {
    const { guard, runtime } = setUp({ level: 'prove' });
    const route = guard.scope('route', 'GET /a');
    const unit = guard.begin();
    await guard.close();
    await guard.close();
    unit.end(route);
    runtime.majorGc();
    runtime.pass(10_000);
    expect(runtime.watching).toBe(0);
    expect(runtime.timers.size).toBe(0);
    expect(guard.report().scopes[0]!.units).toBe(0);
    await expect(guard.analyze()).rejects.toMatchObject({ code: 'ERR_LEAKGUARD_CLOSED' });
  });

  it('counts further scopes in (other) with one warning', () => {
    const { guard, logger } = setUp({ maxScopes: 2 });
    open.push(guard);
    for (const name of ['a', 'b', 'c', 'd']) guard.begin().end(guard.scope('job', name));
    expect(logger.lines.map(({ level, message }) => [level, message])).toEqual([
      [
        'warn',
        'maxScopes (2) is reached: c and further scopes count in (other) until others have been idle for 20 major GCs. Raise it, unless names hold ids: then name scopes by what they have in common',
      ],
    ]);
    expect(guard.report().scopes.find(({ scope }) => scope === '(other)')!.units).toBe(2);
  });

  it('does nothing at all when disabled, and its methods still answer', async () => {
    const runtime = new FakeRuntime();
    const guard = guardOn(runtime, { enabled: false });
    guard.begin().end(guard.scope('route', 'GET /a'));
    expect([runtime.watching, runtime.timers.size]).toEqual([0, 0]);
    expect((await guard.analyze()).scopes).toEqual([]);
    expect(formatReport(guard.report())).toMatch(/^OFF/);
    await guard.close();
  });
});
