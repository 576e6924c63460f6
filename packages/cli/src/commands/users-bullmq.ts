import { createRequire } from 'node:module';
import path from 'node:path';
import type { AuditTarget } from '@leakguard/bullmq/audit';

/** A queue, read only. */
export type ReadQueue = AuditTarget & {
  on(event: 'error', listener: () => void): unknown;
  close(): Promise<void>;
  disconnect(): Promise<void>;
};

interface Connection {
  url: string;
  prefix?: string;
}

type QueueBaseClass = new (name: string, opts: object) => ReadQueue;

/**
 * Opens queues with the BullMQ of the project in a folder: its version knows what it wrote, and whoever has queues has it.
 * As CommonJS, for from ESM BullMQ 6 does not find ioredis; as `QueueBase`, for a `Queue` writes its options to Redis when
 * it is made, and so would undo the `maxLen` of the app's own.
 *
 * @throws Error with the line that installs it where it is missing
 */
export function usersBullmq(folder: string): (name: string, connection: Connection) => ReadQueue {
  const { QueueBase } = loadBullmq(folder);
  return (name, { url, prefix }) => {
    const queue = new QueueBase(name, {
      // Once: a command line says what is wrong and ends. INFO, which the ready check needs, may be forbidden.
      connection: { url, retryStrategy: () => null, enableReadyCheck: false, connectTimeout: 5000 },
      skipVersionCheck: true,
      ...(prefix === undefined ? {} : { prefix }),
    });
    // The audit tells; without a listener it would be uncaught.
    queue.on('error', () => undefined);
    return queue;
  };
}

function loadBullmq(folder: string): { QueueBase: QueueBaseClass } {
  const require = createRequire(path.join(folder, 'package.json'));
  try {
    require.resolve('bullmq');
  } catch (cause) {
    throw new Error(
      `there is no bullmq in ${folder}: run this in the project that has the queues, or npm install bullmq ioredis`,
      {
        cause,
      },
    );
  }
  return require('bullmq') as { QueueBase: QueueBaseClass };
}
