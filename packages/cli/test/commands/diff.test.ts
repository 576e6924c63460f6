import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeLogs } from '../log-fixture.ts';
import { runOutcome } from '../run-outcome.ts';
import { snapshotData } from '../snapshot-fixture.ts';

function files(): Promise<string[]> {
  return writeLogs({
    'before.json': JSON.stringify(snapshotData(8)),
    'after.json': JSON.stringify(snapshotData(18)),
    'other.json': JSON.stringify(snapshotData(18, { process: 'p2', pid: 7 })),
    'bare.json': JSON.stringify(snapshotData(0, { stacks: null, unavailable: 'dd-trace has the profiler' })),
    'newer.json': JSON.stringify({ ...snapshotData(1), v: 2 }),
    'half.json': JSON.stringify(snapshotData(1)).slice(0, 300),
    'report.json': '{"v":1,"scopes":[]}',
  });
}

test('diff names the function that grew, with its error', async () => {
  const [before, after] = await files();
  const { code, stdout, stderr } = await runOutcome(['diff', before!, after!]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^allocations alive at 2026-11-22 14:02:09 UTC compared to /);
  expect(stdout).toMatch(
    /^src\/users\.ts:41 loadUser: size=1\.1 MiB \(\+640 KiB ± \d+ KiB\), count=18 \(\+10\)$/m,
  );
});

test('diff by scope, and as JSON', async () => {
  const [before, after] = await files();
  const byScope = await runOutcome(['diff', before!, after!, '--group-by', 'scope']);
  expect(byScope.stdout).toContain('\nGET /users/:id: size=1.1 MiB (+640 KiB');
  const json = await runOutcome(['diff', before!, after!, '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    ...{ v: 1, older: '2026-11-22T14:02:09.000Z', groupBy: 'function' },
    differences: [{ frames: [{ function: 'loadUser', line: 41 }], deltaBytes: 655_360, deltaSamples: 10 }],
  });
});

test('diff of files in the wrong order is that of the right one, and says so', async () => {
  const [before, after] = await files();
  const { stdout, stderr } = await runOutcome(['diff', after!, before!]);
  expect(stdout).toContain('(+640 KiB');
  expect(stderr).toBe(`leakguard: ${before} is the older one, and was taken as that\n`);
});

test('diff of what cannot be compared or read exits with 2 and says why', async () => {
  const [before, , other, bare, newer, half, report] = await files();
  const folder = path.dirname(before!);
  const refused = async (file: string): Promise<string> => {
    const { code, stdout, stderr } = await runOutcome(['diff', before!, file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^leakguard: (?!leakguard)[^\n]+\n$/);
    return stderr;
  };
  expect(await refused(other!)).toContain('snapshots of two processes cannot be compared');
  expect(await refused(bare!)).toContain('holds no stacks and cannot be compared: dd-trace has the profiler');
  expect(await refused(newer!)).toContain('newer.json is a snapshot of version 2');
  expect(await refused(half!)).toContain('half.json is no allocation snapshot: it is not JSON');
  expect(await refused(report!)).toContain("its kind is not 'leakguard.allocations'");
  expect(await refused(`${folder}/no\u001b[31m`)).toContain(`missing file: ${folder}/no\\x1b[31m`);
  expect(await refused(folder)).toContain(`cannot read ${folder}: EISDIR`);
});

test.each([
  [['diff']],
  [['diff', 'a.json']],
  [['diff', 'a', 'b', '--top', '0']],
  [['diff', 'a', 'b', '--group-by', 'line']],
])('%j is wrong usage', async (args) => {
  expect(await runOutcome(args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^error: /),
  });
});

test('names in a file cannot control the terminal', async () => {
  const [before, after] = await files();
  for (const file of [before!, after!])
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('loadUser', 'load\\u001b[2J\\nUser'));
  const { stdout } = await runOutcome(['diff', before!, after!]);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain('load\\x1b[2J');
});
