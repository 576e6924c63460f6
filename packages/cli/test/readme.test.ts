import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { runCli } from '../src/cli.ts';
import { exampleLogs } from './example-logs.ts';
import { writeLogs } from './log-fixture.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the example of the README is what report prints', async () => {
  const files = await writeLogs(exampleLogs());
  let text = '';
  const output = { write: (written: string) => (text += written) };
  const streams = { stdin: Readable.from([]), stdout: output, stderr: output };
  expect(await runCli(['report', ...files], streams)).toBe(0);
  expect(readme).toContain(text.replaceAll(`${path.dirname(files[0]!)}/`, ''));
});
