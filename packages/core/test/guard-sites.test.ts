import { afterEach, describe, expect, it } from 'vitest';
import { guardOn } from '../src/guard.ts';
import type { ProfiledFunction } from '../src/internal-types.ts';
import type { Guard, GuardOptions } from '../src/types.ts';
import { FakeRuntime } from './fake-runtime.ts';
import { appFunction, profileOf } from './sampled-functions.ts';

const SAMPLE = 65_536;
const KEPT_PER_SECOND = 4 * SAMPLE;

const open: Guard[] = [];
afterEach(async () => {
  for (const guard of open.splice(0)) await guard.close();
});

/** A guard on two routes that always come together: floors cannot tell them apart. One of them keeps what it allocates. */
function setUp(options: GuardOptions = {}) {
  const runtime = new FakeRuntime();
  const lines: { level: string; fields: Record<string, unknown>; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message });
  const logger = { info: at('info'), warn: at('warn'), error: at('error') };
  const guard = guardOn(runtime, { enabled: true, control: false, logger, ...options });
  open.push(guard);
  const routes = (['users', 'orders'] as const).map((name) => {
    const handler = () => undefined;
    runtime.sampler.located.set(handler, { ...appFunction(name), url: '' });
    return { scope: guard.scope('route', `GET /${name}`), handlers: [handler] };
  });
  const ordinals: number[] = [];
  /** 200 requests per second of each route. */
  const drive = (
    seconds: number,
    frames: readonly ProfiledFunction[] = [appFunction('keepOrder'), appFunction('orders')],
  ): void => {
    for (let second = 0; second < seconds; second++) {
      for (const { scope, handlers } of routes)
        for (let n = 0; n < 200; n++) guard.begin().end(scope, { handlers });
      runtime.heapBytes += KEPT_PER_SECOND;
      for (let n = 0; n < KEPT_PER_SECOND / SAMPLE; n++) ordinals.push(25 * (ordinals.length + 1));
      runtime.sampler.next = profileOf([{ frames, ordinals: [...ordinals] }]);
      runtime.cpuMs += 500;
      runtime.pass(1000);
    }
  };
  const named = (name: string) => guard.report().scopes.find(({ scope }) => scope === name)!;
  return { runtime, sampler: runtime.sampler, guard, lines, drive, named };
}

describe('a guard that reads the profiler', () => {
  it('names the route and the function of a leak that floors could not tell from another, and what grew in its log line', () => {
    const { lines, drive, named } = setUp({ level: 'prove' });
    drive(60);
    expect(named('GET /orders')).toMatchObject({
      verdict: 'leaking',
      channels: expect.arrayContaining(['sites']),
      site: { allocating: { function: 'keepOrder' }, handler: { function: 'orders' }, share: 1 },
    });
    expect(named('GET /orders').bytesPerUnit! / (KEPT_PER_SECOND / 200)).toBeCloseTo(1, 0);
    // By themselves they would give both routes half.
    const floors = named('GET /orders').evidence.find(({ channel }) => channel === 'floors');
    expect(floors!.posterior).toBeGreaterThan(0.9);
    expect(named('GET /users').verdict).toBe('stable');
    const told = lines.find(({ fields }) => fields.event === 'leak');
    expect(told).toMatchObject({
      level: 'warn',
      fields: { scope: 'GET /orders', topSites: [{ frame: { function: 'keepOrder' } }] },
    });
  });

  it('reads at auto only once the floors rise, then within its budget, and reports how often', () => {
    const { runtime, sampler, guard, drive } = setUp();
    drive(30);
    expect(guard.report().evidence).toMatchObject({
      profilerReads: 0,
      profilerWaits: 'nothing suspect, heartbeat not due',
    });
    for (let row = 0; row < 60; row++) {
      drive(5);
      runtime.majorGc();
    }
    const { profilerReads } = guard.report().evidence;
    expect(profilerReads).toBe(sampler.reads);
    // 300 s: one a minute.
    expect(profilerReads).toBeGreaterThanOrEqual(3);
    expect(profilerReads).toBeLessThanOrEqual(5);
  });

  it('forgets whose samples they were when a scope loses its place to another', async () => {
    const { runtime, guard, drive } = setUp({ level: 'watch', maxScopes: 2, reportInterval: 60_000 });
    drive(1);
    const finish = (name: string): void => guard.begin().end(guard.scope('route', name));
    finish('GET /new');
    const scopesOfStacks = async () => (await guard.takeSnapshot()).data.stacks?.map(({ scope }) => scope);
    expect(await scopesOfStacks()).toEqual(['GET /orders']);
    for (let row = 0; row < 21; row++) {
      finish('GET /users');
      runtime.pass(100);
      runtime.majorGc();
    }
    runtime.pass(60_000);
    finish('GET /new');
    expect(guard.report().scopes.map(({ scope }) => scope)).toContain('GET /new');
    expect(await scopesOfStacks()).toEqual([null]);
  });

  it('warns once where the profiler is lost, reports why, and goes on without it', () => {
    const { sampler, guard, lines, drive } = setUp({ level: 'prove' });
    drive(5);
    sampler.loss = 'another tool took it';
    drive(60);
    const notices = lines.filter(({ message }) => message.includes('no functions can be named'));
    expect(notices).toMatchObject([{ level: 'warn' }]);
    const { unavailable, forcedGcs } = guard.report().evidence;
    expect(unavailable).toContainEqual({ channel: 'sites', reason: 'another tool took it' });
    expect(forcedGcs).toBeGreaterThan(30);
  });

  it('says no more of a leak what the profiler had said before it was lost: it is cleared once it has ended', () => {
    const { runtime, sampler, guard, lines, drive, named } = setUp({ level: 'prove' });
    drive(60);
    expect(named('GET /orders')).toMatchObject({ verdict: 'leaking', site: expect.anything() });
    sampler.loss = 'another tool took it';
    const leakedBytes = runtime.heapBytes;
    for (let second = 0; second < 120; second++) {
      drive(1);
      runtime.heapBytes = leakedBytes;
    }
    expect(guard.report().site).toBeNull();
    expect(named('GET /orders')).toMatchObject({ verdict: 'stable', site: null });
    expect(lines.map(({ fields }) => fields.event)).toContain('cleared');
  });
});
