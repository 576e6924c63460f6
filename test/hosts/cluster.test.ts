import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { linesIn, parsed, temporaryFolder } from '../../packages/core/test/report/temporary-folder.ts';
import { run } from './run-program.ts';

const LEAKGUARD = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));

interface Line {
  event: string;
  pid: number;
  scopes: { scope: string; units: number; inFlight: number }[];
}

describe('a cluster of two workers behind one port', () => {
  it('has a guard and a log file per worker, which survive a kill and merge into the sum of both', async () => {
    const folder = temporaryFolder();
    const { stdout, stderr, code } = await run('cluster.mjs', { args: [join(folder, 'growth.ndjson')] });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const seen = JSON.parse(stdout);
    const files = linesIn(folder);
    const nameOf = (pid: number): string => `growth.${pid}.ndjson`;
    expect(Object.keys(files).sort()).toEqual([seen.killed, seen.other].map(nameOf).sort());

    const last = (pid: number): Line => {
      const { values, damaged } = parsed<Line>(files[nameOf(pid)]!);
      expect(damaged).toBe(0);
      expect(new Set(values.map((line) => line.pid))).toEqual(new Set([pid]));
      return values.at(-1)!;
    };
    for (const pid of [seen.killed, seen.other]) {
      const state = last(pid).scopes.find(({ scope }) => scope === 'GET /pid');
      expect(state).toMatchObject({ units: seen.answered[pid], inFlight: 0 });
    }
    // Round robin: neither worker has counted what the other one answered.
    expect(seen.answered[seen.killed]).toBeGreaterThan(10);
    expect(seen.answered[seen.killed] + seen.answered[seen.other]).toBe(80);
    // A worker that disconnects is not kept by its guard.
    expect(seen).toMatchObject({ code: 0, signal: null });

    const paths = Object.keys(files).map((name) => join(folder, name));
    const report = JSON.parse(
      execFileSync(process.execPath, [LEAKGUARD, 'report', '--json', ...paths], { encoding: 'utf8' }),
    );
    expect(report).toMatchObject({ processes: 2, damaged: [] });
    expect(report.scopes[0]).toMatchObject({ scope: 'GET /pid', units: 80 });
  });
});
