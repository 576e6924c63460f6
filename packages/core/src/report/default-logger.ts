import { writeSync } from 'node:fs';
import { pino } from 'pino';
import type { Logger } from '../types.ts';

const STDERR = 2;
/** Pino's numbers. */
const LEVELS = { info: 30, warn: 40, error: 50 };

/** NDJSON to stderr with an ISO time, written at once so that a crash loses nothing. Never throws. */
export function defaultLogger(): Logger {
  try {
    const options = { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
    return pino(options, pino.destination({ dest: STDERR, sync: true }));
  } catch {
    // Under --frozen-intrinsics pino cannot start on Node 20: it sets `Error.prepareStackTrace`.
    return plainLogger();
  }
}

/** Writes the lines that pino would. Its methods throw what stderr does, as pino's do. */
function plainLogger(): Logger {
  const at = (level: keyof typeof LEVELS) => (fields: object, msg: string) => {
    const head = { level: LEVELS[level], time: new Date().toISOString(), pid: process.pid };
    writeSync(STDERR, `${JSON.stringify({ ...head, ...fields, msg })}\n`);
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
