import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesIn, parsed, temporaryFolder } from '../../packages/core/test/report/temporary-folder.ts';
import { run } from './run-program.ts';

interface Line {
  event: string;
  scopes?: { units: number }[];
}

/** Exit code, stderr, and what the log file holds at the end. */
async function endedBy(way: string) {
  const folder = temporaryFolder();
  const { code, stderr } = await run('ending.mjs', { args: [join(folder, 'growth.ndjson'), way] });
  const { values, damaged } = parsed<Line>(Object.values(linesIn(folder)).flat());
  const units = values.at(-1)?.scopes?.reduce((sum, scope) => sum + scope.units, 0) ?? null;
  return { code, stderr, events: values.map(({ event }) => event), damaged, units };
}

describe('the log file of a process that ends', () => {
  it('by process.exit() has every line that was told before', async () => {
    expect(await endedBy('exit')).toEqual({
      code: 3,
      stderr: '',
      events: ['notice'],
      damaged: 0,
      units: null,
    });
  });

  it('has the last state, too, where an exit handler closes the guard', async () => {
    const end = await endedBy('closed on exit');
    expect(end).toEqual({ code: 3, stderr: '', events: ['notice', 'memory'], damaged: 0, units: 2 });
  });

  it('by an uncaught exception leaves that as it is: exit code, message and lines', async () => {
    const end = await endedBy('uncaught, fatal');
    expect(end).toMatchObject({ code: 1, events: ['notice'], damaged: 0 });
    expect(end.stderr).toContain('Error: a fault of the app');
  });

  it('goes on where the app takes care of one', async () => {
    const end = await endedBy('uncaught, handled');
    expect(end).toEqual({ code: 0, stderr: '', events: ['notice', 'memory'], damaged: 0, units: 7 });
  });
});

describe('a process that has nothing else to do', () => {
  it('ends when the snapshot is there that it waits for, without process.exit and with what it cost', async () => {
    const { code, stdout, stderr } = await run('awaited-snapshot.mjs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { rows, stacks, sampledMs, costMs, pauseMs } = JSON.parse(stdout);
    expect(rows).toBe(40_000);
    expect(stacks).toBeGreaterThan(0);
    expect(sampledMs).toBeGreaterThan(0);
    // A forced GC takes both, and is followed by 100 ms of CPU.
    expect(costMs).toBeGreaterThan(100);
    expect(pauseMs).toBeGreaterThan(0);
  });
});
