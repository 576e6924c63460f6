/** Never below this part of the limit, however slowly a replacement boots: each job more recycled early costs more boots. */
const EARLIEST_SHARE = 0.5;

/** How a worker stands when it asks itself whether its replacement is due. */
export interface JobProgress {
  /** Jobs finished. */
  jobs: number;
  /** The limit that shall not be overshot by much. */
  limit: number;
  /** How long these jobs took: since the first one began. */
  elapsedMs: number;
}

/**
 * Whether a worker shall ask for its replacement now. The worker goes on while the replacement boots, so it asks as many
 * jobs before its limit as it finishes during a boot (rate x `bootMs`), but not before half of the limit.
 * Without this, workers at a limit of 500 were replaced after 1,300 jobs on a busy machine, where booting took 2.8 s.
 *
 * @param bootMs null where no boot has been measured yet
 */
export function replacementDue({ jobs, limit, elapsedMs }: JobProgress, bootMs: number | null): boolean {
  if (jobs >= limit) return true;
  const jobsPerMs = elapsedMs > 0 ? jobs / elapsedMs : 0;
  return jobs >= Math.max(limit * EARLIEST_SHARE, limit - jobsPerMs * (bootMs ?? 0));
}
