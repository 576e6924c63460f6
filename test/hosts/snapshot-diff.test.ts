import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from 'leakguard';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from './run-program.ts';

/** The report interval, after which a window of the log ends. */
const WINDOW_MS = 60_000;

async function diff(older: string, newer: string): Promise<string> {
  let text = '';
  const output = { write: (written: string) => (text += written) };
  const streams = { stdin: (async function* () {})(), stdout: output, stderr: output };
  expect(await runCli(['diff', older, newer], streams)).toBe(0);
  return text;
}

/** The lines of functions, most changed first. */
function functionsIn(text: string): string[] {
  return text.split('\n').filter((line) => line.includes(': size='));
}

describe('a leak that begins while the process runs', { timeout: 120_000 }, () => {
  it('is named by the comparison of a snapshot after it with one before it, and by no earlier one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'leakguard-diff-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { code, stdout, stderr } = await run('leak-from-now.mjs', { args: [folder] });
    expect({ code, hasError: /\bError\b/.test(stderr) }).toEqual({ code: 0, hasError: false });
    const { startedAt } = JSON.parse(stdout) as { startedAt: string };
    const at = (name: string) => join(folder, name);

    const [first] = functionsIn(await diff(at('before.json'), at('after.json')));
    expect(first).toMatch(/leak-from-now\.mjs:\d+ rememberVisit: size=.* \(\+\d/);
    const quiet = functionsIn(await diff(at('warm.json'), at('before.json')));
    expect(quiet.filter((line) => line.includes('rememberVisit') && !line.includes('(+0 B'))).toEqual([]);

    const log = readdirSync(folder).find((name) => name.endsWith('.ndjson'))!;
    const lines = readFileSync(at(log), 'utf8').trim().split('\n');
    const growth = lines
      .map((line) => JSON.parse(line))
      .find(({ event, scope }) => event === 'growth' && scope === 'visit');
    const afterMs = Date.parse(growth.since) - Date.parse(startedAt);
    expect(afterMs).toBeGreaterThan(0);
    expect(afterMs).toBeLessThan(WINDOW_MS);
  });
});
