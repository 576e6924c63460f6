import { realpath } from 'node:fs/promises';
import { type CliStreams, wantsColor } from '../cli-streams.ts';
import { LogMerger } from '../merge/log-merger.ts';
import type { LogReport } from '../merge/log-report.ts';
import { inOrderOfTime } from '../read/in-order-of-time.ts';
import { LogFileError } from '../read/log-file-error.ts';
import { DamagedGzipError, type LogSource, logSource } from '../read/log-source.ts';
import { parseLogLine } from '../read/parse-log-line.ts';
import { splitLines } from '../read/split-lines.ts';
import { logTable } from '../render/log-table.ts';
import { Progress } from '../render/progress.ts';

/** Rows of the table unless `--top` or `--all` says otherwise. */
export const DEFAULT_TOP = 20;

/** Options of `leakguard report`. */
export interface ReportLogsOptions {
  json?: boolean;
  /** Epoch milliseconds; only lines from then on count. */
  since?: number;
  /** Rows shown. @default 20; all of them with `json` */
  top?: number;
  all?: boolean;
}

/**
 * The merged report of growth logs, as a table or as JSON ({@link LogReport}).
 *
 * @param paths files, gzip welcome, or '-' for stdin; a file named twice is read once
 * @throws LogFileError `ERR_LEAKGUARD_LOG_FILE` for an input that cannot be read, `ERR_LEAKGUARD_LOG_FORMAT` where not one line is readable
 * @example
 * process.stdout.write(await reportLogs(['growth.4242.ndjson'], { since: Date.now() - 3_600_000 }, process));
 */
export async function reportLogs(
  paths: readonly string[],
  options: ReportLogsOptions,
  streams: CliStreams,
): Promise<string> {
  const report = await readLogs(paths, options.since ?? null, streams);
  const top = options.top ?? (options.json === true || options.all === true ? Infinity : DEFAULT_TOP);
  const shown = {
    ...report,
    scopes: report.scopes.slice(0, top),
    scopesLeftOut: Math.max(0, report.scopes.length - top),
  };
  if (options.json === true) return `${JSON.stringify(shown, null, 2)}\n`;
  const { columns, isTTY } = streams.stdout;
  return logTable(shown, { width: (isTTY && columns) || Infinity, color: wantsColor(streams) });
}

async function readLogs(
  paths: readonly string[],
  sinceMs: number | null,
  { stdin, stderr }: CliStreams,
): Promise<LogReport> {
  const sources: LogSource[] = [];
  for (const path of await distinct(paths)) sources.push(await logSource(path, stdin));
  const progress = new Progress(stderr, totalBytes(sources));
  const merger = new LogMerger(sinceMs);
  try {
    for (const source of await inOrderOfTime(sources)) await readSource(source, merger, progress);
  } finally {
    progress.end();
  }
  const { read, damaged } = merger.lines.counts;
  const isGrowing = merger.lines.damaged.every(({ damage }) => damage === 'unfinished last line');
  if (read > 0 && damaged === read && !isGrowing) throw noLog(sources, damaged);
  return merger.report();
}

async function readSource(source: LogSource, merger: LogMerger, progress: Progress): Promise<void> {
  try {
    for await (const line of splitLines(source.open((bytes) => progress.add(bytes)))) {
      merger.add(parseLogLine(line), source.name, line.number);
    }
  } catch (error) {
    if (!(error instanceof DamagedGzipError)) throw error;
    merger.lines.addDamage({ file: source.name, line: null, damage: 'damaged gzip' });
  }
}

/** A file given twice, by a glob and by name, would count twice. */
async function distinct(paths: readonly string[]): Promise<string[]> {
  const byFile = new Map<string, string>();
  for (const path of paths) {
    const file = path === '-' ? path : await realpath(path).catch(() => path);
    if (!byFile.has(file)) byFile.set(file, path);
  }
  return [...byFile.values()];
}

function totalBytes(sources: readonly LogSource[]): number | null {
  return sources.every(({ sizeBytes }) => sizeBytes !== null)
    ? sources.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0)
    : null;
}

function noLog(sources: readonly LogSource[], damaged: number): LogFileError {
  const names = sources.map(({ name }) => name).join(', ');
  return new LogFileError(
    'ERR_LEAKGUARD_LOG_FORMAT',
    `not a growth log: ${names} (${damaged} lines, none of them readable)`,
  );
}
