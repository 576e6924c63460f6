import type { IsolateWatch } from './isolate-watch.ts';
import type { AnyProcessor } from './load-processor.ts';

/**
 * The user's processor with a look at the isolate's memory after each job. Name and number of parameters stay: BullMQ tells
 * by a third one that a processor wants a signal.
 */
export function wrapProcessor(
  processor: AnyProcessor,
  watch: Pick<IsolateWatch, 'jobBegan' | 'jobEnded'>,
): AnyProcessor {
  async function guarded(this: unknown, ...args: unknown[]): Promise<unknown> {
    const name = nameOf(args[0]);
    watch.jobBegan(name);
    try {
      return await processor.apply(this, args);
    } finally {
      watch.jobEnded(name);
    }
  }
  return Object.defineProperties(guarded, {
    name: { value: processor.name },
    length: { value: processor.length },
  });
}

function nameOf(job: unknown): string {
  return String((job as { name?: unknown } | undefined)?.name ?? '');
}
