import type { NamedGrowth } from './decide/channel-growth.ts';
import { IsolateChannel, type IsolateSeries, type IsolateSight } from './decide/isolate-channel.ts';
import type { GrowthThresholds } from './decide/thresholds.ts';
import type { VerdictChange } from './decide/verdict-log.ts';
import { IsolateSites, type IsolateSitesParts } from './isolate-sites.ts';
import type { IsolateRow } from './measure/isolate-levels.ts';
import type { SiteReport } from './site-types.ts';

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
  /** Asked when an isolate first tells who allocated what stays. */
  sites: () => IsolateSitesParts;
}

/** Growth inside the isolates that do units of this process; costs nothing where there are none. */
export class IsolateGrowth {
  /** What isolates cannot measure, and why. */
  lack: string | null = null;
  readonly #parts: IsolateGrowthParts;
  /** Made when the first isolate is followed. */
  #channel: IsolateChannel | null = null;
  #sites: IsolateSites | null = null;
  /** Sources whose units isolates did that told of sites, and the latest pool of such isolates. */
  readonly #pools = new Map<number, string>();

  constructor(parts: IsolateGrowthParts) {
    this.#parts = parts;
  }

  /** An isolate began; its floors are taken in from now on. Those of one pool run the same code. */
  follow(pool: string): IsolateFloors {
    const { thresholds, charged, nowMs } = this.#parts;
    this.#channel ??= new IsolateChannel(thresholds);
    const channel = this.#channel;
    const inSites = {};
    let series: IsolateSeries | null = null;
    return {
      push: (row, scopeOf) => {
        if (series === null || !channel.follows(series)) series = channel.open();
        const isolate = series;
        this.#pushSites(pool, inSites, row, scopeOf);
        return charged(() => this.#push(channel, isolate, row, scopeOf));
      },
      close: () => {
        this.#sites?.close(pool, inSites);
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

  /**
   * The function that allocated what stays in the isolates of a source that grows there; null where they told of none. Stacks
   * do not tell names of jobs: while several names of the same isolates grow, none is given what may be another's. And
   * the profiler sees only V8's heap.
   */
  site(source: number): SiteReport | null {
    const pool = this.#pools.get(source);
    if (pool === undefined || this.#sites === null) return null;
    const onHeap = this.growths().filter(({ signal }) => signal === 'heap' || signal === 'oldSpace');
    const growing = new Set(onHeap.map((growth) => growth.source));
    const inPool = [...growing].filter((other) => this.#pools.get(other) === pool);
    return growing.has(source) && inPool.length === 1 ? this.#sites.site(pool) : null;
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    this.#pools.delete(source);
    this.#channel?.forget(source);
  }

  #pushSites(pool: string, isolate: object, row: IsolateRow, scopeOf: (name: string) => string): void {
    if (row.survivors == null) return;
    this.#sites ??= new IsolateSites(this.#parts.sites());
    this.#sites.push(pool, isolate, row.survivors);
    for (const [name] of row.counts) this.#pools.set(this.#parts.sourceOf(scopeOf(name)), pool);
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
