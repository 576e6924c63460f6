import { threadId } from 'node:worker_threads';
import { type Ask, controlError } from './control-protocol.ts';
import { ControlServer } from './control-server.ts';

export interface ControlOptions {
  /** Finds the answer: plain JSON. A rejection goes to the client as an error. */
  answer: (ask: Ask) => Promise<unknown>;
  /** Told at most once, where nothing can listen, and why; nobody has to know of it. */
  onUnavailable?: (reason: string) => void;
  /** Milliseconds in which a request has to arrive and its answer has to be taken. @default 5000 */
  requestTimeoutMs?: number;
  /** Milliseconds in which an answer has to be found. @default 60000 */
  answerTimeoutMs?: number;
}

/**
 * Listens for `leakguard snapshot <pid>` on a unix socket in a folder of this user's own, on a named pipe on Windows. One question at
 * a time. Never throws, never keeps the process alive, and is quietly off where the socket cannot be made. Other users cannot
 * reach it; on Windows they may see that it is there.
 *
 * @returns what closes it and removes the socket
 */
export function openControl(options: ControlOptions): { close(): void } {
  const {
    answer,
    onUnavailable = () => undefined,
    requestTimeoutMs = 5000,
    answerTimeoutMs = 60_000,
  } = options;
  const server = new ControlServer({
    target: { pid: process.pid, threadId },
    answer: oneAtATime(answer, answerTimeoutMs),
    requestTimeoutMs,
    onUnavailable,
  });
  server.open();
  return { close: () => server.close() };
}

/** A question while another one is being answered is refused: both would stop the program, one after the other. */
function oneAtATime(answer: (ask: Ask) => Promise<unknown>, limitMs: number): (ask: Ask) => Promise<unknown> {
  let isBusy = false;
  return async (ask) => {
    if (isBusy)
      throw controlError('ERR_LEAKGUARD_CONTROL_BUSY', 'the process answers another one; try again');
    isBusy = true;
    try {
      return await inTime(answer(ask), limitMs);
    } finally {
      isBusy = false;
    }
  };
}

function inTime(work: Promise<unknown>, limitMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(controlError('ERR_LEAKGUARD_CONTROL_TIMEOUT', `no answer within ${limitMs} ms`));
    }, limitMs).unref();
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
