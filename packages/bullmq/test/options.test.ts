import { describe, expect, it } from 'vitest';
import { GuardedWorker } from '../src/index.ts';
import { resolveRecycling } from '../src/options.ts';
import { processorFile } from './job-bench.ts';

const offline = {
  connection: { host: '127.0.0.1', port: 1, maxRetriesPerRequest: null },
  autorun: false,
};

describe('options', () => {
  it('have the documented defaults', () => {
    expect(resolveRecycling({})).toEqual({
      maxJobs: 0,
      jitter: 0.1,
      maxHeapBytes: null,
      minJobs: 20,
      prewarm: 1,
      childInitTimeoutMs: 30_000,
      shutdownTimeoutMs: 25_000,
      quarantineAfter: 0,
      recycle: 'auto',
    });
  });

  it('take sizes as text, and no more jobs to wait for than the limit has', () => {
    expect(resolveRecycling({ maxHeapPerWorker: '512MB', maxJobsPerWorker: 5 })).toMatchObject({
      maxHeapBytes: 512 * 1_048_576,
      minJobs: 5,
    });
  });

  it.each([
    [{ maxJobsPerWorker: -1 }, 'maxJobsPerWorker must be a number from 0 to 1000000000, got -1'],
    [{ maxJobsPerWorker: 1.5 }, 'maxJobsPerWorker must be a whole number from 0 to 1000000000, got 1.5'],
    [{ maxJobsPerWorker: Number.NaN }, 'maxJobsPerWorker must be a whole number'],
    [{ maxJobsPerWorker: '500' }, 'maxJobsPerWorker must be a whole number from 0 to 1000000000, got "500"'],
    [{ maxJobsPerWorker: Number.POSITIVE_INFINITY }, 'got Infinity'],
    [{ maxJobsJitter: 1 }, 'maxJobsJitter must be a number from 0 to 0.9, got 1'],
    [
      { maxHeapPerWorker: 'lots' },
      `maxHeapPerWorker must be a size of 1 MB or more: bytes, or text such as '512MB', got "lots"`,
    ],
    [{ maxHeapPerWorker: 512 }, 'maxHeapPerWorker must be a size of 1 MB or more'],
    [{ maxHeapPerWorker: null }, 'maxHeapPerWorker must be a size'],
    [{ maxHeapPerWorker: '5000000 zebras' }, 'maxHeapPerWorker must be a size'],
    [{ maxHeapPerWorker: '536870912MiB' }, 'maxHeapPerWorker must be a size'],
    [{ maxJobsPerWorker: null }, 'maxJobsPerWorker must be a whole number from 0 to 1000000000, got null'],
    [{ maxJobsJitter: null }, 'maxJobsJitter must be a number from 0 to 0.9, got null'],
    [{ minJobsPerWorker: null }, 'minJobsPerWorker must be a whole number from 1 to 1000000000, got null'],
    [{ prewarm: null }, 'prewarm must be a whole number from 0 to 1, got null'],
    [{ childInitTimeout: null }, 'childInitTimeout must be a number from 100 to 600000, got null'],
    [{ shutdownTimeout: null }, 'shutdownTimeout must be a number from 0 to 86400000, got null'],
    [{ quarantineAfter: null }, 'quarantineAfter must be a whole number from 0 to 1000, got null'],
    [{ recycle: null }, `recycle must be 'auto' or 'exit', got null`],
    [{ minJobsPerWorker: 0 }, 'minJobsPerWorker must be a number from 1'],
    [
      { minJobsPerWorker: 9, maxJobsPerWorker: 5 },
      'minJobsPerWorker must be at most maxJobsPerWorker, which is 5, got 9',
    ],
    [{ prewarm: 2 }, 'prewarm must be a number from 0 to 1, got 2'],
    [{ childInitTimeout: 5 }, 'childInitTimeout must be a number from 100 to 600000, got 5'],
    [{ shutdownTimeout: -1 }, 'shutdownTimeout must be a number from 0 to 86400000, got -1'],
    [{ quarantineAfter: 0.5 }, 'quarantineAfter must be a whole number from 0 to 1000, got 0.5'],
    [{ recycle: 'never' }, `recycle must be 'auto' or 'exit', got "never"`],
    [{ maxJobsPerWorker: Object.create(null) }, 'got object'],
  ])('that are nonsense throw at once: %o', (options, message) => {
    expect(() => resolveRecycling(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_LEAKGUARD_OPTION',
        message: expect.stringContaining(`GuardedWorker: ${message}`.replace('GuardedWorker: got', 'got')),
      }),
    );
  });

  const work = async () => 1;
  const file = processorFile('work.mjs');

  it.each([
    [work, { quarantineAfter: 2 }, 'quarantineAfter must be left out for a processor function'],
    [work, { prewarm: 0 }, 'prewarm must be left out for a processor function'],
    [work, { childInitTimeout: 5000 }, 'childInitTimeout must be left out for a processor function'],
    [null, { quarantineAfter: 2 }, 'give the path of a processor file'],
    [work, { recycle: 'exit' }, 'recycle must be given together with maxJobsPerWorker or maxHeapPerWorker'],
    [file, { recycle: 'exit' }, 'recycle must be left out for a processor file'],
    [file, { recycle: 'exit', maxJobsPerWorker: 5 }, 'recycle must be left out for a processor file'],
  ] as const)('that could have no effect are refused: %s with %o', (processor, options, message) => {
    const make = () => new GuardedWorker('queue', processor, { ...offline, ...options });
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_LEAKGUARD_OPTION' }));
    expect(make).toThrow(message);
  });

  it.each([
    [work, { quarantineAfter: 0, prewarm: 1, childInitTimeout: 30_000, recycle: 'auto' }],
    [work, { recycle: 'exit', maxJobsPerWorker: 0 }],
    [work, { recycle: 'exit', maxHeapPerWorker: '512MB' }],
    [file, { quarantineAfter: 2, prewarm: 0, childInitTimeout: 5000, recycle: 'auto' }],
  ] as const)('that are defaults, or have an effect, are taken: %s with %o', async (processor, options) => {
    const worker = new GuardedWorker('queue', processor, { ...offline, ...options });
    worker.on('error', () => undefined);
    await worker.close(true);
  });

  it('of a guard are checked too, and not taken beside a guard', () => {
    const make = (more: object) => () => new GuardedWorker('queue', async () => 1, { ...offline, ...more });
    expect(make({ leakGuard: { level: 'loud' } })).toThrow('level must be one of');
    expect(make({ guard: {} })).toThrow('GuardedWorker: guard must be a Guard');
    expect(make({ guard: {}, leakGuard: {} })).toThrow('leakGuard must be left out where guard is given');
  });
});
