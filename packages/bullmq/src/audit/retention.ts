import type { Keep, KeepOptions } from './audit-target.ts';

/** What becomes of a job when it is finished. `unset`: nobody seen says it, so BullMQ keeps it for ever. */
export type Retention =
  | { kind: 'unset' | 'kept' | 'removed' | 'counted' }
  /** Kept for so long, then evicted when another job finishes. */
  | { kind: 'aged'; ageMs: number };

/**
 * What BullMQ does with a finished job: the job's own option wins, the worker's is the fallback (`getKeepJobs`), a count
 * below 0 or none is no limit (`moveToFinished`).
 *
 * @param worker the worker's options; null where they cannot be seen
 */
export function retentionOf(
  option: 'removeOnComplete' | 'removeOnFail',
  job: KeepOptions,
  worker: KeepOptions | null,
): Retention {
  const own = job[option] ?? undefined;
  if (own !== undefined) return retention(own);
  const fallback = worker?.[option] ?? undefined;
  return typeof fallback === 'object' ? retention(fallback) : { kind: 'unset' };
}

function retention(keep: NonNullable<Keep>): Retention {
  if (typeof keep === 'boolean') return { kind: keep ? 'removed' : 'kept' };
  const { count, age } = typeof keep === 'number' ? { count: keep } : { ...keep };
  if (count === 0) return { kind: 'removed' };
  if (typeof count === 'number' && count > 0) return { kind: 'counted' };
  return typeof age === 'number' ? { kind: 'aged', ageMs: age * 1000 } : { kind: 'kept' };
}
