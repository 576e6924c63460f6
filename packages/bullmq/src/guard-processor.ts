import type { Guard, GuardOptions } from '@leakguard/core';
import { LeakguardError } from '@leakguard/core';
import { resolveAdapterOptions } from '@leakguard/core/adapter';
import { JobCounter, type NamedJob } from './job-counter.ts';

/** Queues that one processor serves; jobs of further ones are counted by a new counter each time. */
const MOST_QUEUES = 100;
const TEXT = { adapter: 'guardProcessor', scopeArgs: '()' };

// biome-ignore lint/suspicious/noExplicitAny: as BullMQ's own type of a processor
type AnyProcessor = (this: any, ...args: any[]) => unknown;

/**
 * A processor function that counts its jobs in the guard, for those who keep their own `Worker`: growth is attributed to
 * `queue:jobName`. It has the name and the number of parameters of the one given (BullMQ gives a signal only to processors
 * with three), the same `this`, and returns, throws and rejects as it does. For a processor file give `GuardedWorker` a
 * try: from here nothing can be seen of what its isolates hold.
 *
 * @param options of the process's shared guard, or `{ guard }`
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION` for what is no function, and for bad options
 * @example
 * new Worker('emails', guardProcessor(async (job) => send(job.data)), { connection });
 */
export function guardProcessor<P extends AnyProcessor>(
  processor: P,
  options: GuardOptions | { guard: Guard } = {},
): P {
  if (typeof processor !== 'function') refuseProcessor(processor);
  const { guard } = resolveAdapterOptions<never>(options, TEXT);
  const counters = new Map<string, JobCounter>();
  const counterOf = (queue: string): JobCounter => {
    const known = counters.get(queue);
    if (known !== undefined) return known;
    const counter = new JobCounter(guard, queue, processor as never);
    if (counters.size < MOST_QUEUES) counters.set(queue, counter);
    return counter;
  };
  function guarded(this: unknown, ...args: unknown[]): unknown {
    const end = begin(counterOf, args[0]);
    if (end === null) return processor.apply(this, args);
    let result: unknown;
    try {
      result = processor.apply(this, args);
    } catch (error) {
      end();
      throw error;
    }
    return endWith(result, end);
  }
  return Object.defineProperties(guarded, {
    name: { value: processor.name, configurable: true },
    length: { value: processor.length, configurable: true },
  }) as unknown as P;
}

/** Whatever a processor is called with, it is called. */
function begin(counterOf: (queue: string) => JobCounter, job: unknown): (() => void) | null {
  try {
    const { queueName, name } = job as { queueName?: unknown; name?: unknown };
    if (typeof name !== 'string') return null;
    return counterOf(typeof queueName === 'string' ? queueName : '').begin(job as NamedJob);
  } catch {
    return null;
  }
}

/** A thenable of another kind may do its work when `then` is called, and must not do it twice: it becomes a promise here. */
function endWith(result: unknown, end: () => void): unknown {
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') {
    end();
    return result;
  }
  const promise = result instanceof Promise ? result : Promise.resolve(result as PromiseLike<unknown>);
  promise.then(end, end);
  return promise;
}

function refuseProcessor(processor: unknown): never {
  const isFile = typeof processor === 'string' || processor instanceof URL;
  throw new LeakguardError(
    'ERR_LEAKGUARD_OPTION',
    isFile
      ? 'guardProcessor: takes the function; for a processor file use GuardedWorker, which measures inside of its isolates'
      : `guardProcessor: processor must be a function, got ${processor === null ? 'null' : typeof processor}`,
  );
}
