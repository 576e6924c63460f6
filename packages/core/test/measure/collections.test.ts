import { describe, expect, it } from 'vitest';
import { Collections } from '../../src/measure/collections.ts';
import { forceFloor, takeGc } from '../../src/measure/forced-gc.ts';

function setUp() {
  const errors: Error[] = [];
  const collections = new Collections((error) => void errors.push(error));
  const sizes = () => collections.read().map(({ name, size }) => [name, size]);
  return { collections, errors, sizes };
}

const refused = (message: string | RegExp) =>
  expect.objectContaining({
    code: 'ERR_LEAKGUARD_TRACK',
    message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  }) as Error;

describe('tracked collections', () => {
  it('are Maps, Sets, arrays, caches, and functions that give a number', () => {
    const { collections, sizes } = setUp();
    const [map, set, array, cache] = [new Map([[1, 1]]), new Set([1, 2]), [1, 2, 3], { size: 4, max: 100 }];
    collections.track('map', map);
    collections.track('set', set);
    collections.track('array', array);
    collections.track('cache', cache);
    collections.track('function', () => 5);
    expect(sizes()).toEqual([
      ['map', 1],
      ['set', 2],
      ['array', 3],
      ['cache', 4],
      ['function', 5],
    ]);
    map.set(2, 2);
    expect(sizes()[0]).toEqual(['map', 2]);
    expect(collections.read().map(({ limit }) => limit)).toEqual([null, null, null, 100, null]);
  });

  it('have names of their own: a second one of a name is numbered, and a number that is free is given again', () => {
    const { collections, sizes } = setUp();
    const [a, b, c] = [[1], [1, 2], [1, 2, 3]];
    collections.track('cache', a);
    const end = collections.track('cache', b);
    end();
    end();
    collections.track('cache', c);
    collections.track('two\nlines', a);
    expect(sizes()).toEqual([
      ['cache', 1],
      ['cache#2', 3],
      ['two\uFFFDlines', 1],
    ]);
    end();
    expect(sizes()).toHaveLength(3);
  });

  it('have a name that fits a line, whatever is given for one', () => {
    const { collections, sizes } = setUp();
    const kept = [[1], [2], [3], [4], [5], [6]];
    for (const [index, name] of ['', '\u0000\u001b[2J', 'n'.repeat(1e7), null, {}, Symbol('s')].entries())
      collections.track(name as never, kept[index]!);
    const names = sizes().map(([name]) => name as string);
    expect(names).toEqual([
      ...['(unnamed)', '\uFFFD\uFFFD[2J', `${'n'.repeat(255)}…`, 'null', '[object Object]', 'Symbol(s)'],
    ]);
    const end = collections.track('', kept[0]!);
    expect(sizes().at(-1)).toEqual(['(unnamed)#2', 1]);
    end();
    expect(sizes()).toHaveLength(6);
  });

  it('are read by what they have now: one that becomes of another kind is read as that', () => {
    const { collections, errors, sizes } = setUp();
    const changing: { size?: unknown; length?: number } = { size: 3 };
    collections.track('changing', changing as never);
    expect(sizes()).toEqual([['changing', 3]]);
    changing.length = 7;
    delete changing.size;
    expect(sizes()).toEqual([['changing', 7]]);
    changing.size = () => 5;
    expect(sizes()).toEqual([['changing', null]]);
    delete changing.size;
    expect(sizes()).toEqual([['changing', 7]]);
    delete changing.length;
    expect(sizes()).toEqual([['changing', null]]);
    expect(errors).toHaveLength(1);
  });

  it('have another id when a name comes again, so that another collection is not judged by the first one', () => {
    const { collections } = setUp();
    collections.track('cache', [])();
    const first = collections.read();
    const kept: number[] = [];
    collections.track('cache', kept);
    expect(first).toEqual([]);
    expect(collections.read()[0]!.id).toBe(2);
  });

  it('are not kept alive: one that is collected is no longer tracked', async () => {
    const { collections, sizes } = setUp();
    const stays = new Map();
    collections.track('stays', stays);
    (() => collections.track('goes', new Map(Array.from({ length: 1000 }, (_, k) => [k, k]))))();
    expect(sizes()).toHaveLength(2);
    await new Promise((resolve) => setImmediate(resolve));
    forceFloor(takeGc(), () => 0);
    await new Promise((resolve) => setImmediate(resolve));
    forceFloor(takeGc(), () => 0);
    expect(sizes()).toEqual([['stays', 0]]);
    expect(stays.size).toBe(0);
  });

  it.each([null, undefined, 5, 'text', {}, Object.create(null)])('%o is none', (nothing) => {
    const { collections } = setUp();
    expect(() => collections.track('nothing', nothing as never)).toThrowError(
      refused(/nothing cannot be tracked.*size or length/),
    );
  });

  it('are 200 at a time; those that were collected make room', async () => {
    const { collections } = setUp();
    const kept = Array.from({ length: 199 }, () => []);
    for (const one of kept) collections.track('many', one);
    (() => collections.track('many', new Map()))();
    expect(() => collections.track('one more', kept)).toThrowError(
      refused('one more cannot be tracked: 200'),
    );
    await new Promise((resolve) => setImmediate(resolve));
    forceFloor(takeGc(), () => 0);
    await new Promise((resolve) => setImmediate(resolve));
    forceFloor(takeGc(), () => 0);
    collections.track('one more', kept);
    expect(collections.read()).toHaveLength(200);
  });
});

describe('a size that cannot be read', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('not ready');
      },
      /hostile cannot be read: not ready/,
    ],
    [
      'throws what is no error',
      () => {
        throw null;
      },
      /hostile cannot be read: null/,
    ],
    ['is negative', () => -1, /its size is -1/],
    ['is no number', () => 'many', /its size is a value of type string/],
    ['is NaN', () => Number.NaN, /its size is NaN/],
    ['comes later', () => Promise.reject(new Error('later')), /its size is a value of type object/],
  ])('%s: told once, and the others are read', (_, source, message) => {
    // biome-ignore format: a table
    const { collections, errors, sizes } = setUp();
    collections.track('hostile', source as () => number);
    const withGetter = Object.defineProperty({}, 'size', { get: source });
    collections.track('hostile getter', withGetter);
    const kept = [1];
    collections.track('good', kept);
    for (let k = 0; k < 3; k++)
      expect(sizes()).toEqual([
        ['hostile', null],
        ['hostile getter', null],
        ['good', 1],
      ]);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toEqual(refused(message));
  });

  it('is no reason to end: it is read again when it can be', () => {
    const { collections, sizes } = setUp();
    let size = Number.NaN;
    collections.track('late', () => size);
    sizes();
    size = 3;
    expect(sizes()).toEqual([['late', 3]]);
  });

  it('a revoked proxy is refused, and one that is revoked later has no size', () => {
    const { collections, sizes, errors } = setUp();
    const { proxy, revoke } = Proxy.revocable({ size: 1 }, {});
    collections.track('proxy', proxy);
    revoke();
    expect(sizes()).toEqual([['proxy', null]]);
    expect(errors).toHaveLength(1);
    expect(() => collections.track('proxy', proxy)).toThrowError(refused('proxy cannot be tracked'));
  });
});
