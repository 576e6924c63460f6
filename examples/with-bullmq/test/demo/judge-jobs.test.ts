import { expect, test } from 'vitest';
import { judgeJobs, type Results, type VariantResult } from '../../src/demo/judge-jobs.ts';

const MB = 1024 * 1024;

function resultOf(changes: Partial<VariantResult> = {}): VariantResult {
  return {
    name: 'recycling off',
    added: 6000,
    failed: 0,
    recycled: 0,
    executions: { lost: [], doubled: [] },
    report: {
      scopes: [
        { scope: 'shop:enrich-profile', verdict: 'growing' },
        { scope: 'shop:send-receipt', verdict: 'stable' },
      ],
    },
    everLeaking: new Set(),
    rssBytes: 300 * MB,
    ...changes,
  };
}

function judged(
  on: Partial<VariantResult> = {},
  off: Partial<VariantResult> = {},
): ReturnType<typeof judgeJobs> {
  const results: Results = {
    off: resultOf(off),
    on: resultOf({ name: 'recycling on', recycled: 20, rssBytes: 200 * MB, ...on }),
    planted: ['shop:enrich-profile'],
    leastRecycled: 3,
  };
  return judgeJobs(results);
}

test('passes when the planted job is named, nothing lost or doubled, and memory is less', () => {
  expect(judged()).toEqual({
    passed: true,
    lines: [
      '  recycling off',
      '    planted and named      shop:enrich-profile',
      '    6000 jobs: 0 lost, 0 done twice, 0 failed',
      '  recycling on',
      '    planted and named      shop:enrich-profile',
      '    6000 jobs: 0 lost, 0 done twice, 0 failed',
      '    20 child processes recycled',
      '  memory at the end: 300 MB without recycling, 200 MB with it',
    ],
  });
});

test.each<[string, Partial<VariantResult>, string]>([
  ['a job was lost', { executions: { lost: ['17'], doubled: [] } }, '1 lost, 0 done twice, 0 failed (17)'],
  [
    'a job was done twice',
    { executions: { lost: [], doubled: ['18'] } },
    '0 lost, 1 done twice, 0 failed (18)',
  ],
  ['a job failed', { failed: 2 }, '2 failed'],
  ['too few were recycled', { recycled: 2 }, '2 child processes recycled, NOT at least 3'],
  ['memory is much more with recycling', { rssBytes: 400 * MB }, '400 MB with it, NOT less'],
  ['the planted job is not named', { report: { scopes: [] } }, 'planted, NOT named     shop:enrich-profile'],
  [
    'an honest job was ever leaking',
    { everLeaking: new Set(['shop:send-receipt']) },
    'named, but NOT leaking',
  ],
])('fails when %s', (_, on, line) => {
  const { passed, lines } = judged(on);
  expect(passed).toBe(false);
  expect(lines.join('\n')).toContain(line);
});

test('memory a little more with recycling, or unknown, fails nothing', () => {
  expect(judged({ rssBytes: 320 * MB }).passed).toBe(true);
  expect(judged({ rssBytes: null })).toMatchObject({ passed: true });
});
