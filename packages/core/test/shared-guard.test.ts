import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGuard } from '../src/guard.ts';
import { scopeTurn } from '../src/guard-marks.ts';
import { getGuard } from '../src/shared-guard.ts';
import type { Guard, Logger } from '../src/types.ts';
import { FakeRuntime } from './fake-runtime.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const handles: Guard[] = [];
const warnings: string[] = [];

function join(...args: Parameters<typeof getGuard>): Guard {
  const guard = getGuard(...args);
  handles.push(guard);
  return guard;
}

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});

afterEach(async () => {
  for (const guard of handles.splice(0)) await guard.close();
  warnings.length = 0;
  vi.restoreAllMocks();
});

/** A second installed copy of the package: the same source, evaluated again. */
async function secondCopy(): Promise<typeof import('../src/shared-guard.ts')> {
  vi.resetModules();
  return import('../src/shared-guard.ts');
}

describe('getGuard', () => {
  it('gives everybody one ledger', () => {
    const [one, two] = [join({ enabled: true }), join()];
    one.begin().end(two.scope('route', 'GET /'));
    expect(two.report().scopes).toMatchObject([{ scope: 'GET /', units: 1 }]);
  });

  it('starts a second after it was asked for, also where no unit comes: an idle server is measured and can be asked', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const one = join({ enabled: true, control: false });
    vi.advanceTimersByTime(999);
    join({ minTotalBytes: '2MB' });
    expect(warnings).toEqual([]);
    vi.advanceTimersByTime(1);
    join({ spikeThreshold: '2MB' });
    expect(warnings).toEqual([
      expect.stringContaining('option spikeThreshold of the shared guard is the default'),
    ]);
    expect(one.report().scopes).toEqual([]);
  });

  it('gives handles of one identity, by which an adapter counts a request once', () => {
    const identity = (guard: Guard): unknown => (guard as never)[Symbol.for('leakguard.identity')];
    const [one, two] = [join({ enabled: true }), join()];
    expect(one).not.toBe(two);
    expect(identity(one)).toBe(identity(two));
    expect(identity(one)).toBeDefined();
  });

  it('ends what a handle tracked when that handle is closed, and counts no types for it', async () => {
    const [one, two] = [join({ enabled: true }), join()];
    const tracked = () => two.report().collections.map(({ name }) => name);
    one.track('of one', [1]);
    two.track('of two', () => 2);
    const end = two.track('ended', () => 3);
    expect(tracked()).toEqual(['of one', 'of two', 'ended']);
    end();
    await one.close();
    expect(tracked()).toEqual(['of two']);
    one.track('late', () => 4)();
    expect(tracked()).toEqual(['of two']);
    await expect(one.typeGrowth()).rejects.toMatchObject({ code: 'ERR_LEAKGUARD_CLOSED' });
    expect((await two.typeGrowth()).length).toBeGreaterThan(20);
  });

  it('meets with a second installed copy of the package', async () => {
    const copy = await secondCopy();
    expect(copy.getGuard).not.toBe(getGuard);
    const one = join({ enabled: true });
    const two = copy.getGuard();
    handles.push(two);
    two.begin().end(two.scope('job', 'mail'));
    expect(one.report().scopes).toMatchObject([{ scope: 'mail', units: 1 }]);
  });

  it('keeps apart from a copy that speaks another protocol, with a warning', () => {
    const slot = Symbol.for('leakguard.shared-guard');
    (globalThis as Record<symbol, unknown>)[slot] = { protocol: 99, join: () => expect.unreachable() };
    const guard = join({ enabled: true });
    delete (globalThis as Record<symbol, unknown>)[slot];
    guard.begin().end(guard.scope('route', 'GET /'));
    expect(guard.report().scopes.length).toBe(1);
    expect(warnings[0]).toContain('protocol 99');
  });

  it('lets the first explicit value of an option win, and warns whoever comes later with another', () => {
    join();
    const guard = join({ level: 'watch', enabled: true });
    join({ level: 'watch' });
    expect(warnings).toEqual([]);
    join({ level: 'prove' });
    expect(warnings).toEqual([
      'leakguard: option level of the shared guard is watch; prove comes too late and is ignored',
    ]);
    expect(guard.report().level).toBe('watch');
  });

  it('throws for a bad option even if the guard runs already', () => {
    join({ enabled: true }).begin();
    expect(() => getGuard({ level: 'loud' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_LEAKGUARD_OPTION' }),
    );
  });

  it.each([{ options: null }, { options: 5 }, { options: [] }, { options: () => 1 }])(
    'throws for $options in place of options',
    ({ options }) => {
      for (const make of [getGuard, createGuard]) {
        expect(() => make(options as never)).toThrow(
          expect.objectContaining({
            code: 'ERR_LEAKGUARD_OPTION',
            message: expect.stringContaining('options must be an object, got '),
          }),
        );
      }
    },
  );

  it('names loggers in its warnings, also those that have no text', () => {
    const textless = () => Object.assign(Object.create(null), console) as Logger;
    join({ logger: textless() });
    join({ logger: textless() });
    expect(warnings).toEqual([
      'leakguard: option logger of the shared guard is object; object comes too late and is ignored',
    ]);
  });

  it('starts nothing when it is used after the last close, however it was used before', async () => {
    for (const use of [(guard: Guard) => void guard.begin(), () => undefined]) {
      const guard = join({ enabled: true });
      use(guard);
      await guard.close();
      const started = vi.spyOn(globalThis, 'setInterval');
      guard.begin().end(guard.scope('route', 'GET /'));
      guard.on('leak', () => expect.unreachable())();
      expect(guard.report().scopes).toEqual([]);
      expect(started).not.toHaveBeenCalled();
      await expect(guard.analyze()).rejects.toMatchObject({ code: 'ERR_LEAKGUARD_CLOSED' });
      started.mockRestore();
    }
  });

  it('counts nothing for a handle that was closed while others are open', async () => {
    const [one, two] = [join({ enabled: true }), join()];
    const route = two.scope('route', 'GET /');
    const inFlight = one.begin();
    await one.close();
    inFlight.end(route);
    one.begin().end(route);
    two.begin().end(one.scope('route', 'GET /other'));
    expect(two.report().scopes).toMatchObject([{ scope: 'GET /', units: 1, inFlight: 0 }]);
    expect(one.report().scopes).toMatchObject([{ units: 1 }]);
    await expect(one.analyze()).rejects.toMatchObject({ code: 'ERR_LEAKGUARD_CLOSED' });
    await expect(two.analyze()).resolves.toBeDefined();
  });

  it('lets go of the listeners of a handle that was closed', async () => {
    const thrower = () => {
      throw new Error('broken');
    };
    const [one, two] = [join({ enabled: true, ignore: thrower }), join()];
    const errors: string[] = [];
    one.on('error', () => errors.push('one'));
    one.on('error', () => errors.push('taken off'))();
    two.on('error', () => errors.push('two'));
    await one.close();
    one.on('error', () => errors.push('too late'));
    two.scope('route', 'GET /');
    expect(errors).toEqual(['two']);
  });

  it('tells adapters whether it counts', async () => {
    const counts = (guard: Guard) => (guard as never)[Symbol.for('leakguard.disabled')] !== true;
    const [one, two] = [join({ enabled: true }), join()];
    expect([one, two].map(counts)).toEqual([true, true]);
    await one.close();
    expect([one, two].map(counts)).toEqual([false, true]);
    await two.close();
    expect(counts(two)).toBe(false);
    const disabled = join({ enabled: false });
    expect(counts(disabled)).toBe(false);
    const own = createGuard({ enabled: true });
    expect(counts(own)).toBe(true);
    await own.close();
    expect(counts(own)).toBe(false);
  });

  it('tells adapters of every handle that scopes lost their place', async () => {
    const runtime = new FakeRuntime();
    vi.doMock('../src/measure/process-runtime.ts', () => ({ processRuntime: () => runtime }));
    onTestFinished(() => vi.doUnmock('../src/measure/process-runtime.ts'));
    const copy = await secondCopy();
    const one = copy.getGuard({ enabled: true, maxScopes: 1, reportInterval: 60_000, logger: silent });
    const two = copy.getGuard();
    handles.push(one, two);
    const before = scopeTurn(two);
    one.begin().end(one.scope('route', 'GET /idle'));
    runtime.majorGc();
    one.begin().end(one.scope('route', 'GET /waits'));
    for (let row = 0; row < 20; row++) runtime.majorGc();
    expect(scopeTurn(two)).toBe(before);
    runtime.pass(60_000);
    expect(two.report().evidence.evicted.scopes).toBe(1);
    expect(scopeTurn(two)).not.toBe(before);
    expect(scopeTurn(one)).toBe(scopeTurn(two));
  });

  it('closes with its last user, and a user who closes twice counts once', async () => {
    const [one, two] = [join({ enabled: true }), join()];
    const route = one.scope('route', 'GET /');
    await one.close();
    await one.close();
    two.begin().end(route);
    expect(two.report().scopes[0]!.units).toBe(1);
    await two.close();
    const fresh = join({ enabled: true });
    expect(fresh.report().scopes).toEqual([]);
  });
});
