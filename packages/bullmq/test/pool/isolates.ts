import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Child } from 'bullmq';
import { childMaker } from '../../src/isolates.ts';
import { type RecyclingOptions, resolveRecycling } from '../../src/options.ts';
import type { PoolOptions } from '../../src/pool/pool-options.ts';
import { RecyclingChildPool } from '../../src/pool/recycling-child-pool.ts';
import { WarnOnce } from '../../src/warn-once.ts';
import { processorFile } from '../job-bench.ts';
import type { Major } from '../majors.ts';

const require = createRequire(import.meta.url);

/** A pool of real isolates whose jobs the test hands out itself, and what it can see of them. */
export interface PoolUnderTest {
  pool: RecyclingChildPool;
  /** All children it ever made. */
  children: Child[];
  /** Those of them that have loaded the processor. */
  loaded: Set<Child>;
  /** Children that have not exited. */
  alive(): Child[];
  /** Most that were alive at once. */
  most(): number;
  recycled: { reason: string; jobs: number }[];
}

export function poolOf(
  { major, bullmq }: Major,
  useWorkerThreads: boolean,
  recycling: RecyclingOptions,
  more: Partial<PoolOptions> & { concurrencyOf?: number; processor?: string } = {},
): PoolUnderTest {
  const main = useWorkerThreads ? 'main-worker.js' : 'main.js';
  const make = childMaker(bullmq, {
    mainFile: join(dirname(require.resolve(`bullmq${major}`)), 'classes', main),
    processor: processorFile(more.processor ?? 'work.mjs'),
    opts: { useWorkerThreads },
    maxHeapBytes: null,
    measure: () => null,
  });
  const children: Child[] = [];
  const loaded = new Set<Child>();
  const { InitCompleted } = bullmq.ParentCommand as unknown as { InitCompleted: number };
  let most = 0;
  const recycled: PoolUnderTest['recycled'] = [];
  // Those that are asked to leave are gone for the pool; they may take a moment to end.
  const alive = (): Child[] =>
    children.filter(({ exitCode, signalCode }) => exitCode === null && !signalCode);
  const pool = new RecyclingChildPool({
    recycling: resolveRecycling(recycling),
    makeChild: () => {
      const child = make();
      children.push(child);
      child.on('message', ({ cmd }) => void (cmd === InitCompleted && loaded.add(child)));
      most = Math.max(most, alive().length);
      return child;
    },
    initFailed: bullmq.ParentCommand.InitFailed,
    concurrency: () => more.concurrencyOf ?? 1,
    random: () => 0,
    nowMs: () => performance.now(),
    warnings: new WarnOnce(),
    openFeed: () => ({ receive: () => undefined, close: () => undefined }),
    onRecycled: ({ jobs }, reason) => void recycled.push({ reason, jobs }),
    onCrash: () => undefined,
    ...more,
  });
  return { pool, children, loaded, alive, most: () => most, recycled };
}
