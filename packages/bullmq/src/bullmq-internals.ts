/*
 * The one place that touches what BullMQ calls private or protected, or exports without documenting it. Each is looked for
 * before use, and `test/bullmq-internals.test.ts` fails for BullMQ 5 and 6 when one of them changes.
 */
import type { Child, Worker } from 'bullmq';

/** What is taken from the module `bullmq`. */
export interface BullmqModule {
  Worker: typeof Worker;
  /** Exported, undocumented: one child process or worker thread. */
  Child: typeof Child;
  /** Exported, undocumented: what isolates send to their parent. */
  ParentCommand: { InitFailed: number };
  /** Older 5.x lack it: then a job whose isolate cannot start while the worker closes fails instead of going back to wait. */
  WaitingError?: new () => Error;
  UnrecoverableError: new (message?: string) => Error;
}

/** What BullMQ's sandbox asks of a pool. */
export interface SandboxPool {
  retain(processFile: string): Promise<Child>;
  release(child: Child): void;
  clean(): Promise<void>;
}

interface StockPoolOptions {
  mainFile?: unknown;
}

/** Thrown where this BullMQ lacks what recycling a sandbox needs. */
export class UnknownBullmqError extends Error {
  readonly code = 'ERR_LEAKGUARD_BULLMQ';

  constructor(what: string) {
    super(
      `GuardedWorker cannot recycle the isolates of this version of BullMQ: ${what} is missing. ` +
        'Use a version of BullMQ that @leakguard/bullmq was tested with (5.81 or 6.7), or leave out ' +
        'maxJobsPerWorker, maxHeapPerWorker and quarantineAfter until @leakguard/bullmq knows this one.',
    );
    this.name = 'UnknownBullmqError';
  }
}

/**
 * Puts a pool of ours in the place of BullMQ's (`Worker.childPool`, private) and gives the main file that isolates start
 * with (`ChildPool.opts.mainFile`, private). To be called in `createSandbox`, before the original one reads the pool.
 *
 * @throws UnknownBullmqError where either is missing
 */
export function replacePool(worker: object, make: (mainFile: string) => SandboxPool): void {
  const host = worker as { childPool?: { opts?: StockPoolOptions } | SandboxPool };
  const mainFile = (host.childPool as { opts?: StockPoolOptions } | undefined)?.opts?.mainFile;
  if (typeof mainFile !== 'string') throw new UnknownBullmqError('Worker.childPool.opts.mainFile');
  host.childPool = make(mainFile);
}

/** @throws UnknownBullmqError where the module lacks what recycling needs */
export function checkModule(bullmq: Partial<BullmqModule>): void {
  if (typeof bullmq.Child !== 'function') throw new UnknownBullmqError('the export Child');
  if (typeof bullmq.ParentCommand?.InitFailed !== 'number')
    throw new UnknownBullmqError('the export ParentCommand');
  for (const method of ['createSandbox', 'callProcessJob'])
    if (typeof (bullmq.Worker?.prototype as never)?.[method] !== 'function')
      throw new UnknownBullmqError(`Worker.${method}`);
}

/** What a child is; asked while it lives, for the id of a thread is lost at its end. */
export function childName({ childProcess, worker }: Child): { kind: 'process' | 'thread'; id: number } {
  return childProcess ? { kind: 'process', id: childProcess.pid! } : { kind: 'thread', id: worker.threadId };
}

/** Starts it; resolves when it has loaded the processor file, rejects or hangs else. */
export function initChild(child: Child): Promise<void> {
  return child.init();
}

/** True when it has ended, by itself or killed. */
export function hasEnded({ exitCode, signalCode }: Child): boolean {
  return exitCode !== null || Boolean(signalCode);
}

/** Takes a message of ours to a child that has been started. */
export function sendToChild(child: Child, message: object): Promise<unknown> {
  return child.send(message);
}

/**
 * BullMQ awaits none of its sends to a child, so that one to a child that has just died rejects unheard and ends the whole
 * process. From now on such a child is killed instead: its `exit` is what everybody waits for.
 */
export function containSends(child: Child): void {
  const send = child.send.bind(child);
  child.send = async (message: unknown) => {
    try {
      await send(message);
    } catch {
      await killChild(child);
    }
  };
}

/** Resolves when the child is gone. */
export function killChild(child: Child): Promise<void> {
  // One that could not even be forked has no handle, or one without a pid that will never say `exit`.
  const isThere = child.worker !== undefined || child.childProcess?.pid !== undefined;
  return isThere && !hasEnded(child) ? child.kill('SIGKILL') : Promise.resolve();
}

/**
 * BullMQ's own listeners in a child process: they finish the job at hand and exit. Told from an app's by their text, for
 * they have no name; none is found where that changes, and then idle children end at a signal to the process group again.
 */
export function stockSignalListeners(
  source: NodeJS.Process,
  signal: 'SIGTERM' | 'SIGINT',
): NodeJS.SignalsListener[] {
  const listeners = source.listeners(signal) as NodeJS.SignalsListener[];
  return listeners.filter((listener) => String(listener).includes('waitForCurrentJobAndExit'));
}

interface Closeable {
  close?(force: boolean): Promise<unknown>;
  on?(event: 'error', listener: () => void): unknown;
}

/** Fields of a worker that hold what `close()` would close, were it not waiting. */
interface WorkerParts {
  closed?: boolean;
  lockManager?: { close?(): Promise<unknown> };
  stalledCheckStopper?: () => void;
  /** BullMQ 6. */
  backend?: Closeable;
  /** BullMQ 5. */
  blockingConnection?: Closeable;
  connection?: Closeable;
}

/**
 * Ends what keeps a worker alive whose `close()` hangs: locks are renewed no more (`lockManager`, protected), nobody looks for
 * stalled jobs (`stalledCheckStopper`, private), connections of its own break (`backend`; in 5.x `connection`, protected,
 * and `blockingConnection`, private). A connection that the app gave stays. What is missing is passed over.
 */
export async function abandon(worker: object): Promise<void> {
  const parts = worker as WorkerParts;
  parts.closed = true;
  parts.stalledCheckStopper?.();
  const connections = parts.backend ? [parts.backend] : [parts.blockingConnection, parts.connection];
  await Promise.allSettled([
    parts.lockManager?.close?.(),
    ...connections.map((connection) => connection && breakOff(connection)),
  ]);
}

/**
 * Closing takes all listeners away, and in BullMQ 5 a connection that has not been established yet emits its error after
 * that: without a listener it would be an unhandled rejection, which ends the process.
 */
function breakOff(connection: Closeable): Promise<unknown> | undefined {
  const closed = connection.close?.(true);
  connection.on?.('error', () => undefined);
  return closed;
}
