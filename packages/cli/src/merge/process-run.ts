import type { LogEvent, ScopeState, UnattributedState } from '../read/log-event.ts';
import type { ProcessShare, ScopeTally } from './scope-tally.ts';

/** Latest state of one scope in one process, and where the window began. */
interface Entry extends Omit<ProcessShare, 'units'> {
  time: number;
  units: number;
  turn: number | null;
  /** Units of the turns before this one: a scope that lost its place among `maxScopes` and got one again counts from 0. */
  unitsOfTurnsBefore: number;
  unitsBefore: number;
  bytesBefore: number;
  /** What this process adds to the level of the trend now. */
  level: number;
  inWindow: boolean;
}

/** One run of one isolate: from its start to its end; a restart, also under the same pid, is another run. */
export class ProcessRun {
  readonly pid: number | null;
  /** Epoch milliseconds, null until a line says it. Moves with the wall clock when that is set. */
  startMs: number | null;
  firstTime: number;
  lastTime: number;
  uptimeMs = 0;
  /** The input that it was last seen in. */
  source: string;
  inWindow = false;
  /** Complete lines before the window: a scope that none of them names began inside. */
  #seenBefore = false;
  readonly #entries = new Map<ScopeTally, Entry>();
  readonly #sinceMs: number;

  /** @param sinceMs start of the window, epoch milliseconds; -Infinity for the whole log */
  constructor(event: LogEvent, source: string, sinceMs: number) {
    this.pid = event.pid;
    this.startMs = event.startMs;
    this.firstTime = event.time;
    this.lastTime = event.time;
    this.source = source;
    this.#sinceMs = sinceMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Whether a count of units, which only rises within a turn of a run, is lower in this later line. */
  hasFallen(event: LogEvent, tallyOf: (state: ScopeState) => ScopeTally | null): boolean {
    return event.scopes.some((state) => {
      const tally = tallyOf(state);
      const entry = tally === null ? undefined : this.#entries.get(tally);
      return (
        entry !== undefined &&
        event.time >= entry.time &&
        !isLaterTurn(state, entry) &&
        (state.units ?? 0) < entry.units - entry.unitsOfTurnsBefore
      );
    });
  }

  /** A line of this run was read, before its states are given to {@link observe}. */
  see(event: LogEvent, source: string): void {
    this.source = source;
    this.firstTime = Math.min(this.firstTime, event.time);
    if (event.time >= this.lastTime && event.startMs !== null) {
      this.startMs = event.startMs;
      this.uptimeMs = event.time - event.startMs;
    }
    this.lastTime = Math.max(this.lastTime, event.time);
    if (event.time >= this.#sinceMs) this.inWindow = true;
  }

  /** The wall clock was set back to `time`: what comes next is later all the same. */
  setBack(time: number): void {
    this.lastTime = time;
    for (const entry of this.#entries.values()) entry.time = Math.min(entry.time, time);
  }

  /** Everything that a complete line says has been observed. */
  completeLineSeen(event: LogEvent): void {
    if (event.time < this.#sinceMs && event.startMs !== null) this.#seenBefore = true;
  }

  observe(tally: ScopeTally, state: ScopeState | UnattributedState, time: number): void {
    const counted = 'units' in state ? (state.units ?? 0) : 0;
    const known = this.#entries.get(tally);
    if (known !== undefined && time < known.time) return;
    const entry = known ?? this.#newEntry(state, counted, time);
    if (isLaterTurn(state, entry) || counted + entry.unitsOfTurnsBefore < entry.units)
      entry.unitsOfTurnsBefore = entry.units;
    if ('turn' in state) entry.turn = state.turn ?? entry.turn;
    const units = counted + entry.unitsOfTurnsBefore;
    const { verdict, bytesPerUnit, ci95, totalBytes } = state;
    const bytesPerHour = 'bytesPerHour' in state ? state.bytesPerHour : null;
    Object.assign(entry, { time, units, verdict, bytesPerUnit, ci95, totalBytes, bytesPerHour });
    if (time < this.#sinceMs) {
      entry.unitsBefore = units;
      entry.bytesBefore = totalBytes ?? 0;
    } else {
      entry.inWindow = true;
      this.#moveLevel(tally, entry, time, totalBytes ?? 0);
    }
    this.#entries.set(tally, entry);
  }

  /** Sources of unattributed growth that this line no longer names have stopped. */
  clearUnattributed(time: number, still: ScopeTally | null): void {
    for (const [tally, entry] of this.#entries) {
      if (tally.kind !== 'unattributed' || tally === still || entry.verdict === 'stable') continue;
      const { bytesPerUnit, ci95 } = entry;
      const nothing = { bytesPerUnit, ci95, totalBytes: null, bytesPerHour: null };
      this.observe(tally, { source: tally.name, verdict: 'stable', ...nothing }, time);
    }
  }

  /** Adds what this run did inside the window to the tallies; its memory is gone from `goneAt` on (null: it may still be alive). */
  close(goneAt: number | null): void {
    for (const [tally, entry] of this.#entries) {
      if (!entry.inWindow) continue;
      const units = Math.max(0, entry.units - entry.unitsBefore);
      const grown = entry.totalBytes === null ? null : Math.max(0, entry.totalBytes - entry.bytesBefore);
      tally.add({ ...entry, units, totalBytes: grown });
      if (goneAt !== null) this.#moveLevel(tally, entry, goneAt, 0);
    }
    this.#entries.clear();
  }

  #moveLevel(tally: ScopeTally, entry: Entry, time: number, level: number): void {
    tally.trend.change(time, level - entry.level);
    entry.level = level;
  }

  /** A run whose beginning the log has lost counts from its first line inside a window; without a window, from its start. */
  #newEntry(state: ScopeState | UnattributedState, units: number, time: number): Entry {
    const beganInside = this.#seenBefore || (this.startMs !== null && this.startMs >= this.#sinceMs);
    const isWhole = this.#sinceMs === Number.NEGATIVE_INFINITY || beganInside;
    return {
      ...{ verdict: state.verdict, bytesPerUnit: null, ci95: null, totalBytes: null, bytesPerHour: null },
      ...{
        time,
        units: 0,
        turn: 'turn' in state ? state.turn : null,
        unitsOfTurnsBefore: 0,
        level: 0,
        inWindow: false,
      },
      unitsBefore: isWhole ? 0 : units,
      bytesBefore: isWhole ? 0 : (state.totalBytes ?? 0),
    };
  }
}

/** Whether the scope lost its place since and got one again; what a line does not say is no turn. */
function isLaterTurn(state: ScopeState | UnattributedState, entry: Entry): boolean {
  return 'turn' in state && state.turn !== null && entry.turn !== null && state.turn > entry.turn;
}
