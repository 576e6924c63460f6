import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { threadId } from 'node:worker_threads';

/**
 * The same for every snapshot of this process (or worker thread) and for no other one: containers share pids, and a restart may get
 * the old one again. Made from host, pid, thread and start, so that two copies of leakguard in one process agree; hashed, as a
 * snapshot is passed on and need not name the host.
 */
export function processIdentity(): string {
  const parts = [hostname(), process.pid, threadId, performance.timeOrigin];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
