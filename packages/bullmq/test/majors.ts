import { createRequire } from 'node:module';
import type { Queue, QueueEvents } from 'bullmq';
import type { BullmqModule } from '../src/bullmq-internals.ts';
import { guardedWorkerOf } from '../src/guarded-worker-of.ts';
import type { GuardedWorkerClass } from '../src/guarded-worker-types.ts';

const require = createRequire(import.meta.url);

/** BullMQ as the tests use it. */
type Bullmq = BullmqModule & {
  Queue: typeof Queue;
  QueueEvents: typeof QueueEvents;
  FlowProducer: typeof import('bullmq').FlowProducer;
};

export interface Major {
  major: 5 | 6;
  name: string;
  version: string;
  bullmq: Bullmq;
  GuardedWorker: GuardedWorkerClass;
}

/** Both majors, by npm alias; `bullmq-internals.test.ts` asserts that each alias is what it says. */
export const MAJORS: Major[] = ([5, 6] as const).map((major) => {
  const bullmq = require(`bullmq${major}`) as Bullmq;
  const { version } = require(`bullmq${major}/package.json`) as { version: string };
  return { major, name: `BullMQ ${major}`, version, bullmq, GuardedWorker: guardedWorkerOf(bullmq) };
});

/** Where isolates live. */
const KINDS = [
  { kind: 'process', useWorkerThreads: false },
  { kind: 'thread', useWorkerThreads: true },
] as const;

/** Every major with every kind of isolate. */
export const VARIANTS = MAJORS.flatMap((major) =>
  KINDS.map((kind) => ({ ...major, ...kind, title: `${major.name}, ${kind.kind}` })),
);

/** One variant per major and per kind, for what differs in neither: each isolate takes its time to start. */
export const DIAGONAL = VARIANTS.filter(({ major, kind }) => (major === 6) === (kind === 'process'));
