import {
  installedBinary,
  NoRedisError,
  startRedis,
  type TestRedis,
} from '@leakguard/test-utils/redis-server';
import type { Screen } from 'demo-kit';

/** Where the demo's queues are. */
export interface DemoRedis {
  url: string;
  /** Started for the demo, and thrown away after it. */
  isOwn: boolean;
}

/**
 * Gives `run` a Redis: that of REDIS_URL, else one of the demo's own that is stopped afterwards. Where none can be had it
 * says so and is content: the demo of routes needs none.
 */
export async function withRedis(
  screen: Screen,
  signal: AbortSignal,
  run: (redis: DemoRedis) => Promise<boolean>,
): Promise<boolean> {
  const redis = await start(screen);
  if (redis === null) return true;
  try {
    signal.throwIfAborted();
    return await run({ url: redis.url, isOwn: !process.env.REDIS_URL });
  } finally {
    await redis.stop();
  }
}

async function start(screen: Screen): Promise<TestRedis | null> {
  if (!process.env.REDIS_URL && installedBinary() === undefined)
    screen.print('leakguard demo, jobs: no redis-server on PATH and no REDIS_URL, asking apt-get for one');
  try {
    return await startRedis();
  } catch (error) {
    if (!(error instanceof NoRedisError)) throw error;
    screen.print(
      'leakguard demo: the jobs part is left out, for there is no Redis here: set REDIS_URL or install redis-server',
    );
    return null;
  }
}
