import { describe, expect, it } from 'vitest';
import { namedPrototype } from '../../src/measure/type-name.ts';

const nameOf = (value: object): string => namedPrototype(Object.getPrototypeOf(value) as object).name;

describe('the type of an object', () => {
  class Job {}

  it('is named by its constructor', () => {
    const kinds = [{}, [], new Map(), new Job(), () => 1, async () => 1, Promise.resolve(), Buffer.alloc(1)];
    expect(kinds.map(nameOf)).toEqual([
      ...['Object', 'Array', 'Map', 'Job', 'Function', 'AsyncFunction', 'Promise', 'Buffer'],
    ]);
  });

  it('is that of the prototype above where its own has no constructor', () => {
    expect(nameOf(Object.create(Object.create(new Job())))).toBe('Job');
  });

  it('is its tag where constructors say nothing', () => {
    function* numbers() {
      yield 1;
    }
    expect(nameOf(numbers())).toBe('Generator');
    expect(nameOf([][Symbol.iterator]())).toBe('Array Iterator');
  });

  it('is told where the class has no name, or one that is no text', () => {
    expect(nameOf(new (class {})())).toBe('(anonymous class)');
    const Numbered = class {} as new () => object;
    Object.defineProperty(Numbered, 'name', { value: 5 });
    expect(nameOf(new Numbered())).toBe('(anonymous class)');
  });

  it('is shortened where it is generated', () => {
    const Long = { [`x${'y'.repeat(500)}`]: class {} }[`x${'y'.repeat(500)}`]!;
    expect(nameOf(new Long())).toHaveLength(101);
  });
});

describe('asking for a type', () => {
  const asked: string[] = [];
  const spy = (target: object, name: string): object =>
    new Proxy(target, {
      get: () => asked.push(`${name} get`),
      getPrototypeOf: () => asked.push(`${name} prototype`) as never,
      getOwnPropertyDescriptor: () => asked.push(`${name} descriptor`) as never,
    });

  it('calls no getter', () => {
    const prototype = Object.create(null, {
      constructor: { get: () => asked.push('constructor') },
      [Symbol.toStringTag]: { get: () => asked.push('tag') },
    }) as object;
    const Named = class {};
    Object.defineProperty(Named, 'name', { get: () => asked.push('name') });
    expect(namedPrototype(prototype).name).toBe('(unnamed)');
    expect(namedPrototype(Named.prototype).name).toBe('(anonymous class)');
    expect(asked).toEqual([]);
  });

  it('asks no proxy, neither as prototype nor as constructor', () => {
    const below = Object.create(spy({}, 'prototype')) as object;
    expect(namedPrototype(below).name).toBe('(unnamed)');
    expect(namedPrototype({ constructor: spy(class {}, 'constructor') }).name).toBe('Object');
    expect(asked).toEqual([]);
  });
});
