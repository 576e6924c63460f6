import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { start } from './run-program.ts';

/** How long the process is stopped: no wait for anything, but what is tested. */
const STOP_MS = 8000;
const TABLES = 3;

interface Table {
  turns: number;
  rate: number;
}

describe.skipIf(process.platform === 'win32')('a process that is stopped and goes on', () => {
  it('tells the rate at which it runs, and no burst of the tables that it missed', async () => {
    const child = start('steady.mjs');
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const tables = async (): Promise<Table[]> => {
      const read: Table[] = [];
      while (read.length < TABLES) read.push(JSON.parse((await lines.next()).value as string));
      return read;
    };
    const before = await tables();
    child.kill('SIGSTOP');
    await setTimeout(STOP_MS);
    child.kill('SIGCONT');
    const after = await tables();
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;

    // Between tables there is traffic of about a second: 50 turns on a machine that is idle.
    const turns = [...before, ...after].map((table) => table.turns);
    const between = turns.slice(1).map((count, k) => count - turns[k]!);
    expect(between.filter((count) => count < 5).length).toBeLessThanOrEqual(1);
    // A rate is that of one to two seconds: with the stop in it, it would be a fifth of the usual one or less.
    const usual = before.at(-1)!.rate;
    for (const { rate } of after) expect(rate / usual).toBeGreaterThan(0.35);
  });
});
