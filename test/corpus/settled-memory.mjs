import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Several collections with turns of the event loop between them: finalizers and backing stores need more than one. */
const COLLECTIONS = 6;
const BETWEEN_MS = 25;

/**
 * Live memory of this process after forced collections, in bytes. Truth readings only: the runs with a guard never
 * call it, so the guard gets no hint.
 *
 * @returns {Promise<{ heap: number, external: number, rss: number }>} `external` includes Buffers
 */
export async function settledMemory() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  for (let i = 0; i < COLLECTIONS; i++) {
    collect();
    await wait(BETWEEN_MS);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed, external, rss };
}
