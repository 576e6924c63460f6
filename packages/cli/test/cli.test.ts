import { formatReport } from '@leakguard/core';
import { expect, test } from 'vitest';
import { leakingReport } from './report-fixture.ts';
import { runOutcome as run } from './run-outcome.ts';

test('show prints the leak text that the process itself would have printed', async () => {
  const { code, stdout, stderr } = await run(['show', '-'], JSON.stringify(leakingReport()));
  expect(stdout).toBe(`${formatReport(leakingReport())}\n`);
  expect(stdout).toContain('LEAKING  GET /cart  9.9 KB per request');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test.each([
  [
    ['show', '/no/such/report.json'],
    '',
    'leakguard: missing file: /no/such/report.json (ERR_LEAKGUARD_REPORT_FILE)\n',
  ],
  [['show', '-'], 'hello', 'leakguard: not JSON: stdin (ERR_LEAKGUARD_REPORT_JSON)\n'],
  [
    ['show', '-'],
    '{}',
    'leakguard: not a v1 report: stdin (no v); expected the JSON of guard.report() (ERR_LEAKGUARD_REPORT_VERSION)\n',
  ],
])('%j writes its error to stderr, nothing to stdout, and exits with 2', async (args, input, message) => {
  expect(await run(args, input)).toEqual({ code: 2, stdout: '', stderr: message });
});

test.each([[['show']], [['unknown']], [['--unknown']]])('wrong usage (%j) exits with 2', async (args) => {
  const { code, stdout, stderr } = await run(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: /);
});

test('--help names the one command and exits with 0', async () => {
  const { code, stdout } = await run(['--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('show <report.json>');
});

test('without a command the help goes to stderr, with exit code 2', async () => {
  const { code, stderr } = await run([]);
  expect(code).toBe(2);
  expect(stderr).toContain('Usage: leakguard');
});

test('--version prints the version of the package', async () => {
  const { code, stdout } = await run(['--version']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
