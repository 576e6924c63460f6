import type { Child } from 'bullmq';
import { containSends, initChild, killChild } from '../bullmq-internals.ts';
import { makeRoomForPipes } from './piped-output.ts';

/** Why an isolate did not start. `refused`: the processor file threw; the error is its own. */
export type StartFailureReason = 'refused' | 'died' | 'timeout' | 'closing';

export class StartFailure extends Error {
  readonly code = 'ERR_LEAKGUARD_ISOLATE';
  readonly reason: StartFailureReason;

  constructor(reason: StartFailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartFailure';
    this.reason = reason;
  }
}

export interface StartOptions {
  timeoutMs: number;
  /** Value of `cmd` by which a child says that the processor file threw. */
  initFailed: number;
}

/**
 * Starts a child and waits until it has loaded the processor. BullMQ's own `init` waits for ever for one that dies meanwhile
 * (its listeners for `exit` are gone before `close` comes, and threads have no `close`), and for a file that never loads.
 *
 * @throws StartFailure; the child is killed then
 */
export async function startIsolate(child: Child, { timeoutMs, initFailed }: StartOptions): Promise<void> {
  makeRoomForPipes(child);
  let timer: NodeJS.Timeout | undefined;
  let hasRefused = false;
  child.on('message', (message: { cmd?: unknown } | null) => {
    hasRefused ||= message?.cmd === initFailed;
  });
  const failure = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) => reject(died(code, signal)));
    // Without a listener an error of a child would be an uncaught one of this process.
    child.on('error', (cause) =>
      reject(new StartFailure('died', `An isolate could not start: ${cause}`, { cause })),
    );
    timer = setTimeout(() => reject(tooLate(timeoutMs)), timeoutMs);
  });
  failure.catch(() => undefined);
  try {
    await Promise.race([initChild(child).catch((cause) => refusal(cause, hasRefused, failure)), failure]);
    containSends(child);
  } catch (error) {
    void killChild(child);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** An `init` that fails for another reason than the processor's own means that the child dies: that says why, or the clock. */
function refusal(cause: Error, hasRefused: boolean, failure: Promise<never>): Promise<never> {
  if (!hasRefused) return failure;
  return Promise.reject(new StartFailure('refused', cause.message, { cause }));
}

function died(code: number | null, signal: string | null): StartFailure {
  const how = signal ? `signal ${signal}` : `exit code ${code}`;
  return new StartFailure('died', `An isolate ended while it loaded the processor file: ${how}`);
}

function tooLate(timeoutMs: number): StartFailure {
  return new StartFailure(
    'timeout',
    `An isolate had not loaded the processor file after ${timeoutMs} ms (childInitTimeout)`,
  );
}
