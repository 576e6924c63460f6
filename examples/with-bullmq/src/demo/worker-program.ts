// The worker program of the demo: the worker of src/app.ts in a process of its own, which answers what the demo asks.
import { type GrowthReport, getGuard } from '@leakguard/core';
import { answerParent } from 'demo-kit';
import { startWorker } from '../app.ts';
import { connection } from '../connection.ts';

/** How far it is. */
export interface WorkerState {
  done: number;
  /** Failed attempts and stalled jobs: recycling must cause none. */
  failed: number;
  recycled: number;
  report: GrowthReport;
}

/** What the demo may ask. */
export interface WorkerAnswers extends Record<string, () => unknown> {
  state(): WorkerState;
  analyze(): Promise<GrowthReport>;
  /** The worker closes as at a deployment: jobs under way are finished, child processes end. */
  close(): Promise<void>;
}

const { DEMO_PREFIX, GROWTH_LOG, MAX_JOBS_PER_WORKER } = process.env;
const counts = { done: 0, failed: 0, recycled: 0 };
// `prove` answers within a minute and forces GCs for it: for staging. In production leave the level out.
const leakGuard = { level: 'prove', enabled: true, logFile: GROWTH_LOG! } as const;
const worker = startWorker({
  connection,
  prefix: DEMO_PREFIX!,
  maxJobsPerWorker: Number(MAX_JOBS_PER_WORKER),
  leakGuard,
});
worker.on('completed', () => {
  counts.done += 1;
});
for (const event of ['failed', 'stalled', 'error'] as const)
  worker.on(event, (first: unknown, second: unknown) => {
    counts.failed += 1;
    console.error(`${event}: ${String(second ?? first)}`);
  });
worker.on('recycled', () => {
  counts.recycled += 1;
});
await worker.waitUntilReady();

// The shared guard is the one that the worker took.
const guard = getGuard();
answerParent({
  state: () => ({ ...counts, report: guard.report() }),
  analyze: () => guard.analyze(),
  close: () => worker.close(),
} satisfies WorkerAnswers);
