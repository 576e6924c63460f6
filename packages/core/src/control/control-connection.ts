import type { Socket } from 'node:net';
import {
  type Ask,
  answerLine,
  controlError,
  errorLine,
  MAX_REQUEST_BYTES,
  parseRequest,
} from './control-protocol.ts';

const NEWLINE = 0x0a;

/**
 * Serves one connection: reads one line, gives one line, ends. Whatever the client does, it costs no more than the request's 1 KB and
 * its answer, each for so long; it keeps no process alive.
 *
 * @param timeoutMs in which the request has to be there, and in which something of its answer has to be taken
 */
export function serveConnection(
  socket: Socket,
  answer: (ask: Ask) => Promise<unknown>,
  timeoutMs: number,
): void {
  socket.unref();
  // A client that goes away is its own affair.
  socket.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(), timeoutMs).unref();
  socket.once('close', () => clearTimeout(timer));
  readLine(socket, (line) => {
    clearTimeout(timer);
    void answered(line, answer).then((text) => {
      socket.setTimeout(timeoutMs, () => socket.destroy());
      socket.end(text);
    });
  });
}

/** Calls back once: with the first line, or with null for one that is too long. */
function readLine(socket: Socket, onLine: (line: string | null) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk.subarray(0, MAX_REQUEST_BYTES + 1)]);
    const end = bytes.indexOf(NEWLINE);
    if (end === -1 && bytes.length <= MAX_REQUEST_BYTES) return;
    socket.off('data', onData);
    // What else comes is thrown away; unread it would hide that the client has gone.
    socket.resume();
    onLine(end === -1 || end > MAX_REQUEST_BYTES ? null : bytes.toString('utf8', 0, end));
  };
  socket.on('data', onData);
}

/** The line to be given back; never rejects. */
async function answered(line: string | null, answer: (ask: Ask) => Promise<unknown>): Promise<string> {
  try {
    if (line === null)
      throw controlError('ERR_LEAKGUARD_CONTROL', `a request has at most ${MAX_REQUEST_BYTES} bytes`);
    return answerLine(await answer(parseRequest(line)));
  } catch (error) {
    return errorLine(error);
  }
}
