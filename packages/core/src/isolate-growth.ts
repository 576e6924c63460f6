import type { NamedGrowth } from './decide/channel-growth.ts';
import { IsolateChannel, type IsolateSeries, type IsolateSight } from './decide/isolate-channel.ts';
import type { GrowthThresholds } from './decide/thresholds.ts';
import type { VerdictChange } from './decide/verdict-log.ts';
import type { IsolateRow } from './measure/isolate-levels.ts';

/** Takes in the floors of one isolate; both return the verdicts that changed. */
export interface IsolateFloors {
  push(row: IsolateRow, scopeOf: (name: string) => string): VerdictChange<number>[];
  close(): VerdictChange<number>[];
}

/** What the detector has for it. */
export interface IsolateGrowthParts {
  thresholds: GrowthThresholds;
  nowMs: () => number;
  /** The source that a job scope counts in now. */
  sourceOf: (scope: string) => number;
  /** Does work that is charged to the guard, and gives the verdicts that it changed. */
  charged: (work: () => void) => VerdictChange<number>[];
}

/** Growth inside the isolates that do units of this process; costs nothing where there are none. */
export class IsolateGrowth {
  /** What isolates cannot measure, and why. */
  lack: string | null = null;
  readonly #parts: IsolateGrowthParts;
  /** Made when the first isolate is followed. */
  #channel: IsolateChannel | null = null;

  constructor(parts: IsolateGrowthParts) {
    this.#parts = parts;
  }

  /** An isolate began; its floors are taken in from now on. */
  follow(): IsolateFloors {
    const { thresholds, charged, nowMs } = this.#parts;
    this.#channel ??= new IsolateChannel(thresholds);
    const channel = this.#channel;
    let series: IsolateSeries | null = null;
    return {
      push: (row, scopeOf) => {
        if (series === null || !channel.follows(series)) series = channel.open();
        const isolate = series;
        return charged(() => this.#push(channel, isolate, row, scopeOf));
      },
      close: () => {
        const ended = series;
        return ended === null ? [] : charged(() => channel.close(ended, nowMs()));
      },
    };
  }

  /** Whether floors of isolates should come closer: something grows there that is not confirmed yet. */
  get isUnsure(): boolean {
    return this.#channel?.isUnsure === true;
  }

  /** Whether any of what grows there has a name. */
  get isNamed(): boolean {
    return this.#channel?.isNamed === true;
  }

  growths(): NamedGrowth[] {
    return this.#channel?.growths() ?? [];
  }

  /** Null where no isolate was ever followed. */
  sight(): IsolateSight | null {
    return this.#channel?.sight() ?? null;
  }

  /** Sources that any growth speaks of. */
  get spokenOf(): ReadonlySet<number> {
    return this.#channel?.spokenOf ?? new Set();
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    this.#channel?.forget(source);
  }

  #push(
    channel: IsolateChannel,
    series: IsolateSeries,
    row: IsolateRow,
    scopeOf: (name: string) => string,
  ): void {
    const { sourceOf, nowMs } = this.#parts;
    channel.push(series, row, { sourceOf: (name) => sourceOf(scopeOf(name)), timeMs: nowMs() });
  }
}
