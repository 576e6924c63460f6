import type { Verdict } from '@leakguard/core';
import { expect, test } from 'vitest';
import { isNamed, judge, leakingScopes, type Verdicts, verdictText } from '../src/judge.ts';

function reportOf(verdicts: Record<string, Verdict>): Verdicts {
  return { scopes: Object.entries(verdicts).map(([scope, verdict]) => ({ scope, verdict })) };
}

const planted = ['GET /cart', 'GET /thumbnails/:id'];

test('passes when every planted scope is growing or leaking and nothing else is', () => {
  const report = reportOf({
    'GET /cart': 'leaking',
    'GET /thumbnails/:id': 'growing',
    'GET /search': 'stable',
  });
  expect(judge(report, planted)).toEqual({ passed: true, named: planted, missed: [], accused: [] });
});

test('fails when a planted scope is stable, still warming up or absent', () => {
  const quiet = reportOf({ 'GET /cart': 'stable', 'GET /thumbnails/:id': 'warming-up' });
  expect(judge(quiet, planted)).toMatchObject({ passed: false, missed: planted });
  const absent = reportOf({ 'GET /cart': 'leaking' });
  expect(judge(absent, planted)).toMatchObject({ passed: false, missed: ['GET /thumbnails/:id'] });
});

test('fails when an honest scope is named in the last report, growing or leaking', () => {
  const verdicts = { 'GET /cart': 'leaking', 'GET /thumbnails/:id': 'leaking' } as const;
  for (const verdict of ['growing', 'leaking'] as const) {
    const report = reportOf({ ...verdicts, 'GET /search': verdict });
    expect(judge(report, planted)).toMatchObject({ passed: false, accused: ['GET /search'] });
  }
});

test('fails when an honest scope was leaking earlier, also if it was cleared since', () => {
  const report = reportOf({
    'GET /cart': 'leaking',
    'GET /thumbnails/:id': 'leaking',
    'GET /search': 'stable',
  });
  const ever = new Set(['GET /cart', 'GET /search']);
  expect(judge(report, planted, ever)).toMatchObject({ passed: false, accused: ['GET /search'] });
});

test('fails on an empty report', () => {
  expect(judge(reportOf({}), planted)).toMatchObject({ passed: false, missed: planted });
});

test('growing is named and is not leaking', () => {
  const report = reportOf({ a: 'growing', b: 'leaking', c: 'stable', d: 'warming-up' });
  expect(report.scopes.filter(isNamed).map(({ scope }) => scope)).toEqual(['a', 'b']);
  expect(leakingScopes(report)).toEqual(['b']);
});

test('the text has a line for every scope that was named or planted', () => {
  const report = reportOf({ 'GET /cart': 'leaking', 'GET /search': 'growing', 'GET /health': 'stable' });
  expect(verdictText(judge(report, planted))).toBe(
    [
      '  planted and named      GET /cart',
      '  planted, NOT named     GET /thumbnails/:id',
      '  named, but NOT leaking GET /search',
    ].join('\n'),
  );
});
