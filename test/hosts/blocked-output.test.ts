import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { readOnlyPlace } from '../../packages/core/test/report/temporary-folder.ts';
import { ALL_IS_WELL, app } from './express-app.ts';
import { start } from './run-program.ts';

const LINUX = process.platform === 'linux';

describe('an app whose log file cannot be written', () => {
  const places: [string, () => string][] = [['on a read-only file system', () => readOnlyPlace().folder]];
  if (LINUX) places.push(['below /proc', () => '/proc/self/logs']);

  it.each(places)('%s goes on, and one warning says so', async (_, folder) => {
    const { result, log } = await app({ guard: { logFile: join(folder(), 'growth.ndjson') } });
    expect(result).toEqual(ALL_IS_WELL);
    const message = /^cannot write the growth log .* its lines are lost until it can be written again$/;
    expect(log.map(({ level, msg }) => [level, msg])).toEqual([[40, expect.stringMatching(message)]]);
  });
});

describe('an app whose stderr is gone', () => {
  const ways: [string, string, (child: ChildProcess) => unknown][] = [
    ['because its reader is', '', (child) => child.stderr!.destroy()],
    ['and was so from the start', '2>&-', () => undefined],
  ];
  if (LINUX) ways.push(['because its disk is full', '2>/dev/full', () => undefined]);

  it.each(ways)('%s answers all the same', async (_, redirection, spoil) => {
    // One scope too many: there is a line to be told.
    const child = start('express-app.mjs', { args: [JSON.stringify({ maxScopes: 1 })], redirection });
    spoil(child);
    const [stdout, [code]] = await Promise.all([text(child.stdout!), once(child, 'exit')]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ answers: 20, units: { 'GET /users/:id': 10, '(other)': 10 } });
  });
});
