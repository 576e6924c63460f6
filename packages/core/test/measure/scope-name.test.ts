import { describe, expect, it } from 'vitest';
import { scopeName } from '../../src/measure/scope-name.ts';

describe('scopeName', () => {
  it('leaves route patterns and names in any script as they are', () => {
    for (const name of [
      'GET /users/:id',
      'mail:send',
      'GET /größe/東京/👩‍🚀',
      '__proto__',
      ' ',
      '(unmatched)',
    ])
      expect(scopeName(name)).toBe(name);
  });

  it('keeps one line: what cannot be printed, or turns the text around it, becomes U+FFFD', () => {
    const forged = 'GET /a\r\n{"event":"leak"}\u0000\u001b[31m\u0085\u2028\u202e\ud800';
    expect(scopeName(forged)).toBe(
      'GET /a\uFFFD\uFFFD{"event":"leak"}\uFFFD\uFFFD[31m\uFFFD\uFFFD\uFFFD\uFFFD',
    );
  });

  it('cuts a name of 10 MB, also in the middle of a character', () => {
    expect(scopeName('x'.repeat(10_000_000))).toBe(`${'x'.repeat(255)}…`);
    expect(scopeName('👩'.repeat(200))).toBe(`${'👩'.repeat(127)}…`);
  });

  it('has a text for what is no text', () => {
    const bare = Object.create(null);
    expect([undefined, null, 7, Symbol('s'), bare, ''].map(scopeName)).toEqual([
      'undefined',
      'null',
      '7',
      'Symbol(s)',
      'object',
      '(unnamed)',
    ]);
  });
});
