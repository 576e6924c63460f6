import { describe, expect, it } from 'vitest';
import { settle, textOf, toError } from '../src/contain.ts';
import { rejectingThenable, throwingThenable } from './thenable.ts';

const textless: unknown = Object.create(null);
const secretive: unknown = new Proxy(new Error('hidden'), {
  getPrototypeOf: () => {
    throw new Error('no prototype for you');
  },
});

describe('toError', () => {
  it('leaves errors as they are', () => {
    const error = new TypeError('plain');
    expect(toError(error)).toBe(error);
  });

  it.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [textless, 'object'],
  ])('makes an error of whatever else was thrown (%#)', (thrown, message) => {
    expect(toError(thrown)).toMatchObject({ message, cause: thrown });
    expect(toError(thrown)).toBeInstanceOf(Error);
  });

  it('does not throw for a proxy that does', () => {
    expect(toError(secretive).cause).toBe(secretive);
  });
});

describe('textOf', () => {
  it('never throws', () => {
    const loud = {
      toString: () => {
        throw new Error('no');
      },
    };
    expect([textOf(textless), textOf(loud), textOf(null), textOf(5)]).toEqual([
      'object',
      'object',
      'null',
      '5',
    ]);
  });
});

describe('settle', () => {
  async function told(result: unknown): Promise<unknown[]> {
    const errors: unknown[] = [];
    settle(result, (error) => errors.push(error));
    await new Promise(setImmediate);
    return errors;
  }

  it.each([undefined, null, 5, {}, Promise.resolve(1)])('has nothing to tell of %o', async (result) => {
    expect(await told(result)).toEqual([]);
  });

  it('tells the rejection of a promise', async () => {
    expect(await told(Promise.reject('late'))).toEqual(['late']);
  });

  it('tells the rejection of a thenable that is no Promise', async () => {
    expect(await told(rejectingThenable('late'))).toEqual(['late']);
  });

  it('tells what a broken thenable throws', async () => {
    expect(await told(throwingThenable('no then'))).toEqual(['no then']);
  });
});
