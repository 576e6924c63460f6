import { expect, test } from 'vitest';
import { showReport } from '../../src/commands/show.ts';
import { leakingReport } from '../report-fixture.ts';

async function* stdin(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

test.each([
  ['a candidate that is null', { unattributed: { candidates: [null] } }],
  ['an unavailable channel that is null', { evidence: { majorGcsNeeded: 1, unavailable: [null] } }],
  ['no memory while something grows', { memory: undefined }],
])('%s makes an incomplete report, not a crash', async (_, change) => {
  const text = JSON.stringify({ ...leakingReport(), ...change });
  await expect(showReport('-', stdin(text))).rejects.toMatchObject({
    code: 'ERR_LEAKGUARD_REPORT_VERSION',
    message: 'not a v1 report: stdin (incomplete); expected the JSON of guard.report()',
  });
});

test('a version nested deeper than JSON can be written again is no version', async () => {
  const text = `{"v":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  await expect(showReport('-', stdin(text))).rejects.toMatchObject({ code: 'ERR_LEAKGUARD_REPORT_VERSION' });
});
