import { expect, test } from 'vitest';
import { growthLine, growthTable } from '../../src/demo/growth-table.ts';
import { reportOf } from '../report-of.ts';

test('the table says of a growing route how much stays, of others only that they are counted', () => {
  const lines = growthTable(reportOf({ 'GET /cart': 'leaking', 'GET /search': 'stable' }));
  expect(lines).toEqual([
    'route                          requests  verdict       per request     so far   kept alive',
    'GET /cart                          1200  LEAKING            9.6 KB      11 MB     17 of 17',
    'GET /search                        1200  stable',
  ]);
});

test('the short line names what grows', () => {
  expect(growthLine(reportOf({ 'GET /cart': 'leaking', 'GET /search': 'stable' }))).toBe('GET /cart leaking');
  expect(growthLine(reportOf({ 'GET /search': 'stable' }))).toBe('nothing grows yet');
});
