import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatReport } from '@leakguard/core';
import { isNamed, isPeriodic, isRecycle, leakingScopes, readableLine, type Screen } from 'demo-kit';
import { planJobs } from '../jobs.ts';
import { jobLine, jobTable, memoryLines, type VariantView } from './job-table.ts';
import { judgeJobs, type VariantResult } from './judge-jobs.ts';
import { driveLoad } from './load.ts';
import { listProcesses, treeRss } from './process-tree.ts';
import type { DemoRedis } from './redis.ts';
import { Variant } from './variant.ts';

/** Enough for the guard's verdict, and for memory to rise visibly. */
const SECONDS = 40;
const MAX_SECONDS = 100;
const LOAD = { jobsPerSecond: 200, seconds: SECONDS, maxSeconds: MAX_SECONDS, mostWaiting: 200 };
const MAX_JOBS_PER_WORKER = 300;
const LOOK_EVERY_MS = 1000;
/** Until then the child processes start, and their heaps get to their size. */
const MEMORY_FROM_LOOK = 6;
const DRAIN_TIMEOUT_MS = 20_000;
/** Memory at the end is the mean of so many looks: a saw-tooth has no one value. */
const LAST_LOOKS = 10;
const LEAST_RECYCLED = 3;
const SEED = 20_261;

/** What a run of the demo needs. */
export interface DemoOptions {
  /** The jobs that leak; used for nothing but the judgement at the end. */
  planted: readonly string[];
  redis: DemoRedis;
  screen: Screen;
  /** Ends the run: `runDemo` then rejects, with everything stopped. */
  signal: AbortSignal;
}

/** One of the two, and what was seen of it. */
interface Watched {
  variant: Variant;
  view: VariantView | null;
  failed: number;
  rssBytes: number[];
  everLeaking: Set<string>;
}

/** Starts both worker programs, drives them, shows what their guards say. Resolves to whether all was as it should be. */
export async function runDemo({ planted, redis, screen, signal }: DemoOptions): Promise<boolean> {
  screen.print(
    `leakguard demo, jobs: five kinds of jobs, one of which leaks, for two workers of 2 child processes each. One has
maxJobsPerWorker: ${MAX_JOBS_PER_WORKER} (low, so that recycling shows within a minute). Both are at level prove.`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-demo-'));
  const start = (name: string, maxJobsPerWorker: number): Watched => ({
    variant: new Variant({
      ...{ name, maxJobsPerWorker, redisUrl: redis.url, folder },
      onLine: (line) => {
        if (isShown(line)) screen.print(`${name}: ${readableLine('worker', line)}`);
      },
    }),
    ...{ view: null, failed: 0, rssBytes: [], everLeaking: new Set<string>() },
  });
  const [off, on] = [start('recycling off', 0), start('recycling on', MAX_JOBS_PER_WORKER)];
  try {
    await Promise.all([off.variant.ready(), on.variant.ready()]);
    await drive([off, on], planted, screen, signal);
    const results = { off: await result(off, screen), on: await result(on, screen) };
    screen.live([], '');
    screen.print(`\n${memoryLines([off.view!, on.view!]).join('\n')}\n`);
    const { passed, lines } = judgeJobs({ ...results, planted, leastRecycled: LEAST_RECYCLED });
    screen.print([passed ? 'PASSED' : 'FAILED', ...lines].join('\n'));
    return passed;
  } finally {
    await Promise.all([off, on].map(({ variant }) => variant.stop(!redis.isOwn)));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Recycles are counted in the table, and Node tells more of a warning than the warning. */
function isShown(line: string): boolean {
  return !isPeriodic(line) && !isRecycle(line) && !line.includes('--trace-warnings');
}

/** Until both name what leaks, or the time is up, and both have done all jobs. */
async function drive(
  both: readonly Watched[],
  planted: readonly string[],
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const startMs = performance.now();
  const stop = new AbortController();
  const watching = watch(both, AbortSignal.any([signal, stop.signal]), () => {
    const seconds = Math.round((performance.now() - startMs) / 1000);
    const views = both.map(({ view }) => view!);
    screen.live(
      ['', `${seconds} s of ${SECONDS} to ${MAX_SECONDS}`, '', ...jobTable(views)],
      `${seconds} s   ${jobLine(views)}`,
    );
  });
  try {
    const variants = both.map(({ variant }) => variant);
    const isEnough = (): boolean =>
      both.every(({ view }) => view !== null && planted.every((scope) => names(view.report, scope)));
    await driveLoad(variants, planJobs(SEED), { ...LOAD, isEnough, signal });
    await Promise.all(variants.map((variant) => drained(variant, signal)));
  } finally {
    stop.abort();
    await watching;
  }
  await look(both, false);
}

function names({ scopes }: VariantView['report'], wanted: string): boolean {
  return scopes.some((each) => each.scope === wanted && isNamed(each));
}

/** Jobs that are still missing then are lost, which the judgement says. */
async function drained({ program, added }: Variant, signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + DRAIN_TIMEOUT_MS;
  while (performance.now() < endMs && (await program.ask('state')).done < added) {
    await sleep(LOOK_EVERY_MS / 5, undefined, { signal });
  }
}

/** Looks once a second, until it is told to stop; rejects when a program has ended. */
async function watch(both: readonly Watched[], signal: AbortSignal, show: () => void): Promise<void> {
  for (let looks = 0; !signal.aborted; looks++) {
    await look(both, looks >= MEMORY_FROM_LOOK);
    show();
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function look(both: readonly Watched[], withMemory: boolean = true): Promise<void> {
  const processes = withMemory ? await listProcesses() : [];
  for (const watched of both) {
    const { variant, rssBytes, everLeaking } = watched;
    const { report, failed, done, recycled } = await variant.program.ask('state');
    if (processes.length > 0) rssBytes.push(treeRss(processes, variant.program.pid));
    for (const scope of leakingScopes(report)) everLeaking.add(scope);
    watched.failed = failed;
    watched.view = { name: variant.name, done, recycled, report, rssBytes };
  }
}

/** Prints the report, and closes the worker as a deployment would: what it then has lost shows in the execution log. */
async function result(
  { variant, view, failed, rssBytes, everLeaking }: Watched,
  screen: Screen,
): Promise<VariantResult> {
  const report = await variant.program.ask('analyze');
  await variant.program.ask('close');
  screen.print(`\n${variant.name}, the report:\n\n${formatReport(report)}`);
  const { name, added } = variant;
  const last = rssBytes.slice(-LAST_LOOKS);
  return {
    ...{ name, added, failed, report, everLeaking },
    recycled: view!.recycled,
    executions: variant.executions(),
    rssBytes: last.length === 0 ? null : last.reduce((sum, bytes) => sum + bytes, 0) / last.length,
  };
}
