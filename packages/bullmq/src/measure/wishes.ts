import { isMainThread, parentPort } from 'node:worker_threads';
import { opened, sealed, type ToIsolate } from '../child/protocol.ts';

/** The message by which a parent asks an isolate for floors that come closer, or as far apart as usual again. */
export function wish(closer: boolean): object {
  return sealed<ToIsolate>({ kind: 'measure', closer });
}

/** In an isolate: calls back with every wish of its parent. */
export function onWish(run: (closer: boolean) => void): void {
  const channel = isMainThread ? process : parentPort;
  channel?.on('message', (received: unknown) => {
    const message = opened<ToIsolate>(received);
    if (message?.kind === 'measure') run(message.closer);
  });
}
