import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LeakguardError } from '../src/errors.ts';
import { resolveOptions } from '../src/options.ts';

const PRODUCTION = {};

function refusal(options: unknown): LeakguardError {
  try {
    resolveOptions(options as never, PRODUCTION);
  } catch (error) {
    return error as LeakguardError;
  }
  throw new Error('was accepted');
}

describe('resolveOptions', () => {
  it('fills in the documented defaults', () => {
    expect(resolveOptions({}, PRODUCTION)).toMatchObject({
      level: 'auto',
      enabled: true,
      minBytesPerUnit: 128,
      minTotalBytes: 1048576,
      spikeThreshold: 1048576,
      reportInterval: 60_000,
      maxScopes: 500,
      maxOverhead: 0.01,
      idleGc: false,
      logger: null,
      logGrowth: 'when-growing',
      logFile: null,
    });
  });

  it.each([{ NODE_ENV: 'test' }, { VITEST: 'true' }, { JEST_WORKER_ID: '1' }])(
    'is off in a test run (%o)',
    (env) => {
      expect(resolveOptions({}, env).enabled).toBe(false);
      expect(resolveOptions({ enabled: true }, env).enabled).toBe(true);
    },
  );

  it.each([{ NODE_ENV: 'production' }, { NODE_ENV: 'development' }, { NODE_ENV: 'Test' }])(
    'is on where nothing says that it is a test run (%o)',
    (env) => {
      expect(resolveOptions({}, env).enabled).toBe(true);
      expect(resolveOptions({ enabled: false }, env).enabled).toBe(false);
    },
  );

  it('reads sizes as bytes or as text of 1,024s', () => {
    const sizes = resolveOptions({ minBytesPerUnit: '2KB', minTotalBytes: ' 1.5 mb ' }, PRODUCTION);
    expect([sizes.minBytesPerUnit, sizes.minTotalBytes]).toEqual([2048, 1572864]);
    expect(resolveOptions({ minBytesPerUnit: '300' }, PRODUCTION).minBytesPerUnit).toBe(300);
  });

  it.each([
    [{ level: 'loud' }, 'level must be one of "auto", "watch", "diagnose", "prove", got "loud"'],
    [{ minBytesPerUnit: '12 potatoes' }, 'minBytesPerUnit must be a size'],
    [{ minBytesPerUnit: -1 }, 'got -1'],
    [{ minTotalBytes: Number.NaN }, 'got NaN'],
    [{ reportInterval: 10 }, 'reportInterval must be a number from 1000 to 86400000, got 10'],
    [{ maxScopes: 2.5 }, 'maxScopes must be a whole number from 1 to 10000, got 2.5'],
    [{ maxOverhead: 2 }, 'maxOverhead must be a number from 0.0001 to 1, got 2'],
    [{ enabled: 'yes' }, 'enabled must be true or false, got "yes"'],
    [{ logger: { info() {} } }, 'logger must be an object with the methods info, warn and error'],
    [{ ignore: '/health' }, 'ignore must be a function, got "/health"'],
    [{ logGrowth: true }, 'logGrowth must be one of "when-growing", "always", false, got true'],
    [{ logFile: '' }, 'logFile must be the path of a file, got ""'],
    [{ logFile: 'logs/' }, 'logFile must be the path of a file, got "logs/"'],
    [{ logFile: '.' }, 'logFile must be the path of a file, got "."'],
    [{ logFile: 'logs/..' }, 'logFile must be the path of a file, got "logs/.."'],
    [{ logFile: 'a\0b' }, 'logFile must be the path of a file'],
    [{ logFile: true }, 'logFile must be the path of a file, got true'],
    [{ levle: 'auto' }, 'levle must be one of level, enabled'],
    [null, 'options must be an object, got null'],
    [5, 'options must be an object, got 5'],
    [[], 'options must be an object, got []'],
    [() => 1, 'options must be an object, got () => 1'],
    [{ level: Object.create(null) }, 'got object'],
  ])('refuses %o and says what is allowed', (options, message) => {
    const error = refusal(options);
    expect(error).toBeInstanceOf(LeakguardError);
    expect(error.code).toBe('ERR_LEAKGUARD_OPTION');
    expect(error.message).toContain(message);
  });

  it('makes the path of the log file absolute', () => {
    expect(resolveOptions({ logFile: 'logs/growth.ndjson' }, PRODUCTION).logFile).toBe(
      join(process.cwd(), 'logs', 'growth.ndjson'),
    );
  });

  it('takes console as a logger', () => {
    expect(resolveOptions({ logger: console }, PRODUCTION).logger).toBe(console);
  });
});
