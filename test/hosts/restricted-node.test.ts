import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../packages/core/test/report/temporary-folder.ts';
import { ALL_IS_WELL, app } from './express-app.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const EXPRESS = fileURLToPath(import.meta.resolve('express'));

describe('an app in a restricted Node counts, forces its GC and says nothing', () => {
  it.each([
    ['no prototype accessor and no addons', ['--disable-proto=delete', '--no-addons']],
    [
      'a prototype accessor that throws and no code from strings',
      ['--disable-proto=throw', '--disallow-code-generation-from-strings'],
    ],
    ['no compiler and no WebAssembly', ['--jitless']],
  ])('with %s', async (_, flags) => {
    const { result, log } = await app({ flags });
    expect({ result, log }).toEqual({ result: ALL_IS_WELL, log: [] });
  });

  it('with frozen intrinsics, and its log lines are whole', async () => {
    // Express itself cannot be loaded under frozen intrinsics, only before them.
    const flags = ['--frozen-intrinsics', '--require', EXPRESS];
    const { result, log } = await app({ flags, guard: { maxScopes: 1 } });
    expect(result).toEqual({ ...ALL_IS_WELL, units: { 'GET /users/:id': 10, '(other)': 10 } });
    expect(log).toEqual([
      expect.objectContaining({
        level: 40,
        v: 1,
        event: 'notice',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        pid: expect.any(Number),
        msg: expect.stringContaining('maxScopes (1)'),
      }),
    ]);
  });

  it('with a small heap, whose limit it knows', async () => {
    const { result } = await app({ env: { NODE_OPTIONS: '--max-old-space-size=64' } });
    expect(result).toEqual(ALL_IS_WELL);
    expect(result.heapLimitBytes).toBeLessThan(512 * 1024 ** 2);
  });
});

describe('an app under the permission model', () => {
  const [major] = process.versions.node.split('.').map(Number) as [number];
  const flags = [
    major < 22 ? '--experimental-permission' : '--permission',
    `--allow-fs-read=${join(REPOSITORY, '*')}`,
    // From Node 25 on the network is restricted, too.
    ...(process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : []),
  ];

  /** Functions are named through the inspector, which the permission model denies whatever else it allows. */
  const noFunctions = [
    40,
    expect.stringMatching(/no functions can be named .*Node\.js denies the inspector/),
  ];
  const told = (log: Awaited<ReturnType<typeof app>>['log']) => log.map(({ level, msg }) => [level, msg]);

  it('counts and forces its GC without a permission of its own, and says once what it cannot', async () => {
    const { result, log } = await app({ flags });
    expect({ result, told: told(log) }).toEqual({ result: ALL_IS_WELL, told: [noFunctions] });
  });

  it('is told once which permissions its log file lacks, and goes on', async () => {
    const logFile = join(temporaryFolder(), 'logs', 'growth.ndjson');
    const { result, log } = await app({ flags, guard: { logFile } });
    expect(result).toEqual(ALL_IS_WELL);
    expect(told(log)).toEqual([
      [
        40,
        expect.stringMatching(/cannot write .* allow its folder with --allow-fs-read and --allow-fs-write/),
      ],
      noFunctions,
    ]);
  });

  it('writes its log file where it has them', async () => {
    const folder = temporaryFolder();
    const allowed = [...flags, `--allow-fs-read=${folder}/*`, `--allow-fs-write=${folder}/*`];
    const logFile = join(folder, 'logs', 'growth.ndjson');
    const { result, log } = await app({ flags: allowed, guard: { logFile } });
    expect({ result, told: told(log) }).toEqual({ result: ALL_IS_WELL, told: [noFunctions] });
    expect(readdirSync(join(folder, 'logs'))).toHaveLength(1);
  });
});
