import type { FinishedJobs } from '../finished-jobs.ts';
import type { JobSample } from '../job-sample.ts';
import type { QueueFacts } from '../queue-facts.ts';
import { type Retention, retentionOf } from '../retention.ts';
import { allSamples } from './wording.ts';

/** The option that is about jobs in a state. */
export const OPTION = { completed: 'removeOnComplete', failed: 'removeOnFail' } as const;

/** What becomes of a queue's completed or failed jobs, by the jobs that were looked at. */
export interface Retentions {
  /** The jobs looked at: the newest ones in that state, else any, for each says both options. */
  samples: readonly JobSample[];
  each: readonly Retention[];
  /** No job looked at has a limit: one with a count would evict the others too, as eviction is of the whole set. */
  isUnlimited: boolean;
  /** The jobs themselves say that they are kept, which no worker can change. */
  isJobsOwnWish: boolean;
}

export function retentionsOf(facts: QueueFacts, { state, newest }: FinishedJobs): Retentions {
  const samples = newest.length > 0 ? newest : allSamples(facts);
  const each = samples.map(({ opts }) => retentionOf(OPTION[state], opts, facts.worker));
  const isUnlimited = each.length > 0 && each.every(({ kind }) => kind === 'unset' || kind === 'kept');
  return {
    samples,
    each,
    isUnlimited,
    isJobsOwnWish:
      isUnlimited && samples.every(({ opts }) => (opts[OPTION[state]] ?? undefined) !== undefined),
  };
}
