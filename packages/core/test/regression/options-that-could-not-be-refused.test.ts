import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { LeakguardError } from '../../src/errors.ts';
import { createGuard } from '../../src/guard.ts';
import { resolveOptions } from '../../src/options.ts';
import { getGuard } from '../../src/shared-guard.ts';
import type { GuardOptions } from '../../src/types.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const throws = (): never => {
  throw new Error('of the host');
};

function refusal(options: unknown): LeakguardError {
  try {
    resolveOptions(options as GuardOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(LeakguardError);
    return error as LeakguardError;
  }
  throw new Error('was accepted');
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

it('a size in a megabyte of spaces is refused at once, not after minutes', () => {
  const spaces = ' '.repeat(2 ** 20);
  expect(refusal({ minTotalBytes: `1${spaces}x` }).message).toContain('minTotalBytes must be a size');
  expect(resolveOptions({ minTotalBytes: `${spaces}1${spaces}KB${spaces}` }).minTotalBytes).toBe(1024);
});

it.each([
  ['a value', { level: 'x'.repeat(2 ** 23) }],
  ['a name', { ['x'.repeat(2 ** 23)]: 1 }],
])('%s of 8 MB makes no message of 8 MB', (_, options) => {
  const { message } = refusal(options);
  expect(message).toContain('xxx');
  expect(message.length).toBeLessThan(600);
});

it.each([
  [
    'a getter that throws',
    Object.defineProperty({}, 'level', { get: throws, enumerable: true }),
    'level must be',
  ],
  [
    'a getter of an unknown name',
    Object.defineProperty({}, 'levle', { get: throws, enumerable: true }),
    'levle must',
  ],
  [
    'a logger whose methods throw',
    { logger: Object.defineProperty({}, 'info', { get: throws }) },
    'logger must be',
  ],
  ['a revoked proxy as value', { ignore: revoked({}) }, 'ignore must be'],
  ['a revoked array as value', { level: revoked([]) }, 'level must be'],
  ['a revoked proxy as options', revoked({}), 'options must be'],
  ['a proxy that hides its keys', new Proxy({}, { ownKeys: throws }), 'options must be'],
])('%s is an option error', (_, options, message) => {
  expect(refusal(options)).toMatchObject({ code: 'ERR_LEAKGUARD_OPTION' });
  expect(refusal(options).message).toContain(message);
});

it('what the shared guard has checked is what it starts with, whatever a getter answers later', async () => {
  let reads = 0;
  const options = { enabled: true, logger: silent };
  Object.defineProperty(options, 'maxScopes', { get: () => (reads++ === 0 ? 3 : 'many'), enumerable: true });
  const guard = getGuard(options);
  expect(() => guard.begin().end(guard.scope('job', 'mail'))).not.toThrow();
  expect(guard.report().scopes).toMatchObject([{ units: 1 }]);
  await guard.close();
});

it('a relative log file of the shared guard is where it was asked for, though the first unit comes after a chdir', async () => {
  const [home, folder] = [process.cwd(), mkdtempSync(join(tmpdir(), 'leakguard-'))];
  mkdirSync(join(folder, 'elsewhere'));
  try {
    process.chdir(folder);
    const guard = getGuard({ enabled: true, logger: silent, logFile: 'growth.ndjson' });
    process.chdir('elsewhere');
    guard.begin();
    await guard.close();
    expect(readdirSync(folder).sort()).toEqual(['elsewhere', `growth.${process.pid}.ndjson`]);
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  }
});

it('a relative log file is refused by name while the working directory is gone', () => {
  const cwd = vi.spyOn(process, 'cwd').mockImplementation(throws);
  expect(refusal({ logFile: 'growth.ndjson' }).message).toContain('logFile must be the path of a file');
  cwd.mockRestore();
  expect(() => createGuard({ enabled: false, logFile: '/growth.ndjson' })).not.toThrow();
});

it('warnings of the shared guard are short, whatever comes too late', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const first = getGuard({ enabled: false, minTotalBytes: '1KB' });
  const second = getGuard({ minTotalBytes: `${'0'.repeat(2 ** 20)}1` });
  expect(String(warn.mock.calls[0]![0]).length).toBeLessThan(300);
  warn.mockRestore();
  await Promise.all([first.close(), second.close()]);
});
