import { Session } from 'node:inspector';
import { afterEach, describe, expect, it } from 'vitest';
import { forceFloor, takeGc } from '../../src/measure/forced-gc.ts';
import { TypeTally } from '../../src/measure/type-tally.ts';

class Kept {
  readonly next = new Inner();
}
class Inner {}

const kept: object[] = [];
afterEach(() => void kept.splice(0));

describe('a tally of the live heap', () => {
  it('counts what is alive by type, garbage not', () => {
    const tally = new TypeTally();
    const before = tally.read();
    for (let k = 0; k < 500; k++) kept.push(new Kept());
    for (let k = 0; k < 500; k++) new Kept();
    kept.push(new Map(), () => kept);
    const after = tally.read();
    const gained = (type: string): number => (after.counts.get(type) ?? 0) - (before.counts.get(type) ?? 0);
    expect(['Kept', 'Inner'].map(gained)).toEqual([500, 500]);
    expect([...after.counts.values()].reduce((sum, count) => sum + count, 0)).toBe(after.objects);
    expect(after.pauseMs).toBeGreaterThan(0);
  });

  it('runs no code of proxies, getters and constructors', () => {
    let ran = 0;
    const run = (): never => {
      ran += 1;
      throw new Error('must not run');
    };
    const handler = { get: run, getPrototypeOf: run, getOwnPropertyDescriptor: run, has: run, ownKeys: run };
    const proxied = new Proxy(new Kept(), handler);
    const HiddenClass = new Proxy(class {}, {
      get: (target, key) => (key === 'prototype' ? target.prototype : run()),
    });
    const withGetter = Object.create({ get constructor() { return run(); }, get [Symbol.toStringTag]() { return run(); } }); // biome-ignore format: one case
    kept.push(proxied, withGetter as object, Object.create(proxied) as object, new HiddenClass());
    new TypeTally().read();
    expect(ran).toBe(0);
  });

  it('keeps nothing alive, and leaves nothing behind in the global object', async () => {
    const tally = new TypeTally();
    const before = Reflect.ownKeys(globalThis).length;
    const ref = ((): WeakRef<object> => {
      const object = new Kept();
      kept.push(object);
      return new WeakRef(object);
    })();
    tally.read();
    kept.splice(0);
    await new Promise((resolve) => setImmediate(resolve));
    forceFloor(takeGc(), () => 0);
    expect(ref.deref()).toBeUndefined();
    expect(Reflect.ownKeys(globalThis)).toHaveLength(before);
  });

  it('leaves a heap profile of another session running', () => {
    const session = new Session();
    session.connect();
    session.post('HeapProfiler.startSampling', { samplingInterval: 1024 });
    new TypeTally().read();
    let size = 0;
    session.post('HeapProfiler.getSamplingProfile', (_, { profile }) => {
      size = (profile as unknown as { samples: unknown[] }).samples.length;
    });
    session.post('HeapProfiler.stopSampling');
    session.disconnect();
    expect(size).toBeGreaterThan(0);
  });

  it('says so where the inspector is missing', () => {
    const getBuiltinModule = process.getBuiltinModule;
    process.getBuiltinModule = (() => undefined) as never;
    try {
      expect(() => new TypeTally().read()).toThrowError(
        expect.objectContaining({
          code: 'ERR_LEAKGUARD_TYPES',
          message: expect.stringContaining('no inspector'),
        }),
      );
    } finally {
      process.getBuiltinModule = getBuiltinModule;
    }
  });
});
