import { textOf, toError } from '../contain.ts';
import { type ControlErrorCode, LeakguardError } from '../errors.ts';

/** What a running guard can be asked for; `kept` are the last five snapshots, oldest first, which cost nothing more. */
export type Ask = 'snapshot' | 'kept' | 'report' | 'types';

const ASKS: readonly Ask[] = ['snapshot', 'kept', 'report', 'types'];

/** Longest request, bytes. */
export const MAX_REQUEST_BYTES = 1024;

/** A line that asks. */
export function requestLine(ask: Ask): string {
  return `${JSON.stringify({ v: 1, ask })}\n`;
}

/** @throws LeakguardError `ERR_LEAKGUARD_CONTROL` for what is no request */
export function parseRequest(line: string): Ask {
  const request = parsedObject(line);
  if (request === null) throw controlError('ERR_LEAKGUARD_CONTROL', 'the request is no JSON object');
  if (request.v !== 1)
    throw controlError(
      'ERR_LEAKGUARD_CONTROL',
      'this process speaks version 1; use its version of leakguard',
    );
  const ask = ASKS.find((known) => known === request.ask);
  if (ask !== undefined) return ask;
  throw controlError('ERR_LEAKGUARD_CONTROL', `ask must be one of ${ASKS.join(', ')}`);
}

/** The line of an answer. What cannot be told as JSON becomes an error. */
export function answerLine(answer: unknown): string {
  try {
    return `${JSON.stringify({ v: 1, answer: answer ?? null })}\n`;
  } catch (error) {
    return errorLine(error);
  }
}

export function errorLine(error: unknown): string {
  const { code, message } = toError(error) as NodeJS.ErrnoException;
  const isOurs = typeof code === 'string' && code.startsWith('ERR_LEAKGUARD_');
  const told = { code: isOurs ? code : 'ERR_LEAKGUARD_CONTROL', message: textOf(message) };
  return `${JSON.stringify({ v: 1, error: told })}\n`;
}

/**
 * What a line of the server's says.
 *
 * @throws LeakguardError with the code that the server gave, or `ERR_LEAKGUARD_CONTROL` for no answer at all
 */
export function parseAnswer(line: string): unknown {
  const answer = parsedObject(line);
  if (answer === null) throw controlError('ERR_LEAKGUARD_CONTROL', 'the process gave no whole answer');
  if (answer.v === 1 && 'answer' in answer) return answer.answer;
  const { code, message } = (answer.error ?? {}) as { code?: unknown; message?: unknown };
  const isOurs = typeof code === 'string' && /^ERR_LEAKGUARD_[A-Z_]{1,64}$/.test(code);
  throw controlError(
    isOurs ? (code as ControlErrorCode) : 'ERR_LEAKGUARD_CONTROL',
    typeof message === 'string' ? message.replace(/^leakguard: /, '') : 'the process gave no answer',
  );
}

export function controlError(code: ControlErrorCode, message: string): LeakguardError {
  return new LeakguardError(code, `leakguard: ${message}`);
}

function parsedObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
