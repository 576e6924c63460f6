import type { LogEvent, ScopeState } from '../read/log-event.ts';
import { ProcessRun } from './process-run.ts';
import type { ScopeTally } from './scope-tally.ts';

/** Lines of one run give the same start to a millisecond or two; another process under the same pid hardly ever does. */
const SAME_START_MS = 50;
/** Runs and their scopes kept open; beyond, the run that was silent longest is closed. Some 30 MB. */
const MAX_RUNS = 10_000;
const MAX_ENTRIES = 100_000;

/**
 * Tells process runs apart by (host name where lines have one, pid, thread, start). A line without `uptimeMs` belongs to the latest run that had
 * started by then, unless one of its counts of units is lower than before: that is a restart.
 *
 * The start moves when the wall clock is set or the machine sleeps. In one file a later line whose process had started before the previous line was written is
 * therefore the same run, because a pid has no two owners at a time. Limits: processes of one pid (1, in containers) that started within 50 ms,
 * or whose lines without `uptimeMs` are mixed, count as one unless their lines carry `hostname`.
 */
export class RunLedger {
  readonly #sinceMs: number;
  readonly #tallyOf: (state: ScopeState) => ScopeTally | null;
  readonly #byIsolate = new Map<string, ProcessRun[]>();
  /** Least recently seen first. */
  readonly #open = new Map<ProcessRun, string>();
  #entries = 0;
  #closedInWindow = 0;

  constructor(sinceMs: number, tallyOf: (state: ScopeState) => ScopeTally | null) {
    this.#sinceMs = sinceMs;
    this.#tallyOf = tallyOf;
  }

  /** Runs with a line inside the window. */
  get processes(): number {
    return this.#closedInWindow + [...this.#open.keys()].filter(({ inWindow }) => inWindow).length;
  }

  /** Lets `update` change the run that the line belongs to. */
  update(event: LogEvent, source: string, update: (run: ProcessRun) => void): void {
    const run = this.#runOf(event, source);
    const before = run.size;
    if (hasMovedBack(run, event, source)) run.setBack(event.time);
    run.see(event, source);
    update(run);
    this.#entries += run.size - before;
    this.#open.delete(run);
    this.#open.set(run, event.isolate);
    while (this.#open.size > 1 && (this.#entries > MAX_ENTRIES || this.#open.size > MAX_RUNS))
      this.#closeOldest();
  }

  /** Closes all runs. @param goneAt when the memory of a run is known to be gone, epoch milliseconds, else null */
  close(goneAt: (run: ProcessRun) => number | null): void {
    for (const run of [...this.#open.keys()]) this.#close(run, goneAt(run));
  }

  #runOf(event: LogEvent, source: string): ProcessRun {
    const runs = this.#byIsolate.get(event.isolate) ?? [];
    const known = event.startMs === null ? this.#unstarted(event, runs) : this.#started(event, runs, source);
    if (known !== undefined) return known;
    const run = new ProcessRun(event, source, this.#sinceMs);
    runs.push(run);
    this.#byIsolate.set(event.isolate, runs);
    return run;
  }

  #started(event: LogEvent, runs: readonly ProcessRun[], source: string): ProcessRun | undefined {
    const startMs = event.startMs!;
    return (
      runs.findLast((run) => run.startMs !== null && Math.abs(run.startMs - startMs) <= SAME_START_MS) ??
      runs.find(
        (run) =>
          run.startMs === null &&
          run.firstTime >= startMs - SAME_START_MS &&
          !run.hasFallen(event, this.#tallyOf),
      ) ??
      runs.findLast((run) => isSameWithMovedClock(run, event.time, startMs, source))
    );
  }

  #unstarted(event: LogEvent, runs: readonly ProcessRun[]): ProcessRun | undefined {
    const run = runs.findLast(
      ({ startMs, firstTime }) => (startMs ?? firstTime) <= event.time + SAME_START_MS,
    );
    return run?.hasFallen(event, this.#tallyOf) === true ? undefined : run;
  }

  #closeOldest(): void {
    const [oldest] = this.#open.keys();
    if (oldest !== undefined) this.#close(oldest, null);
  }

  #close(run: ProcessRun, goneAt: number | null): void {
    const isolate = this.#open.get(run)!;
    this.#open.delete(run);
    this.#entries -= run.size;
    if (run.inWindow) this.#closedInWindow += 1;
    const others = this.#byIsolate.get(isolate)!.filter((other) => other !== run);
    if (others.length > 0) this.#byIsolate.set(isolate, others);
    else this.#byIsolate.delete(isolate);
    run.close(goneAt);
  }
}

function isSameWithMovedClock(run: ProcessRun, time: number, startMs: number, source: string): boolean {
  if (run.startMs === null || run.source !== source || source === 'stdin') return false;
  return time - startMs >= run.uptimeMs && startMs < run.lastTime;
}

/** Its clock was set back: an earlier time after a later one, though the process had run for longer. */
function hasMovedBack(run: ProcessRun, { time, startMs }: LogEvent, source: string): boolean {
  if (run.startMs === null || startMs === null || time >= run.lastTime) return false;
  return startMs < run.startMs - SAME_START_MS && isSameWithMovedClock(run, time, startMs, source);
}
