import { isMainThread, parentPort } from 'node:worker_threads';
import { type FromIsolate, sealed } from './protocol.ts';

/** Sends to the pool; a parent that is gone is told nothing. */
export function tell(message: FromIsolate, then: () => void = () => undefined): void {
  if (!isMainThread) {
    parentPort?.postMessage(sealed(message));
    then();
  } else if (process.connected) process.send?.(sealed(message), undefined, undefined, then);
  else then();
}
