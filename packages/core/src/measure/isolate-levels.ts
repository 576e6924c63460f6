import type { FloorReading } from '../internal-types.ts';
import type { SurvivingStacks } from './surviving-stacks.ts';

/** What one isolate (a child process or a worker thread) had come to at one of its floors. */
export interface IsolateRow {
  /** On the isolate's own clock. */
  reading: FloorReading;
  /** Units finished per name since the isolate began. */
  counts: Iterable<readonly [name: string, units: number]>;
  /** Who allocated what stays, where the floor came with a read of the profiler. */
  survivors?: SurvivingStacks | null;
  /** Measuring has moved this floor, so that it cannot be compared with the one before. */
  disturbed?: boolean;
}

/** Units of one source, from the isolate's floor before to this one. */
interface AmountStep {
  source: number;
  from: number;
  to: number;
}

/** What happened in one isolate between two of its floors. */
export interface IsolateStep {
  from: FloorReading;
  to: FloorReading;
  /** Units of all names, since the isolate began. */
  age: { from: number; to: number };
  amounts: AmountStep[];
}

/** How far one name had come; units that were forgotten are taken off. */
interface NameLevel {
  source: number;
  units: number;
  forgotten: number;
}

interface Level {
  reading: FloorReading;
  age: number;
  names: Map<string, NameLevel>;
}

/**
 * A floor that lies so far above the next one held something that was let go in between, or counted what was dead; others
 * lie within 2 KB of a line (Node 20).
 */
const LET_GO_BYTES = 16 * 1024;

/**
 * The last floors of one isolate, from which the next is counted. Its first step is told only where no other follows: in it an
 * isolate loads and compiles what it will ever need. In BullMQ's isolates, from 5 jobs to 30, it moved by 50 to 210 KB,
 * where every later one lay within 3 KB of a line.
 */
export class IsolateLevels {
  /** The floor that steps are counted from, and the one that the next may show to have held garbage. */
  #settled: Level | null = null;
  #latest: Level | null = null;
  #isFirst = true;

  /**
   * Takes the isolate's next floor and gives the step before it, if there is one to tell. Counts that went backwards are
   * those of another isolate, with which everything starts over.
   *
   * @param sourceOf the source that a name counts in now
   */
  advance(row: IsolateRow, sourceOf: (name: string) => number): IsolateStep | null {
    const before = this.#latest ?? this.#settled;
    const level = levelOf(row, sourceOf, before);
    if (before !== null && contradicts(before, level)) return this.#startOver(level);
    if (this.#settled === null) this.#settled = level;
    else if (row.disturbed === true) return this.#settleAnew(level);
    else if (this.#latest === null) this.#second(level);
    else if (this.#latest.reading.heapBytes - level.reading.heapBytes > LET_GO_BYTES) this.#latest = level;
    else return this.#next(level);
    return null;
  }

  /** The isolate has ended: the step to its last floor. */
  end(): IsolateStep | null {
    return this.#latest === null ? null : this.#step(null);
  }

  /** From now on this source has done nothing so far in this isolate. */
  forget(source: number): void {
    for (const level of [this.#settled, this.#latest])
      for (const name of level?.names.values() ?? []) if (name.source === source) name.forgotten = name.units;
  }

  /** Nothing was counted from the first floor yet: the lower of two is the better one to start from. */
  #second(level: Level): void {
    const isLower = this.#settled!.reading.heapBytes - level.reading.heapBytes > LET_GO_BYTES;
    if (this.#isFirst && isLower) this.#settled = level;
    else this.#latest = level;
  }

  #next(level: Level): IsolateStep | null {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const step = this.#step(level);
    return isFirst ? null : step;
  }

  #step(next: Level | null): IsolateStep {
    const [from, to] = [this.#settled!, this.#latest!];
    this.#settled = to;
    this.#latest = next;
    return {
      from: from.reading,
      to: to.reading,
      age: { from: from.age, to: to.age },
      amounts: amounts(from, to),
    };
  }

  /** The step before is told, the one to this floor is not. */
  #settleAnew(level: Level): IsolateStep | null {
    const step = this.#latest === null || this.#isFirst ? null : this.#step(null);
    this.#settled = level;
    this.#latest = null;
    return step;
  }

  #startOver(level: Level): null {
    for (const name of level.names.values()) name.forgotten = 0;
    this.#settled = level;
    this.#latest = null;
    this.#isFirst = true;
    return null;
  }
}

function levelOf(row: IsolateRow, sourceOf: (name: string) => number, before: Level | null): Level {
  const names = new Map<string, NameLevel>();
  let age = 0;
  for (const [name, units] of row.counts) {
    names.set(name, { source: sourceOf(name), units, forgotten: before?.names.get(name)?.forgotten ?? 0 });
    age += units;
  }
  return { reading: row.reading, age, names };
}

function contradicts(before: Level, { reading, age, names }: Level): boolean {
  if (reading.timeMs < before.reading.timeMs || age < before.age) return true;
  for (const [name, { units }] of before.names) if ((names.get(name)?.units ?? 0) < units) return true;
  return false;
}

function amounts(from: Level, to: Level): AmountStep[] {
  return [...to.names].map(([name, { source, units, forgotten }]) => {
    const before = from.names.get(name);
    return {
      source,
      from: before === undefined ? 0 : before.units - before.forgotten,
      to: units - forgotten,
    };
  });
}
