import type { DrainRequest, ReplacementFacts, ReplacementReason, SupervisedSlot } from './messages.ts';
import { type JobProgress, replacementDue } from './replacement-due.ts';
import { SupervisedProcess } from './supervised-process.ts';

/** The number is the protocol between copies of this module: ESM, CommonJS, installed twice. */
const SHARED = Symbol.for('leakguard.supervised/1');

const host = globalThis as typeof globalThis & { [SHARED]?: SupervisedProcess };

/** This process as a supervised one, the same for all copies of this module; null for any other process. */
function supervised(): SupervisedProcess | null {
  if (host[SHARED] !== undefined) return host[SHARED];
  const born = SupervisedProcess.born();
  if (born !== null) Object.defineProperty(host, SHARED, { value: born, enumerable: false });
  return born;
}

/**
 * Whether `superviseWorkers` or `leakguard run` forked this process, and will replace it when it asks. False in worker
 * threads and in child processes of a worker.
 */
export function isSupervised(): boolean {
  return supervised() !== null;
}

/** Which of the workers this is, or null where nobody supervises. */
export function supervisedSlot(): SupervisedSlot | null {
  return supervised()?.slot ?? null;
}

/** Whether a worker that stands so should ask for its replacement now: at its limit, or as long before it as a replacement takes to boot. */
export function isReplacementDue(progress: JobProgress): boolean {
  return replacementDue(progress, supervised()?.bootMs ?? null);
}

/**
 * Says that one of those who joined by {@link onDrain} works. The process counts as ready when all of them do that had joined by
 * then. Without effect where nobody supervises.
 *
 * @example
 * import { Worker } from 'bullmq';
 *
 * const worker = new Worker('emails', async () => {}, { connection: { url: process.env.REDIS_URL } });
 * onDrain(() => worker.close());
 * worker.waitUntilReady().then(ready, () => {});
 */
export function ready(): void {
  supervised()?.ready();
}

/** Asks for a replacement, once per process; it then drains when the replacement is ready, and works on until then. */
export function askForReplacement(reason: ReplacementReason, facts: ReplacementFacts = {}): void {
  supervised()?.askForReplacement(reason, facts);
}

/**
 * Joins those who must finish before this process may end: a worker gives its `close`. When the supervisor says so, or is
 * gone, all are called once, and the process exits when all have settled. Who joins during a drain is called at once.
 *
 * @returns takes it back, for a worker that was closed otherwise
 */
export function onDrain(drain: (request: DrainRequest) => Promise<void>): () => void {
  return supervised()?.onDrain(drain) ?? (() => undefined);
}

/**
 * Called after all of {@link onDrain} have settled and awaited before the process exits: the place to close what jobs
 * need, such as a database pool.
 */
export function onDrained(cleanUp: () => Promise<void> | void): () => void {
  return supervised()?.onDrained(cleanUp) ?? (() => undefined);
}
