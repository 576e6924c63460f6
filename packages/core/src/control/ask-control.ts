import { connect, type Socket } from 'node:net';
import { type ControlTarget, targetName } from './control-address.ts';
import { controlAddresses, listeningThreads } from './control-places.ts';
import { type Ask, controlError, parseAnswer, requestLine } from './control-protocol.ts';

export interface AskOptions {
  /** Milliseconds for the whole answer. @default 90000 */
  timeoutMs?: number;
}

/** Longest answer, characters; a string holds twice as much. */
const MAX_ANSWER = 256 * 1024 * 1024;

/**
 * Asks the guard of a running process of this user's; root may ask anybody's.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_NOT_LISTENING` where nothing listens, `ERR_LEAKGUARD_CONTROL_TIMEOUT`, or what the process
 * itself answered with
 */
export async function askControl(
  target: ControlTarget,
  ask: Ask,
  { timeoutMs = 90_000 }: AskOptions = {},
): Promise<unknown> {
  for (const address of controlAddresses(target)) {
    const socket = await connected(address);
    if (socket !== null) return parseAnswer(await exchange(socket, requestLine(ask), timeoutMs));
  }
  throw notListening(target);
}

/** Null where nobody listens. */
function connected(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}

function exchange(socket: Socket, request: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(controlError('ERR_LEAKGUARD_CONTROL_TIMEOUT', `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.length > MAX_ANSWER) fail(controlError('ERR_LEAKGUARD_CONTROL', 'the answer is too long'));
    });
    socket.on('error', (error) => fail(controlError('ERR_LEAKGUARD_CONTROL', error.message)));
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
    // Not ended: a server that sees the end of one side may take it for the end of both.
    socket.write(request);
  });
}

function notListening(target: ControlTarget): Error {
  const name = targetName(target);
  const state = processState(target.pid);
  if (state !== null) return controlError('ERR_LEAKGUARD_NOT_LISTENING', `process ${target.pid} ${state}`);
  const threads = listeningThreads(target.pid);
  return controlError(
    'ERR_LEAKGUARD_NOT_LISTENING',
    `${name} does not listen: is there a guard in it (createGuard, getGuard or an adapter), of this version, with its option ` +
      `control on, and not closed?${threads.length === 0 ? '' : ` These do: ${threads.join(', ')}`}`,
  );
}

/** Why it cannot listen at all, null where it could. */
function processState(pid: number): string | null {
  try {
    process.kill(pid, 0);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
      ? "is another user's: ask as that user, or as root"
      : 'does not exist; in a container, ask inside it';
  }
}
