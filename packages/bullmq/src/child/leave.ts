import { isMainThread, parentPort } from 'node:worker_threads';
import { type FromIsolate, opened, type ToIsolate } from './protocol.ts';
import { tell } from './tell.ts';

/**
 * Exits when the pool says so, whatever handles the processor left open. The pool says it between two jobs only, so unlike
 * BullMQ's own ways to stop (SIGTERM, `Stop`, and `terminate()` on 5.x threads) this one need not know whether a job runs.
 */
export function leaveWhenTold(lastMessage: () => Promise<FromIsolate>): void {
  const channel = isMainThread ? process : parentPort;
  channel?.on('message', (received: unknown) => {
    if (opened<ToIsolate>(received)?.kind === 'leave') void leave(lastMessage);
  });
}

async function leave(lastMessage: () => Promise<FromIsolate>): Promise<void> {
  const exit = (): void => process.exit(process.exitCode ?? 0);
  try {
    tell(await lastMessage(), exit);
  } catch {
    exit();
  }
}
