import type { Child } from 'bullmq';

/**
 * BullMQ pipes the output of each child into the process's own, and each pipe adds listeners there: from the eleventh child
 * on Node warns of a leak that is none. Makes room for one child more until it has ended. A limit of 0 is none at all.
 */
export function makeRoomForPipes(child: Child): void {
  raise(1);
  child.once('exit', () => raise(-1));
}

function raise(by: number): void {
  for (const stream of [process.stdout, process.stderr]) {
    const limit = stream.getMaxListeners();
    if (limit > 0) stream.setMaxListeners(limit + by);
  }
}
