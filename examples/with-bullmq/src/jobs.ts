import type { BulkJobOptions } from 'bullmq';
import { type Random, seededRandom, upTo, varyingMix } from 'demo-kit';

/** One job, as `Queue.addBulk` takes it. */
export interface PlannedJob {
  name: string;
  data: Record<string, unknown>;
  opts: BulkJobOptions;
}

/** Without these, every finished job would stay in Redis for ever. */
const OPTS: BulkJobOptions = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } };

/** Share of the jobs on average, in percent. */
const MIX = [
  { name: 'send-receipt', weight: 20, data: (random: Random) => ({ order: upTo(random, 1e6), pieces: 3 }) },
  {
    name: 'render-invoice',
    weight: 15,
    data: (random: Random) => ({ order: upTo(random, 1e6), lines: 300 }),
  },
  { name: 'enrich-profile', weight: 30, data: (random: Random) => ({ customer: upTo(random, 5000) }) },
  {
    name: 'resize-avatar',
    weight: 15,
    data: (random: Random) => ({ customer: upTo(random, 5000), size: 64 }),
  },
  {
    name: 'quote-shipping',
    weight: 20,
    data: (random: Random) => ({ country: upTo(random, 24), grams: 900 }),
  },
] as const;

/** The shares change more often than isolates are recycled, so that each sees several of them. */
const JOBS_PER_MIX = 100;

/** Jobs of the shop, in shares that vary over time as they do on a real queue. The same seed gives the same jobs. */
export function planJobs(seed: number): () => PlannedJob {
  const random = seededRandom(seed);
  const next = varyingMix(MIX, JOBS_PER_MIX, random);
  return () => {
    const { name, data } = next();
    return { name, data: data(random), opts: OPTS };
  };
}
