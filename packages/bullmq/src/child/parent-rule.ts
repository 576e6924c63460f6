import { isMainThread } from 'node:worker_threads';
import { stockSignalListeners } from '../bullmq-internals.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * A child process lives as long as its parent wants. Ctrl-C, systemd and `kill -- -pgid` send their signal to the children
 * too, whom BullMQ makes exit at once when idle, while the parent still hands out jobs: those jobs fail. Here the parent
 * alone decides; it stops taking jobs and tells its children when. And where BullMQ's children outlive a killed parent and
 * finish jobs whose results nobody gets, ours end at once: those jobs run again anyway.
 */
export function obeyTheParentOnly(): void {
  if (!isMainThread || process.send === undefined) return;
  for (const signal of SIGNALS) {
    for (const listener of stockSignalListeners(process, signal)) process.off(signal, listener);
    // A listener at all is what keeps the signal from ending the process.
    process.on(signal, () => undefined);
  }
  process.on('disconnect', () => process.exit());
}
