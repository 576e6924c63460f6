import type { LogEvent, ScopeState, UnattributedState } from '../read/log-event.ts';
import type { ParsedLine } from '../read/parse-log-line.ts';
import { JobTally } from './job-tally.ts';
import { LineTally } from './line-tally.ts';
import type { LogGrowth, LogReport, LogScope, LogUnattributed } from './log-report.ts';
import { MessageTally } from './message-tally.ts';
import type { ProcessRun } from './process-run.ts';
import { RunLedger } from './run-ledger.ts';
import { ScopeTally, type TallyKind, VERDICTS } from './scope-tally.ts';
import { BucketClock } from './trend.ts';

/** Names told apart: as many scopes as one guard can, its `(other)` and `(ignored)` for routes and for jobs, two unattributed sources. */
const MAX_SCOPES = 10_000 + 4 + 2;
/** Earliest time of a Date, ECMA-262 section 21.4.1.1. */
const MIN_TIME = -8.64e15;
/** A process without a line for this long before the log's end has ended; the guard writes one a minute. */
const GONE_AFTER_MS = 180_000;

/**
 * Merges the lines of any number of processes into one report, in memory that does not depend on the number of lines. Give each
 * process's lines in their order of time; lines of different processes may come in any order.
 *
 * @example
 * const merger = new LogMerger(null);
 * for (const line of lines) merger.add(parseLogLine(line), 'growth.4242.ndjson', line.number);
 * console.log(merger.report().scopes);
 */
export class LogMerger {
  readonly lines: LineTally = new LineTally();
  readonly #sinceMs: number;
  readonly #clock = new BucketClock();
  readonly #tallies = new Map<string, ScopeTally>();
  readonly #messages = new MessageTally();
  readonly #jobs = new JobTally();
  readonly #runs: RunLedger;
  #statesDropped = 0;
  #firstTime = Number.POSITIVE_INFINITY;
  #lastTime = Number.NEGATIVE_INFINITY;

  /** @param sinceMs start of the window, epoch milliseconds; null for the whole log */
  constructor(sinceMs: number | null) {
    this.#sinceMs = sinceMs ?? Number.NEGATIVE_INFINITY;
    this.#runs = new RunLedger(this.#sinceMs, (state) => this.#scopeTally(state));
  }

  /** @param source the file's name */
  add(line: ParsedLine, source: string, number: number): void {
    this.lines.add(line, source, number);
    if (line.type === 'event') this.#addEvent(line.event, source);
  }

  /** The report of everything added. Call it once, at the end. */
  report(): LogReport {
    const goneAfter = Math.max(GONE_AFTER_MS, this.#clock.width);
    this.#runs.close(({ lastTime, inWindow }: ProcessRun) =>
      inWindow && this.#lastTime - lastTime > goneAfter ? lastTime + this.#clock.width : null,
    );
    const tallies = [...this.#tallies.values()].filter((tally) => tally.processes > 0).sort(worstFirst);
    return {
      v: 1,
      since: isoOrNull(this.#sinceMs),
      from: isoOrNull(this.#firstTime),
      to: isoOrNull(this.#lastTime),
      processes: this.#runs.processes,
      scopes: tallies.filter(({ kind }) => kind !== UNATTRIBUTED).map(scopeOf),
      scopesLeftOut: 0,
      statesDropped: this.#statesDropped,
      unattributed: tallies.filter(({ kind }) => kind === UNATTRIBUTED).map(unattributedOf),
      spikes: this.#messages.spikes,
      notices: this.#messages.notices,
      noticesLeftOut: this.#messages.noticesLeftOut,
      snapshots: this.#messages.snapshots,
      recycles: this.#jobs.recycles,
      audits: this.#jobs.audits,
      auditsLeftOut: this.#jobs.auditsLeftOut,
      buckets: this.#buckets(),
      lines: this.lines.counts,
      damaged: this.lines.damaged,
    };
  }

  #addEvent(event: LogEvent, source: string): void {
    const isInWindow = event.time >= this.#sinceMs;
    if (isInWindow) {
      this.#firstTime = Math.min(this.#firstTime, event.time);
      this.#lastTime = Math.max(this.#lastTime, event.time);
      this.#clock.include(event.time);
      this.#messages.add(event);
      this.#jobs.add(event);
    }
    this.#runs.update(event, source, (run) => this.#observe(run, event));
  }

  #observe(run: ProcessRun, event: LogEvent): void {
    const { time, unattributed } = event;
    for (const state of event.scopes) this.#observeState(run, this.#scopeTally(state), state, time);
    if (unattributed !== undefined) {
      const tally = unattributed === null ? null : this.#tally(unattributed.source, UNATTRIBUTED);
      run.clearUnattributed(time, tally);
      if (unattributed !== null) this.#observeState(run, tally, unattributed, time);
    }
    run.completeLineSeen(event);
  }

  #observeState(
    run: ProcessRun,
    tally: ScopeTally | null,
    state: ScopeState | UnattributedState,
    time: number,
  ): void {
    if (tally === null) this.#statesDropped += 1;
    else run.observe(tally, state, time);
  }

  #scopeTally({ scope, kind }: ScopeState): ScopeTally | null {
    const guessed = this.#tallies.has(`job\n${scope}`) ? 'job' : 'route';
    return this.#tally(scope, kind ?? guessed);
  }

  #tally(name: string, kind: TallyKind): ScopeTally | null {
    const key = `${kind}\n${name}`;
    const known = this.#tallies.get(key);
    if (known !== undefined) return known;
    if (this.#tallies.size >= MAX_SCOPES) return null;
    const tally = new ScopeTally(name, kind, this.#clock);
    this.#tallies.set(key, tally);
    return tally;
  }

  #buckets(): LogReport['buckets'] {
    if (this.#lastTime < this.#firstTime) return null;
    const { first, width } = this.#clock;
    // The first bucket may begin before the first line, and before any time there is.
    return { start: new Date(Math.max(first * width, MIN_TIME)).toISOString(), widthMs: width };
  }
}

/** Kind of the tallies of growth that follows no scope. */
const UNATTRIBUTED = 'unattributed' satisfies TallyKind;

function worstFirst(a: ScopeTally, b: ScopeTally): number {
  return (
    VERDICTS.indexOf(b.verdict) - VERDICTS.indexOf(a.verdict) ||
    (b.totalBytes ?? 0) - (a.totalBytes ?? 0) ||
    b.units - a.units ||
    (a.name < b.name ? -1 : 1)
  );
}

function growthOf(tally: ScopeTally): LogGrowth {
  const { verdict, verdicts, processes, estimate, totalBytes, trend } = tally;
  const { bytesPerUnit = null, ci95 = null } = estimate ?? {};
  return { verdict, verdicts, processes, bytesPerUnit, ci95, totalBytes, trend: trend.levels() };
}

function scopeOf(tally: ScopeTally): LogScope {
  return {
    scope: tally.name,
    kind: tally.kind === 'job' ? 'job' : 'route',
    units: tally.units,
    ...growthOf(tally),
  };
}

function unattributedOf(tally: ScopeTally): LogUnattributed {
  return { source: tally.name, bytesPerHour: tally.bytesPerHour, ...growthOf(tally) };
}

function isoOrNull(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
