import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardOn } from '../src/guard.ts';
import type { Guard, GuardOptions, Logger } from '../src/types.ts';
import { normal, seededRandom } from './attribute/generated-rows.ts';
import { FakeRuntime } from './fake-runtime.ts';
import { rejectingThenable } from './thenable.ts';

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const guards: Guard[] = [];
const unhandled: unknown[] = [];
const noteUnhandled = (error: unknown): void => void unhandled.push(error);

function setUp(options: GuardOptions = {}, runtime = new FakeRuntime()) {
  const guard = guardOn(runtime, { enabled: true, logger: SILENT, ...options });
  guards.push(guard);
  const errors: Error[] = [];
  guard.on('error', (error) => errors.push(error));
  return { guard, runtime, errors };
}

/** A logger whose every method does the same. */
function loggerOf(write: (message: string) => unknown): Logger {
  const method = (_fields: object, message: string): void => write(message) as undefined;
  return { info: method, warn: method, error: method };
}

/** A minute of traffic with a leak on one of two routes; GCs come from `each`, called once a second. */
async function leak(guard: Guard, runtime: FakeRuntime, each: () => Promise<unknown> | undefined) {
  const random = seededRandom(1);
  const [leaky, honest] = [guard.scope('route', 'GET /leaky'), guard.scope('route', 'GET /honest')];
  for (let second = 0; second < 60; second++) {
    const units = Math.round(200 * Math.exp(0.7 * normal(random)));
    for (let n = 0; n < units; n++) guard.begin().end(leaky);
    for (let n = 0; n < 200 * random(); n++) guard.begin().end(honest);
    runtime.heapBytes += 3000 * units;
    runtime.cpuMs += 500;
    runtime.pass(1000);
    await each();
  }
}

beforeEach(() => void process.on('unhandledRejection', noteUnhandled));
afterEach(async () => {
  for (const guard of guards.splice(0)) await guard.close();
  await new Promise(setImmediate);
  process.off('unhandledRejection', noteUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

describe('a logger that fails', () => {
  const fails: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
    ['rejects as a thenable', () => rejectingThenable(new Error('disk full'))],
  ];

  it.each(fails)(
    'and %s reaches neither the request that overflows maxScopes nor the host',
    async (_, write) => {
      const { guard, errors } = setUp({ maxScopes: 1, logger: loggerOf(write) });
      for (const name of ['a', 'b', 'c']) guard.begin().end(guard.scope('job', name));
      await new Promise(setImmediate);
      expect(errors.map(({ message }) => message)).toEqual(['disk full']);
      expect(
        guard
          .report()
          .scopes.map(({ units }) => units)
          .sort(),
      ).toEqual([1, 2]);
    },
  );

  it.each(fails)('and %s does not make analyze reject', async (_, write) => {
    const { guard, runtime, errors } = setUp({ level: 'prove', logGrowth: false, logger: loggerOf(write) });
    // Only `analyze` can force a GC here, so that it is what finds and tells the growth.
    runtime.canForce = false;
    await leak(guard, runtime, async () => {
      runtime.canForce = true;
      await guard.analyze();
      runtime.canForce = false;
    });
    expect(errors.map(({ message }) => message)).toEqual(['disk full', 'disk full']);
    expect(guard.report().scopes[0]).toMatchObject({ scope: 'GET /leaky', verdict: 'leaking' });
  });

  it.each(fails)('and %s does not keep a guard from starting that has something to say', (_, write) => {
    const runtime = new FakeRuntime();
    runtime.canForce = false;
    expect(() => setUp({ level: 'prove', logger: loggerOf(write) }, runtime)).not.toThrow();
  });
});

describe('a listener that fails', () => {
  it('with something that has no text, or as a thenable of its own kind, is told to error listeners', async () => {
    const { guard, runtime, errors } = setUp({ level: 'prove' });
    guard.on('growth', () => {
      throw Object.create(null);
    });
    guard.on('growth', (() => rejectingThenable(new Error('late'))) as never);
    await leak(guard, runtime, () => undefined);
    expect(errors.map(({ message }) => message)).toEqual(['object', 'late']);
  });

  it('and listens to errors is not told of its own failure', async () => {
    let calls = 0;
    const { guard } = setUp({
      ignore: () => {
        throw new Error('broken');
      },
    });
    guard.on('error', (() => {
      calls += 1;
      return rejectingThenable(Object.create(null));
    }) as never);
    guard.scope('route', 'GET /');
    await new Promise(setImmediate);
    expect(calls).toBe(1);
  });
});

describe('an ignore option that fails', () => {
  it('ignores nothing, never throws into a request, and is told once', () => {
    const { guard, errors } = setUp({
      ignore: () => {
        throw new Error('broken ignore');
      },
    });
    for (const name of ['GET /a', 'GET /b']) guard.begin().end(guard.scope('route', name));
    expect(guard.report().scopes).toMatchObject([
      { scope: 'GET /a', units: 1, inFlight: 0 },
      { scope: 'GET /b', units: 1, inFlight: 0 },
    ]);
    expect(errors.map(({ message }) => message)).toEqual(['broken ignore']);
  });

  it('by being async ignores nothing, and its rejection stays inside', async () => {
    const { guard, errors } = setUp({ ignore: (async () => Promise.reject(new Error('late'))) as never });
    guard.begin().end(guard.scope('route', 'GET /a'));
    await new Promise(setImmediate);
    expect(guard.report().scopes).toMatchObject([{ scope: 'GET /a' }]);
    expect(errors).toHaveLength(1);
    expect(errors[0]!.message).toContain('not with a promise');
  });

  it('does not matter while it works: what it names is ignored, by any truthy answer', () => {
    const { guard, errors } = setUp({ ignore: ((name: string) => /health/.exec(name)) as never });
    for (const name of ['GET /health', 'GET /a']) guard.begin().end(guard.scope('route', name));
    expect(
      guard
        .report()
        .scopes.map(({ scope }) => scope)
        .sort(),
    ).toEqual(['(ignored)', 'GET /a']);
    expect(errors).toEqual([]);
  });
});

describe('a runtime that cannot force a GC', () => {
  const startedWith = (options: GuardOptions, canForce = false): string[] => {
    const messages: string[] = [];
    const logger = { ...SILENT, warn: (_: object, message: string) => void messages.push(message) };
    const runtime = new FakeRuntime();
    runtime.canForce = canForce;
    setUp({ ...options, logger }, runtime);
    runtime.pass(10_000);
    return messages;
  };

  it('is told once to the log at the start of prove and of idleGc', () => {
    expect(startedWith({ level: 'prove' })).toEqual([
      "level 'prove' cannot force a GC here; start Node with --expose-gc",
    ]);
    expect(startedWith({ idleGc: true })).toEqual([
      'option idleGc cannot force a GC here; start Node with --expose-gc',
    ]);
  });

  it('is no matter to a guard that forces none, and not told where one can be forced', () => {
    expect(startedWith({})).toEqual([]);
    expect(startedWith({ level: 'prove' }, true)).toEqual([]);
  });
});
