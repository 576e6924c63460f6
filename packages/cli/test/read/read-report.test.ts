import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { parseReport, type ReportFileError, readReport } from '../../src/read/read-report.ts';
import { leakingReport } from '../report-fixture.ts';

const noInput = Readable.from([]);

function refusal(text: string, name: string): Pick<ReportFileError, 'code' | 'message'> | null {
  try {
    parseReport(text, name);
    return null;
  } catch (error) {
    const { code, message } = error as ReportFileError;
    return { code, message };
  }
}

test('reads a file as it is', async () => {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'leakguard-cli-')), 'report.json');
  await writeFile(file, '{"v":1}');
  expect(await readReport(file, noInput)).toBe('{"v":1}');
});

test("reads stdin for '-', also where a character is split between chunks", async () => {
  const text = Buffer.from('{"scope":"GET /café"}');
  const stdin = Readable.from([text.subarray(0, 19), text.subarray(19)]);
  expect(await readReport('-', stdin)).toBe('{"scope":"GET /café"}');
});

test('says which file is missing', async () => {
  await expect(readReport('/no/such/report.json', noInput)).rejects.toMatchObject({
    code: 'ERR_LEAKGUARD_REPORT_FILE',
    message: 'missing file: /no/such/report.json',
  });
});

test('says why a file that exists cannot be read', async () => {
  await expect(readReport(tmpdir(), noInput)).rejects.toMatchObject({
    code: 'ERR_LEAKGUARD_REPORT_FILE',
    message: expect.stringContaining('EISDIR'),
  });
});

test('takes a report back as it was written', () => {
  expect(parseReport(JSON.stringify(leakingReport()), 'report.json')).toEqual(leakingReport());
});

test.each(['', 'LEAKING  GET /cart', '{"v":1'])('says that %j is not JSON', (text) => {
  expect(refusal(text, 'report.json')).toEqual({
    code: 'ERR_LEAKGUARD_REPORT_JSON',
    message: 'not JSON: report.json',
  });
});

test.each([
  [null, 'no v'],
  [[], 'no v'],
  [{ scopes: [] }, 'no v'],
  [{ ...leakingReport(), v: 2 }, 'v is 2'],
  [{ v: 1 }, 'incomplete'],
  [{ ...leakingReport(), scopes: [{ scope: 'GET /cart' }] }, 'incomplete'],
])('says that a value is not a v1 report (%#)', (value, found) => {
  expect(refusal(JSON.stringify(value), '-')).toEqual({
    code: 'ERR_LEAKGUARD_REPORT_VERSION',
    message: `not a v1 report: stdin (${found}); expected the JSON of guard.report()`,
  });
});
