import { createGuard, type GrowthReport, type ScopeReport } from '@leakguard/core';
import { expect, test } from 'vitest';
import { jobLine, jobTable, type VariantView } from '../../src/demo/job-table.ts';

const MB = 1024 * 1024;

function reportOf(scopes: readonly Partial<ScopeReport>[]): GrowthReport {
  return { ...createGuard({ enabled: false }).report(), scopes: scopes as ScopeReport[] };
}

const off: VariantView = {
  name: 'recycling off',
  done: 6000,
  recycled: 0,
  report: reportOf([
    { scope: 'shop:enrich-profile', verdict: 'leaking', bytesPerUnit: 57_344 },
    { scope: 'shop:send-receipt', verdict: 'stable', bytesPerUnit: null },
  ]),
  rssBytes: [200 * MB, 250 * MB, 300 * MB],
};
const on: VariantView = {
  name: 'recycling on',
  done: 6001,
  recycled: 20,
  report: reportOf([{ scope: 'shop:enrich-profile', verdict: 'growing', bytesPerUnit: 57_344 }]),
  rssBytes: [200 * MB, 210 * MB, 200 * MB],
};

test('the table has memory on one scale, and the verdicts beside each other', () => {
  expect(jobTable([off, on])).toEqual([
    '                          jobs  recycled   memory of all its processes',
    'recycling off             6000         0   300 MB  ▁▅█',
    'recycling on              6001        20   200 MB  ▁▂▁',
    '',
    'verdict and growth per job  recycling off               recycling on',
    'shop:enrich-profile         LEAKING 56.0 KB             GROWING 56.0 KB',
    'shop:send-receipt           stable',
  ]);
});

test('the line has what is named', () => {
  expect(jobLine([off, { ...on, report: reportOf([]), rssBytes: [] }])).toBe(
    'recycling off: 6000 jobs, 0 recycled, 300 MB, shop:enrich-profile leaking   ' +
      'recycling on: 6001 jobs, 20 recycled, nothing named yet',
  );
});
