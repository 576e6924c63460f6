import { pino } from 'pino';
import { settle } from '../contain.ts';
import type { GrowthReport, Logger, ScopeReport, SpikeReport } from '../types.ts';
import { formatHeadline, formatScope, formatUnattributed } from './leak-text.ts';
import { formatBytes } from './quantities.ts';
import { formatSpike } from './spike-text.ts';

/** The default logger: NDJSON to stderr with an ISO time, written at once so that a crash loses nothing. */
export function defaultLogger(): Logger {
  const options = { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}

/** What a change of verdict is called in log and events. */
export type VerdictEvent = 'growth' | 'leak' | 'cleared';

/** Scopes in the periodic table's line. */
const TABLE_SCOPES = 10;

/**
 * Writes events to a logger by the noise rules: `leak` and `cleared` warn, `growth` informs once per change, the
 * periodic table only while something grows (or always, or never). A logger that throws or rejects never reaches the caller.
 */
export class GrowthLog {
  readonly #logger: Logger;
  readonly #logGrowth: 'when-growing' | 'always' | false;
  readonly #onError: (error: unknown) => void;

  constructor(options: {
    logger: Logger;
    logGrowth: 'when-growing' | 'always' | false;
    onError: (error: unknown) => void;
  }) {
    this.#logger = options.logger;
    this.#logGrowth = options.logGrowth;
    this.#onError = options.onError;
  }

  /** A scope's verdict changed. */
  verdict(event: VerdictEvent, scope: ScopeReport, report: GrowthReport): void {
    const fields = { v: 1, event, ...scope, memory: report.memory };
    if (event === 'cleared') {
      this.#write('warn', fields, `CLEARED  ${scope.scope}  grew and has stopped`);
      return;
    }
    const text = formatScope(scope, report);
    this.#write(event === 'leak' ? 'warn' : 'info', { ...fields, text }, formatHeadline(scope));
  }

  /** Growth that follows no scope began, was confirmed or has stopped; `scope` is null in its lines. */
  unattributed(event: VerdictEvent, report: GrowthReport): void {
    const { unattributed, memory } = report;
    const fields = { v: 1, event, scope: null, unattributed, memory };
    if (event === 'cleared' || unattributed === null) {
      this.#write('warn', fields, 'CLEARED  growth that followed no scope has stopped');
      return;
    }
    const text = formatUnattributed(unattributed, report);
    this.#write(event === 'leak' ? 'warn' : 'info', { ...fields, text }, text.split('\n')[0]!);
  }

  /** The periodic table: memory, and the scopes that matter most. */
  table(report: GrowthReport): void {
    const growing =
      report.unattributed !== null ||
      report.scopes.some(({ verdict }) => verdict === 'growing' || verdict === 'leaking');
    const wanted = this.#logGrowth === 'always' || (this.#logGrowth === 'when-growing' && growing);
    if (!wanted) return;
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
    const fields = { v: 1, event: 'memory', memory, scopes, unattributed, overhead };
    this.#write(
      'info',
      fields,
      `memory  floor ${memory.floorBytes === null ? 'unknown' : formatBytes(memory.floorBytes)}`,
    );
  }

  /** One unit allocated a lot. */
  spike(spike: SpikeReport): void {
    this.#write('info', { v: 1, event: 'spike', ...spike }, formatSpike(spike));
  }

  /** Something the operator should know once. */
  notice(message: string): void {
    this.#write('warn', { v: 1, event: 'notice' }, message);
  }

  #write(level: 'info' | 'warn', fields: object, message: string): void {
    try {
      settle(this.#logger[level](fields, message), this.#onError);
    } catch (error) {
      this.#onError(error);
    }
  }
}
