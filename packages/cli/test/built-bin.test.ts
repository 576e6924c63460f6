import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { at, memoryLine, ndjson, writeLogs } from './log-fixture.ts';
import { leakingReport } from './report-fixture.ts';
import { snapshotData } from './snapshot-fixture.ts';

// Each test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** Needs `npm run build`, as the gate does before the tests. */
const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const outcome: Outcome = { code: null, stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    outcome.stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    outcome.stderr += chunk.toString();
  });
  [outcome.code] = (await once(child, 'close')) as [number | null];
  return outcome;
}

async function leakguard(args: readonly string[], input: string | Uint8Array = ''): Promise<Outcome> {
  const child = spawn(process.execPath, [BIN, ...args]);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return outcomeOf(child);
}

function line(minute: number, units: number, pid = 1): object {
  return memoryLine({ pid, minute, scopes: [{ scope: 'GET /a', units }] });
}

test('report merges files, rotated and compressed ones included', async () => {
  const files = await writeLogs({
    'growth.1.ndjson': ndjson(line(3, 300), line(4, 400)),
    'growth.1.ndjson.1.gz': gzipSync(ndjson(line(1, 100), line(2, 200))),
    'growth.2.ndjson': ndjson(line(4, 50, 2)),
  });
  const { code, stdout, stderr } = await leakguard(['report', ...files, files[0]!]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^GET \/a +450 /m);
  expect(stdout).toContain('2 processes, 2026-11-22 14:01:00 UTC to 2026-11-22 14:04:00 UTC (3 min)');
  expect(stdout).not.toContain('\u001b');
});

test('report reads stdin, also compressed, with CRLF and a byte order mark', async () => {
  const text = `\ufeff${ndjson(line(1, 100), line(2, 200))}`.replaceAll('\n', '\r\n');
  for (const input of [text, gzipSync(text)]) {
    const { code, stdout } = await leakguard(['report', '-'], input);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^GET \/a +200 /m);
    expect(stdout).not.toContain('damaged');
  }
});

test('damaged lines are told with file and number, and the rest is reported', async () => {
  const [file] = await writeLogs({
    'growth.1.ndjson': `${ndjson(line(1, 100), '{"v":1,"ti', line(2, 200))}{"v":1,"time":"20`,
  });
  const { code, stdout } = await leakguard(['report', file!]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^GET \/a +200 /m);
  expect(stdout).toContain(`2 damaged lines: ${file}:2 (not JSON), ${file}:4 (unfinished last line)`);
});

test('--json prints the documented shape, --since and --top apply', async () => {
  const [file] = await writeLogs({ 'g.ndjson': ndjson(line(1, 100), line(5, 120), line(6, 150)) });
  const { stdout } = await leakguard(['report', '--json', '--since', at(2), '--top', '1', file!]);
  expect(JSON.parse(stdout)).toEqual({
    ...{ v: 1, since: at(2), from: at(5), to: at(6), processes: 1 },
    scopes: [
      {
        ...{
          scope: 'GET /a',
          kind: 'route',
          units: 50,
          verdict: 'stable',
          verdicts: { stable: 1 },
          processes: 1,
        },
        ...{ bytesPerUnit: null, ci95: null, totalBytes: null, trend: null },
      },
    ],
    ...{ scopesLeftOut: 0, statesDropped: 0, unattributed: [] },
    ...{ spikes: { count: 0, suppressed: 0, largest: null }, notices: [], noticesLeftOut: 0, snapshots: 0 },
    ...{ recycles: [], audits: [], auditsLeftOut: 0 },
    buckets: { start: at(5), widthMs: 4000 },
    lines: { read: 3, events: { memory: 3 }, unknown: {}, newer: 0, other: 0, damaged: 0 },
    damaged: [],
  });
});

test('twenty rows are shown unless asked for more', async () => {
  const scopes = Array.from({ length: 30 }, (_, index) => ({ scope: `GET /r${index}`, units: 100 - index }));
  const input = ndjson(memoryLine({ minute: 1, scopes }));
  const rows = async (...args: string[]) => (await leakguard(['report', '-', ...args], input)).stdout;
  expect((await rows()).match(/^GET/gm)).toHaveLength(20);
  expect(await rows()).toContain('10 more scopes (--all shows them)');
  expect((await rows('--all')).match(/^GET/gm)).toHaveLength(30);
});

test.each([
  ['--since', 'yesterday'],
  ['--top', '0'],
  ['--nonsense', ''],
])('%s %s is wrong usage', async (...option) => {
  const { code, stdout, stderr } = await leakguard(['report', '-', ...option]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: /);
});

test('input that cannot be read exits with 2 and says which', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'leakguard-report-'));
  const garbage = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251));
  const [binary] = await writeLogs({ 'core.bin': garbage });
  const refused = async (...args: string[]) => {
    const { code, stdout, stderr } = await leakguard(['report', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  };
  expect(await refused(`${folder}/no\u001b[31m`)).toBe(
    `leakguard: missing file: ${folder}/no\\x1b[31m (ERR_LEAKGUARD_LOG_FILE)\n`,
  );
  expect(await refused(folder)).toBe(
    `leakguard: is a directory: ${folder}; name its files, such as ${folder}/*.ndjson* (ERR_LEAKGUARD_LOG_FILE)\n`,
  );
  expect(await refused(binary!)).toMatch(
    /^leakguard: not a growth log: .*core\.bin \(\d+ lines, none of them readable\) \(ERR_LEAKGUARD_LOG_FORMAT\)\n$/,
  );
  expect(await refused()).toContain("missing required argument 'growth.ndjson'");
});

test('snapshots that cannot be taken, read or compared exit with 2, each with its code', async () => {
  const [before, other, newer, half, bare] = await writeLogs({
    'before.json': JSON.stringify(snapshotData(8)),
    'other.json': JSON.stringify(snapshotData(8, { process: 'p2', pid: 7 })),
    'newer.json': JSON.stringify({ ...snapshotData(8), v: 2 }),
    'half.json': JSON.stringify(snapshotData(8)).slice(0, 300),
    'bare.json': JSON.stringify(snapshotData(8, { stacks: null })),
  });
  const codes: Record<string, string[]> = {
    NOT_LISTENING: ['snapshot', `${process.pid}`],
    SNAPSHOT_FILE: ['diff', before!, path.dirname(before!)],
    SNAPSHOT_FORMAT: ['diff', before!, half!],
    SNAPSHOT_VERSION: ['diff', before!, newer!],
    SNAPSHOT_PROCESS: ['diff', before!, other!],
    SNAPSHOT_STACKS: ['diff', before!, bare!],
  };
  for (const [name, args] of Object.entries(codes)) {
    const { code, stdout, stderr } = await leakguard(args);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^leakguard: [^\\n]+ \\(ERR_LEAKGUARD_${name}\\)\\n$`));
  }
});

test('an empty file, and a log that so far has only half a line, are no error', async () => {
  for (const text of ['', '{"v":1,']) {
    const { code, stdout } = await leakguard(['report', '-'], text);
    expect(code).toBe(0);
    expect(stdout).toContain('No scope in these lines.');
  }
});

test('a reader that closes the pipe ends report and show without a word', async () => {
  const scopes = Array.from({ length: 9000 }, (_, index) => ({
    scope: `GET /route-number-${index}`,
    units: 1,
  }));
  const [log, report] = await writeLogs({
    'growth.1.ndjson': ndjson(memoryLine({ minute: 1, scopes })),
    'report.json': JSON.stringify({
      ...leakingReport(),
      scopes: Array(3000).fill(leakingReport().scopes[0]),
    }),
  });
  for (const args of [
    ['report', '--all', log!],
    ['report', '--json', log!],
    ['show', report!],
  ]) {
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, stderr } = await outcomeOf(child);
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  }
});

test('every command has help with examples and exit codes', async () => {
  for (const command of [
    [],
    ['report'],
    ['show'],
    ['snapshot'],
    ['diff'],
    ['run'],
    ['audit'],
    ['completion'],
  ]) {
    const args = [...command, '--help'];
    const { code, stdout } = await leakguard(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nExamples:\n {2}/);
    expect(stdout).toContain('\nExit codes: 0');
  }
});

test('show escapes what could control a terminal', async () => {
  const report = leakingReport();
  report.scopes[0]!.scope = 'GET /\u001b[2J';
  const { stdout } = await leakguard(['show', '-'], JSON.stringify(report));
  expect(stdout).toContain('LEAKING  GET /\\x1b[2J');
  expect(stdout).not.toContain('\u001b');
});
