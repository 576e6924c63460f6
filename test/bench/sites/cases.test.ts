import { expect, test } from 'vitest';
import { kinds, sizes } from '../../../bench/sites/apps/index.mjs';
import { caseText, defaultLeakCases, healthyCases, leakCases } from '../../../bench/sites/cases.mjs';

const ALL = { apps: null, kinds: null, bytes: null, routes: null };
const distinct = <T>(list: T[]) => new Set(list).size;

test('by default each kind is run with each size, and every app and route has its turn', () => {
  const cases = defaultLeakCases();
  expect(distinct(cases.map(caseText))).toBe(kinds.length * sizes.length);
  expect(distinct(cases.map(({ leak }) => `${leak?.kind} ${leak?.bytes}`))).toBe(kinds.length * sizes.length);
  expect(distinct(cases.map(({ app }) => app))).toBe(8);
  expect(distinct(cases.map(({ leak }) => `${leak?.bytes} ${leak?.route}`))).toBe(3 * sizes.length);
});

test('all there is: each app with each kind, size and route, once per seed', () => {
  expect(leakCases(ALL, 2)).toHaveLength(2 * 8 * 9 * 4 * 3);
  expect(healthyCases(ALL, 20)).toHaveLength(20 * 12);
});

test('asked for by name, only those are run', () => {
  const wanted = { apps: ['orders-layered', 'quote-ttl'], kinds: ['map'], bytes: [2048], routes: ['rare'] };
  expect(leakCases(wanted, 1).map(caseText)).toEqual(['orders-layered map 2048 rare seed 1']);
  expect(healthyCases(wanted, 1).map(caseText)).toEqual(['quote-ttl healthy seed 1']);
});
