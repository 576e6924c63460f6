import { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { BackOff } from '../../src/supervise/back-off.ts';
import {
  askForReplacement,
  isReplacementDue,
  isSupervised,
  onDrain,
  onDrained,
  ready,
  type SuperviseOptions,
  supervisedSlot,
  superviseWorkers,
} from '../../src/supervise/index.ts';
import { birthOf, fromSupervisor, fromWorker, sealed } from '../../src/supervise/messages.ts';
import { replacementDue } from '../../src/supervise/replacement-due.ts';
import { ReplacementQueue } from '../../src/supervise/replacement-queue.ts';
import { onSignals } from '../../src/supervise/supervisor-signals.ts';
import type { WorkerProcess } from '../../src/supervise/worker-process.ts';
import { program } from './harness.ts';

describe('when a replacement is due', () => {
  const limit = 500;

  test('at the limit, where no boot was measured', () => {
    expect(replacementDue({ jobs: 499, limit, elapsedMs: 10_000 }, null)).toBe(false);
    expect(replacementDue({ jobs: 500, limit, elapsedMs: 10_000 }, null)).toBe(true);
  });

  test('as many jobs earlier as are finished during a boot', () => {
    const at = (jobs: number) => replacementDue({ jobs, limit, elapsedMs: jobs * 20 }, 1000);
    expect([449, 450].map(at)).toEqual([false, true]);
  });

  test('never before half of the limit, however long a boot takes', () => {
    const at = (jobs: number) => replacementDue({ jobs, limit, elapsedMs: jobs }, 60_000);
    expect([249, 250].map(at)).toEqual([false, true]);
    expect(replacementDue({ jobs: 1, limit: 1, elapsedMs: 0 }, 1000)).toBe(true);
  });
});

describe('a process that nobody supervises', () => {
  test('is told so, and nothing it says has an effect', () => {
    expect(isSupervised()).toBe(false);
    expect(supervisedSlot()).toBeNull();
    expect(isReplacementDue({ jobs: 9, limit: 10, elapsedMs: 10 })).toBe(false);
    const never = vi.fn(async () => undefined);
    onDrain(never)();
    onDrained(never)();
    ready();
    askForReplacement('jobs', { jobs: 10 });
    expect(never).not.toHaveBeenCalled();
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });

  test('is also one that has inherited the environment from a worker', () => {
    const birth = { protocol: 1, supervisor: 42, slot: { index: 0, count: 1, limitShare: 1 } };
    const env = { LEAKGUARD_SUPERVISED: JSON.stringify(birth) };
    expect(birthOf(env, 42)).toEqual(birth);
    expect(birthOf(env, 43)).toBeNull();
    expect(birthOf({ LEAKGUARD_SUPERVISED: '{' }, 42)).toBeNull();
    expect(birthOf({ LEAKGUARD_SUPERVISED: JSON.stringify({ ...birth, protocol: 2 }) }, 42)).toBeNull();
  });
});

describe('messages on the channel', () => {
  const ours = (message: object) => ({ leakguard: 'leakguard.supervise/1', ...message });

  test('of the app are left alone', () => {
    expect(fromWorker(sealed({ type: 'ready' }))).toEqual({ type: 'ready' });
    for (const message of [null, 'ready', { type: 'ready' }, { leakguard: 'else' }]) {
      expect(fromWorker(message)).toBeNull();
      expect(fromSupervisor(message)).toBeNull();
    }
  });

  test.each([
    [undefined, {}],
    [null, {}],
    ['many', {}],
    [{ jobs: 'many', heapBytes: -1 }, {}],
    [{ jobs: 5, heapBytes: null }, { jobs: 5 }],
    [
      { jobs: 5, heapBytes: 6, more: 7 },
      { jobs: 5, heapBytes: 6 },
    ],
  ])('that ask for a replacement with the facts %j count with %j', (given, facts) => {
    const asking = { type: 'replace', reason: 'jobs' } as const;
    expect(fromWorker(ours({ ...asking, facts: given }))).toEqual({ ...asking, facts });
  });

  test('that say nothing we know are passed over', () => {
    for (const message of [{}, { type: 'else' }, { type: 'replace' }, { type: 'replace', reason: 'mood' }])
      expect(fromWorker(ours(message))).toBeNull();
    for (const bootMs of [undefined, null, '1', -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(fromSupervisor(ours({ type: 'boot-time', bootMs }))).toBeNull();
    expect(fromSupervisor(ours({ type: 'boot-time', bootMs: 1 }))).toEqual({ type: 'boot-time', bootMs: 1 });
    expect(fromSupervisor(ours({ type: 'drain', reason: 'replaced' }))).toBeNull();
  });
});

test('a replacement that fails with an error is told, tried again, and does not keep the next ones from being made', async () => {
  const workers = ['first', 'second'].map((name) => ({ name, isServing: true }) as never as WorkerProcess);
  const asked: WorkerProcess[] = [];
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const queue = new ReplacementQueue(async (old) => {
    asked.push(old);
    if (asked.length === 1) throw new TypeError('as the test wants it');
    return 'replaced';
  }, 0);
  for (const worker of workers) queue.add(worker);
  await vi.waitFor(() => expect(asked).toEqual([workers[0], workers[0], workers[1]]));
  expect(warned).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('as the test wants it'), {
    code: 'LEAKGUARD_REPLACEMENT',
  });
  queue.add(workers[0]!);
  await vi.waitFor(() => expect(asked).toHaveLength(4));
  warned.mockRestore();
});

test('a second signal kills only a second later: npm delivers one Ctrl-C twice', () => {
  const host = new EventEmitter();
  const seen: string[] = [];
  let nowMs = 5000;
  const off = onSignals(
    {
      stop: (signal) => void seen.push(`stop ${signal}`),
      kill: (signal) => void seen.push(`kill ${signal}`),
      restart: () => void seen.push('restart'),
    },
    host as unknown as NodeJS.Process,
    () => nowMs,
  );
  host.emit('SIGINT', 'SIGINT');
  nowMs += 1000;
  host.emit('SIGINT', 'SIGINT');
  expect(seen).toEqual(['stop SIGINT']);
  nowMs += 1;
  host.emit('SIGTERM', 'SIGTERM');
  expect(seen).toEqual(['stop SIGINT', 'kill SIGTERM']);
  off();
  expect(host.eventNames()).toEqual([]);
});

test('pauses double up to 30 s and start anew after a success', () => {
  const backOff = new BackOff(200);
  const pauses = Array.from({ length: 100 }, () => backOff.failed());
  expect(pauses.slice(0, 4)).toEqual([200, 400, 800, 1600]);
  expect(pauses.at(-1)).toBe(30_000);
  backOff.reset();
  expect(backOff.failed()).toBe(200);
  expect(new BackOff(0).failed()).toBe(0);
  expect(new BackOff(60_000).failed()).toBe(60_000);
});

test.each([
  [{ entry: 'no-such-file.js' }, /entry must be a file that exists, got ".*no-such-file\.js"/],
  [{ entry: import.meta.dirname }, /entry must be a file that exists/],
  [{ entry: '' }, /entry must be a path or a file: URL/],
  [{ entry: new URL('https://example.com/worker.js') }, /entry must be a path or a file: URL/],
  [{ processes: 0 }, /processes must be a whole number from 1 to 1000, got 0/],
  [{ processes: 1.5 }, /processes must be/],
  [{ processes: undefined }, /processes must be .* got undefined/],
  [{ readyTimeout: 2 ** 31 }, /readyTimeout must be a whole number from 1 to 2147483647/],
  [{ drainTimeout: Number.NaN }, /drainTimeout must be/],
  [{ args: 'one' }, /args must be an array of strings/],
  [{ env: { A: 1 } }, /env\.A must be a string, got 1/],
  [{ logger: console.log }, /logger must be an object with info, warn and error/],
  [{ handleSignals: 'yes' }, /handleSignals must be true or false/],
  [{ procesess: 3 }, /procesess must be one of entry, processes/],
])('refuses %j at once, and starts nothing', (options, message) => {
  const all = { entry: program('idle-worker'), processes: 1, ...options } as SuperviseOptions;
  expect(() => superviseWorkers(all)).toThrow(
    expect.objectContaining({ code: 'ERR_LEAKGUARD_OPTION', message: expect.stringMatching(message) }),
  );
});
