/** Above this part of the CPU of the jobs, recycling is worth a word. */
const WORTH_A_WORD = 0.05;

/** What one isolate cost and did over its life. */
export interface IsolateAccount {
  /** By which option it left. */
  reason: 'jobs' | 'heap';
  jobs: number;
  bootCpuMs: number;
  jobsCpuMs: number;
}

/**
 * The warning for a price of recycling above 5 % of the CPU of the jobs, else null. In threads of Node 20 both figures are
 * times, not CPU: about right, and for both alike.
 */
export function priceText({ reason, jobs, bootCpuMs, jobsCpuMs }: IsolateAccount): string | null {
  if (jobs === 0 || jobsCpuMs <= 0) return null;
  const share = bootCpuMs / jobsCpuMs;
  if (share <= WORTH_A_WORD) return null;
  const enough = Math.ceil((jobs * share) / WORTH_A_WORD);
  const percent = Math.round(share * 100);
  const remedy =
    reason === 'jobs'
      ? `With maxJobsPerWorker: ${enough} it would be 5 %.`
      : `With a maxHeapPerWorker that isolates reach after ${enough} jobs it would be 5 %.`;
  return `recycling costs about ${percent} % of the CPU of the jobs: starting an isolate took ${Math.round(bootCpuMs)} ms, its ${jobs} jobs ${Math.round(jobsCpuMs)} ms. ${remedy}`;
}
