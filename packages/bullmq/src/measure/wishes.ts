import { isMainThread, parentPort } from 'node:worker_threads';
import { opened, sealed, type ToIsolate } from '../child/protocol.ts';

/** What a parent wishes of the floors of an isolate. */
export interface FloorWish {
  /** They shall come closer together while something grows; else as far apart as usual. */
  closer: boolean;
  /** However steeply memory rises there, no more floors beyond the usual budget: somebody was named, or there were enough. */
  inBudget: boolean;
}

/** What an isolate goes by until its parent says otherwise. */
export const NO_WISH: FloorWish = { closer: false, inBudget: false };

/** The message that carries a wish. */
export function wishMessage({ closer, inBudget }: FloorWish): object {
  return sealed<ToIsolate>({ kind: 'measure', closer, inBudget });
}

/** In an isolate: calls back with every wish of its parent. */
export function onWish(run: (wish: FloorWish) => void): void {
  const channel = isMainThread ? process : parentPort;
  channel?.on('message', (received: unknown) => {
    const message = opened<ToIsolate>(received);
    if (message?.kind === 'measure') run(message);
  });
}
