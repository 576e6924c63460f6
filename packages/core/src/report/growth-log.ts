import { isMainThread, threadId } from 'node:worker_threads';
import { settle } from '../contain.ts';
import type { TopSite } from '../site-types.ts';
import type { AuditEvent, GrowthReport, Logger, RecycleEvent, ScopeReport, SpikeReport } from '../types.ts';
import type { AllocationSnapshot } from './allocation-snapshot.ts';
import { isObserved, publish } from './growth-channels.ts';
import {
  growthLogLine,
  type LineBody,
  memoryBody,
  unattributedBody,
  type VerdictEvent,
  verdictBody,
} from './growth-log-line.ts';
import { formatHeadline } from './leak-text.ts';
import { LogFile } from './log-file.ts';
import { logFileName } from './log-rotation.ts';
import { formatBytes } from './quantities.ts';
import { type SnapshotOrigin, snapshotBody } from './snapshot-event.ts';
import { formatSpike } from './spike-text.ts';
import { formatTold, toldBody } from './told-event.ts';

/** Scopes in the periodic table's line. */
const TABLE_SCOPES = 10;

type LogGrowth = 'when-growing' | 'always' | false;

export interface GrowthLogOptions {
  logger: Logger;
  logGrowth: LogGrowth;
  /** Absolute path, from which each process makes its own name; null for none. */
  logFile: string | null;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Wall clock, for the time of a line that belongs to no report. */
  date: () => Date;
  /** Gets what a logger threw or rejected with; must not throw. */
  onError: (error: unknown) => void;
}

/**
 * Tells what the guard found: to the logger by the noise rules (`leak` and `cleared` warn, `growth` informs once per change,
 * the periodic table only while something grows, or always, or never), and all of it to the log file and to the channels of
 * `node:diagnostics_channel`. Nothing that fails there reaches the caller.
 */
export class GrowthLog {
  readonly #options: GrowthLogOptions;
  readonly #file: LogFile | null;

  constructor(options: GrowthLogOptions) {
    this.#options = options;
    this.#file = this.#openFile();
    this.#file?.start();
  }

  /** A scope's verdict changed. */
  verdict(event: VerdictEvent, scope: ScopeReport, report: GrowthReport, topSites: TopSite[]): void {
    const body = verdictBody(event, scope, report, topSites);
    this.#record(body, report.time);
    if (event === 'cleared') this.#log('warn', body, `CLEARED  ${scope.scope}  grew and has stopped`);
    else this.#log(event === 'leak' ? 'warn' : 'info', body, formatHeadline(scope));
  }

  /** Growth that follows no scope began, was confirmed or has stopped; `scope` is null in its lines. */
  unattributed(event: VerdictEvent, report: GrowthReport, topSites: TopSite[]): void {
    const body = unattributedBody(event, report, topSites);
    this.#record(body, report.time);
    if (body.text === undefined)
      this.#log('warn', body, 'CLEARED  growth that followed no scope has stopped');
    else this.#log(event === 'leak' ? 'warn' : 'info', body, body.text.split('\n')[0]!);
  }

  /** The state at the end of an interval: the logger gets a table, and only if it is wanted. */
  memory(report: GrowthReport): void {
    this.recordMemory(report);
    if (isTableWanted(this.#options.logGrowth, report)) {
      const { floorBytes } = report.memory;
      const floor = floorBytes === null ? 'unknown' : formatBytes(floorBytes);
      this.#log('info', table(report), `memory  floor ${floor}`);
    }
  }

  /** The state for file and channel alone. */
  recordMemory(report: GrowthReport): void {
    if (this.#isRecorded('memory')) this.#record(memoryBody(report), report.time);
  }

  /** A snapshot was asked for: its diff, in lines. */
  snapshot(snapshot: AllocationSnapshot, origin: SnapshotOrigin): void {
    const body = snapshotBody(snapshot, origin);
    this.#record(body, snapshot.time);
    this.#log('info', body, `SNAPSHOT  ${body.text}`);
  }

  /** One unit allocated a lot. */
  spike(spike: SpikeReport): void {
    const body = { event: 'spike', ...spike } as const;
    this.#record(body, this.#options.date().toISOString());
    this.#log('info', body, formatSpike(spike));
  }

  /** An adapter tells of a recycled isolate or of a finding of its audit. */
  told(event: RecycleEvent | AuditEvent): void {
    const body = toldBody(event);
    if (body === null) return;
    this.#record(body, this.#options.date().toISOString());
    const isWarning = body.event === 'audit' && body.severity === 'warning';
    this.#log(isWarning ? 'warn' : 'info', body, formatTold(body));
  }

  /** Something the operator should know once. */
  notice(message: string): void {
    this.#record({ event: 'notice', message }, this.#options.date().toISOString());
    this.#warn(message);
  }

  #openFile(): LogFile | null {
    const { logFile, now } = this.#options;
    if (logFile === null) return null;
    const thread = isMainThread ? null : threadId;
    return new LogFile({
      nameOf: (slot) => logFileName(logFile, process.pid, thread, slot),
      now,
      // The file itself cannot take it.
      onOutage: (message) => this.#warn(message),
      onResume: (message) => this.notice(message),
    });
  }

  #isRecorded(event: LineBody['event']): boolean {
    return this.#file !== null || isObserved(event);
  }

  /** To file and channel; the file first, as a subscriber may change the line. */
  #record(body: LineBody, time: string): void {
    if (!this.#isRecorded(body.event)) return;
    const line = growthLogLine(time, body);
    try {
      this.#file?.append(JSON.stringify(line));
    } catch (error) {
      // A line longer than any string.
      this.#options.onError(error);
    }
    publish(line);
  }

  #warn(message: string): void {
    this.#log('warn', { event: 'notice' }, message);
  }

  #log(level: 'info' | 'warn', body: object, message: string): void {
    const { logger, onError } = this.#options;
    try {
      settle(logger[level]({ v: 1, ...body }, message), onError);
    } catch (error) {
      onError(error);
    }
  }
}

function isTableWanted(logGrowth: LogGrowth, { unattributed, scopes }: GrowthReport): boolean {
  if (logGrowth !== 'when-growing') return logGrowth === 'always';
  return (
    unattributed !== null || scopes.some(({ verdict }) => verdict === 'growing' || verdict === 'leaking')
  );
}

/** Memory, and the scopes that matter most. */
function table(report: GrowthReport): object {
  const scopes = report.scopes
    .slice(0, TABLE_SCOPES)
    .map(({ scope, units, verdict, bytesPerUnit, totalBytes }) => ({
      scope,
      units,
      verdict,
      bytesPerUnit,
      totalBytes,
    }));
  const { memory, overhead, unattributed } = report;
  return { event: 'memory', memory, scopes, unattributed, overhead };
}
