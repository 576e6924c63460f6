import { describe, expect, it } from 'vitest';
import type { AdapterUnderTest } from './app-spec.ts';
import { describeGuards } from './guards-contract.ts';
import { describeLifetimes } from './lifetimes-contract.ts';
import { describeNames, describeScopes } from './scopes-contract.ts';

/**
 * The contract that every HTTP adapter keeps, run against the real framework: how requests are named, when they begin
 * and end, and what the guard must never do to them.
 *
 * @example
 * describeAdapterContract({ name: 'Express 5', version: { actual: version, major: 5 }, startApp });
 */
export function describeAdapterContract(adapter: AdapterUnderTest): void {
  describe(`${adapter.name}: adapter contract`, () => {
    it('runs against the major version that it is meant to', () => {
      expect(Number.parseInt(adapter.version.actual, 10)).toBe(adapter.version.major);
    });
    if (adapter.knowsRoutes ?? true) describeScopes(adapter);
    describeNames(adapter);
    describeLifetimes(adapter);
    describeGuards(adapter);
  });
}
