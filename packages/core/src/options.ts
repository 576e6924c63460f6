import { resolve } from 'node:path';
import { byteSize } from './byte-size.ts';
import { briefTextOf, contained } from './contain.ts';
import { LeakguardError } from './errors.ts';
import { givenOptions, isObject, shown } from './given-options.ts';
import { type OnDemandSignal, signalOption } from './on-demand/signal-option.ts';
import type { GuardOptions, Level, Logger } from './types.ts';

/** Options after defaults and checks; the only form the rest of core reads. */
export interface ResolvedOptions {
  level: Level;
  enabled: boolean;
  minBytesPerUnit: number;
  minTotalBytes: number;
  spikeThreshold: number;
  reportInterval: number;
  maxScopes: number;
  maxOverhead: number;
  idleGc: boolean;
  logger: Logger | null;
  logGrowth: 'when-growing' | 'always' | false;
  /** Absolute. */
  logFile: string | null;
  profiler: 'auto' | false;
  maxPause: number;
  maxHeapForReads: number;
  control: boolean;
  signal: OnDemandSignal | null;
  /** Absolute; null for this user's own below the folder for temporary files. */
  snapshotDir: string | null;
  ignore: (scope: string) => boolean;
}

const LEVELS: readonly Level[] = ['auto', 'watch', 'diagnose', 'prove'];
const PROFILER: readonly unknown[] = ['auto', false];
const LOG_GROWTH: readonly unknown[] = ['when-growing', 'always', false];

type Environment = Readonly<Record<string, string | undefined>>;

/** One reader per option: the check of the value, and the default. */
const READERS: { [K in keyof ResolvedOptions]: (value: unknown, env: Environment) => ResolvedOptions[K] } = {
  level: (value = 'auto') => oneOf('level', value, LEVELS) as Level,
  enabled: (value, env) => (value === undefined ? !isTestRun(env) : boolean('enabled', value)),
  minBytesPerUnit: (value = 128) => size('minBytesPerUnit', value),
  minTotalBytes: (value = '1MB') => size('minTotalBytes', value),
  spikeThreshold: (value = '1MB') => size('spikeThreshold', value),
  reportInterval: (value = 60_000) => number('reportInterval', value, 1000, 86_400_000),
  maxScopes: (value = 500) => integer('maxScopes', value, 1, 10_000),
  maxOverhead: (value = 0.01) => number('maxOverhead', value, 0.0001, 1),
  idleGc: (value = false) => boolean('idleGc', value),
  logger: (value = null) => logger(value),
  logGrowth: (value = 'when-growing') =>
    oneOf('logGrowth', value, LOG_GROWTH) as ResolvedOptions['logGrowth'],
  logFile: (value) => (value === undefined ? null : filePath('logFile', value)),
  profiler: (value = 'auto') => oneOf('profiler', value, PROFILER) as ResolvedOptions['profiler'],
  maxPause: (value = 300) => number('maxPause', value, 1, 60_000),
  maxHeapForReads: (value = '512MB') => size('maxHeapForReads', value),
  control: (value = true) => boolean('control', value),
  signal: (value, env) => signalOption(value, env),
  snapshotDir: (value) => (value === undefined ? null : folderPath('snapshotDir', value)),
  ignore: (value = () => false) => callable('ignore', value) as ResolvedOptions['ignore'],
};

/**
 * Checks options and fills in defaults.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION` with the option, its value and what is allowed
 */
export function resolveOptions(options: GuardOptions = {}, env: Environment = process.env): ResolvedOptions {
  const given = readOptions(options);
  const entries = Object.entries(READERS).map(([key, read]) => [key, read((given as never)[key], env)]);
  return Object.fromEntries(entries) as ResolvedOptions;
}

/**
 * Checked options as a copy that holds what was checked: whoever settles them later reads no getter again, and finds a
 * relative path where it was.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION` as {@link resolveOptions}
 */
export function checkedOptions(options: GuardOptions): GuardOptions {
  const given = readOptions(options);
  const { logFile, snapshotDir } = resolveOptions(given);
  return { ...given, ...(logFile !== null && { logFile }), ...(snapshotDir !== null && { snapshotDir }) };
}

/** The options that are there. */
function readOptions(options: unknown): GuardOptions {
  const given = givenOptions(options) ?? fail('options', options, 'an object');
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(READERS, key));
  if (unknown !== undefined)
    fail(briefTextOf(unknown), given[unknown], `one of ${Object.keys(READERS).join(', ')}`);
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Leak tracking in a unit test's process would only measure the test runner. */
function isTestRun(env: Environment): boolean {
  return env.NODE_ENV === 'test' || env.VITEST !== undefined || env.JEST_WORKER_ID !== undefined;
}

function fail(option: string, value: unknown, allowed: string): never {
  throw new LeakguardError(
    'ERR_LEAKGUARD_OPTION',
    `leakguard: ${option} must be ${allowed}, got ${typeof value === 'string' ? JSON.stringify(shown(value)) : shown(value)}`,
  );
}

function oneOf(option: string, value: unknown, allowed: readonly unknown[]): unknown {
  if (allowed.includes(value)) return value;
  return fail(option, value, `one of ${allowed.map((item) => JSON.stringify(item)).join(', ')}`);
}

function boolean(option: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail(option, value, 'true or false');
}

function number(option: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  return fail(option, value, `a number from ${min} to ${max}`);
}

function integer(option: string, value: unknown, min: number, max: number): number {
  if (Number.isInteger(value)) return number(option, value, min, max);
  return fail(option, value, `a whole number from ${min} to ${max}`);
}

function size(option: string, value: unknown): number {
  return (
    byteSize(value) ??
    fail(option, value, "a size of 0 or more: bytes, or text such as '128B', '2KB', '1.5MB'")
  );
}

/** No system takes a longer path; of the usual ones Windows takes the longest. */
const MAX_PATH = 32_767;

function filePath(option: string, value: unknown): string {
  const fits = typeof value === 'string' && !/(^|[/\\])\.{0,2}$/.test(value);
  return (fits ? absolutePath(value) : null) ?? fail(option, value, 'the path of a file');
}

function folderPath(option: string, value: unknown): string {
  const fits = typeof value === 'string' && value !== '';
  return (fits ? absolutePath(value) : null) ?? fail(option, value, 'the path of a folder');
}

/** Absolute at once, so that a later `process.chdir` does not move the file. */
function absolutePath(path: string): string | null {
  if (path.includes('\0') || path.length > MAX_PATH) return null;
  // Of a relative path nothing can be made while the working directory is gone.
  return contained(() => resolve(path), null);
}

function callable(option: string, value: unknown): unknown {
  return typeof value === 'function' ? value : fail(option, value, 'a function');
}

function logger(value: unknown): Logger | null {
  if (value === null) return null;
  return contained(() => isLogger(value), false)
    ? (value as Logger)
    : fail('logger', value, 'an object with the methods info, warn and error');
}

function isLogger(value: unknown): boolean {
  const methods = ['info', 'warn', 'error'] as const;
  return isObject(value) && methods.every((method) => typeof (value as never)[method] === 'function');
}
