import { createGuard, type Guard, LeakguardError } from '@leakguard/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardProcessor } from '../../src/guard-processor.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let guard: Guard;

beforeEach(() => {
  guard = createGuard({ enabled: true, logger: silent });
});
afterEach(() => guard.close());

const job = { name: 'send', queueName: 'mail', data: {} };
const units = (): [string, number, number][] =>
  guard.report().scopes.map(({ scope, units, inFlight }) => [scope, units, inFlight]);

describe('guardProcessor', () => {
  it('counts a job as a unit of queue and name, from its beginning to its end', async () => {
    let finish = (): void => undefined;
    const processor = guardProcessor(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
      { guard },
    ) as (job: unknown) => Promise<void>;
    const running = processor(job);
    expect(units()).toEqual([['mail:send', 0, 1]]);
    finish();
    await running;
    expect(units()).toEqual([['mail:send', 1, 0]]);
  });

  it.each([
    () => undefined,
    (_job: unknown) => undefined,
    (_job: unknown, _token: unknown) => undefined,
    (_job: unknown, _token: unknown, _signal: unknown) => undefined,
  ])('keeps name and number of parameters (%#): BullMQ gives a signal to those with three', (processor) => {
    const guarded = guardProcessor(Object.defineProperty(processor, 'name', { value: 'send' }), { guard });
    expect([guarded.length, guarded.name]).toEqual([processor.length, 'send']);
  });

  it('passes on this, arguments, results, throws and rejections as they are', async () => {
    const result = Promise.resolve(7);
    const host = {
      process: guardProcessor(
        function (this: unknown, ...args: unknown[]) {
          return [this, args];
        },
        { guard },
      ),
      promise: guardProcessor(() => result, { guard }),
    };
    expect(host.process(job, 'token', 'signal')).toEqual([host, [job, 'token', 'signal']]);
    expect((host.promise as (job: unknown) => unknown)(job)).toBe(result);
    const error = new Error('refused');
    const throws = guardProcessor(
      (_: unknown) => {
        throw error;
      },
      { guard },
    );
    expect(() => throws(job)).toThrow(error);
    const rejects = guardProcessor((_: unknown) => Promise.reject(error), { guard });
    await expect(rejects(job)).rejects.toBe(error);
    expect(units()).toEqual([['mail:send', 4, 0]]);
  });

  it('lets a thenable do its work once', async () => {
    let calls = 0;
    const lazy = {
      // biome-ignore lint/suspicious/noThenProperty: as query builders have it
      then(resolve: (value: string) => void) {
        calls += 1;
        resolve('rows');
      },
    };
    const processor = guardProcessor((_: unknown) => lazy, { guard });
    expect(await processor(job)).toBe('rows');
    expect(calls).toBe(1);
    expect(units()).toEqual([['mail:send', 1, 0]]);
  });

  it('runs the processor whatever it is called with, and whatever the guard does', () => {
    const processor = guardProcessor((_: unknown) => 'done', { guard });
    for (const strange of [undefined, null, 1, {}, { name: {} }, { name: 'x' }, { name: Symbol('x') }])
      expect(processor(strange)).toBe('done');
    const broken = {
      begin: () => {
        throw new Error('broken');
      },
      scope: () => {
        throw new Error('broken');
      },
    } as unknown as Guard;
    expect(guardProcessor((_: unknown) => 'done', { guard: broken })(job)).toBe('done');
  });

  it('refuses what is no function, with what to do instead', () => {
    for (const file of ['./send.js', new URL('file:///send.js')])
      expect(() => guardProcessor(file as never)).toThrow(/GuardedWorker/);
    for (const nonsense of [undefined, null, 7, {}]) {
      expect(() => guardProcessor(nonsense as never)).toThrow(LeakguardError);
      expect(() => guardProcessor(nonsense as never)).toThrow(/must be a function/);
    }
    expect(() => guardProcessor(() => 1, { level: 'loud' } as never)).toThrow(/level must be one of/);
  });
});
