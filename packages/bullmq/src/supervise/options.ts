import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LeakguardError, type Logger } from '@leakguard/core';
import { defaultLogger } from '@leakguard/core/adapter';

/** Options of `superviseWorkers`. Nonsense throws `ERR_LEAKGUARD_OPTION` at once. */
export interface SuperviseOptions {
  /** The worker program: a path, relative to the working directory, or a `file:` URL. */
  entry: string | URL;
  /** How many processes run it, 1 to 1000. During a replacement there is one more. */
  processes: number;
  /** Arguments of the program. @default none */
  args?: readonly string[];
  /** Added to the environment that the processes inherit. */
  env?: Readonly<Record<string, string>>;
  /** Arguments of Node itself, such as `--max-old-space-size=512`. @default those of this process */
  execArgv?: readonly string[];
  /** In ms: a process that is not ready by then counts as failed to start. @default 60_000 */
  readyTimeout?: number;
  /**
   * In ms: a process that was told to drain and still lives then is killed, and its jobs run again. Longer than the
   * longest job. @default 600_000
   */
  drainTimeout?: number;
  /** In ms: the pause after a crash or a failed start; doubled each time in a row, up to 30 s. @default 200 */
  restartDelay?: number;
  /** Gives up when a process failed to start so many times in a row and no other is ready. @default 5 */
  maxFailedStarts?: number;
  /**
   * SIGTERM and SIGINT drain all and end this process with exit code 0, a second one kills; SIGHUP replaces all one by one.
   * False for a program that has handlers of its own, which call `close` and `restart` and read `closed`. @default true
   */
  handleSignals?: boolean;
  /** Pino's shape. @default NDJSON to stderr */
  logger?: Logger;
}

/** Every option settled. */
export type ResolvedSuperviseOptions = Readonly<{
  [K in keyof Required<SuperviseOptions>]: K extends 'entry' ? string : Required<SuperviseOptions>[K];
}>;

/** Longest delay of a timer of Node's; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const MAX_PROCESSES = 1000;

const KNOWN: ReadonlySet<string> = new Set<keyof SuperviseOptions>([
  'entry',
  'processes',
  'args',
  'env',
  'execArgv',
  'readyTimeout',
  'drainTimeout',
  'restartDelay',
  'maxFailedStarts',
  'handleSignals',
  'logger',
]);

/** @throws LeakguardError `ERR_LEAKGUARD_OPTION` with the option, its value and what is allowed */
export function resolveSuperviseOptions(options: SuperviseOptions): ResolvedSuperviseOptions {
  if (typeof options !== 'object' || options === null) fail('options', options, 'an object');
  const unknown = Object.keys(options).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) fail(unknown, 'an unknown option', `one of ${[...KNOWN].join(', ')}`);
  return {
    entry: entryFile(options.entry),
    processes: integer('processes', options.processes, 1, MAX_PROCESSES),
    args: texts('args', options.args ?? []),
    env: environment(options.env ?? {}),
    execArgv: texts('execArgv', options.execArgv ?? process.execArgv),
    readyTimeout: integer('readyTimeout', options.readyTimeout ?? 60_000, 1, MAX_TIMER_MS),
    drainTimeout: integer('drainTimeout', options.drainTimeout ?? 600_000, 1, MAX_TIMER_MS),
    restartDelay: integer('restartDelay', options.restartDelay ?? 200, 0, MAX_TIMER_MS),
    maxFailedStarts: integer('maxFailedStarts', options.maxFailedStarts ?? 5, 1, Number.MAX_SAFE_INTEGER),
    handleSignals: boolean('handleSignals', options.handleSignals ?? true),
    logger: contained(checkedLogger(options.logger) ?? defaultLogger()),
  };
}

function entryFile(entry: unknown): string {
  const isUrl = entry instanceof URL || (typeof entry === 'string' && entry.startsWith('file:'));
  if (!isUrl && (typeof entry !== 'string' || entry === '')) fail('entry', entry, 'a path or a file: URL');
  const file = isUrl ? filePath(entry) : resolve(entry as string);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) fail('entry', file, 'a file that exists');
  return file;
}

function filePath(url: string | URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    return fail('entry', url, 'a path or a file: URL');
  }
}

function integer(option: string, value: unknown, min: number, max: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  return fail(option, value, `a whole number from ${min} to ${max}`);
}

function boolean(option: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail(option, value, 'true or false');
}

function texts(option: string, value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isList ? [...value] : fail(option, value, 'an array of strings');
}

function environment(value: unknown): Readonly<Record<string, string>> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord) return fail('env', value, 'an object of strings');
  const wrong = Object.entries(value).find(([, text]) => typeof text !== 'string');
  return wrong === undefined ? { ...value } : fail(`env.${wrong[0]}`, wrong[1], 'a string');
}

function checkedLogger(logger: unknown): Logger | undefined {
  if (logger === undefined) return undefined;
  const methods = typeof logger === 'object' ? (logger as Partial<Logger> | null) : null;
  const isLogger = [methods?.info, methods?.warn, methods?.error].every((log) => typeof log === 'function');
  return isLogger ? (logger as Logger) : fail('logger', logger, 'an object with info, warn and error');
}

/** A logger that throws must not keep a worker from being replaced. */
function contained(logger: Logger): Logger {
  const log =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      try {
        logger[level](fields, message);
      } catch {
        // There is nobody left to tell.
      }
    };
  return { info: log('info'), warn: log('warn'), error: log('error') };
}

function fail(option: string, value: unknown, allowed: string): never {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  throw new LeakguardError(
    'ERR_LEAKGUARD_OPTION',
    `superviseWorkers: ${option} must be ${allowed}, got ${shown}`,
  );
}
