import { lastNotAbove, lineStarts } from './line-table.ts';
import type { ParsedFunction, ParsedSource } from './outline-parser.ts';

/** A place in a file; both count from 0. */
export interface Position {
  line: number;
  column: number;
}

const PART = 1;
const CLASS = 2;
const ASYNC = 4;
const GENERATOR = 8;
const ARROW = 16;

/** What is kept of each function: numbers, some 40 bytes. */
const FIELDS = 8;
const [START, FROM, TO, NAME_FROM, NAME_TO, PARENT, FLAGS, NAME] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/**
 * The functions of one script: where each starts, as V8 says it, and which lies in which. Holds positions only, so that
 * hundreds of files can be kept; functions are named by their index, in the order in which they begin.
 */
export class ScriptOutline {
  readonly #functions: Int32Array;
  readonly #byStart: Int32Array;
  readonly #starts: Int32Array;
  readonly #lines: Int32Array;
  /** Pairs: a function, and the hash of a name that it calls. */
  readonly #calls: Int32Array;
  /** Files beside it that it imports, as it writes them. */
  readonly imports: readonly string[];

  constructor(source: string, { functions, calls, imports }: ParsedSource) {
    const ordered = [...functions].sort((a, b) => a.from - b.from || b.to - a.to);
    this.#lines = lineStarts(source);
    this.imports = [...new Set(imports)];
    this.#functions = new Int32Array(ordered.length * FIELDS);
    this.#fill(ordered, source);
    const indexes = ordered.map((_, index) => index).sort((a, b) => ordered[a]!.start - ordered[b]!.start);
    this.#byStart = Int32Array.from(indexes);
    this.#starts = Int32Array.from(indexes, (index) => ordered[index]!.start);
    this.#calls = this.#callPairs(calls);
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Bytes it takes, roughly. */
  get bytes(): number {
    const numbers = this.#functions.length + 2 * this.count + this.#lines.length + this.#calls.length;
    return 4 * numbers + 100 * this.imports.length + 500;
  }

  /** The function that V8 says to start there, -1 if none does: then this is not the source that runs. */
  at(position: Position): number {
    const offset = this.#offset(position);
    const found = lastNotAbove(this.#starts, offset);
    return found >= 0 && this.#starts[found] === offset ? this.#byStart[found]! : -1;
  }

  /** The innermost function or class around a position, -1 at the top level. */
  around(position: Position): number {
    return this.aroundOffset(this.#offset(position));
  }

  aroundOffset(offset: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#field(middle, FROM) <= offset) low = middle + 1;
      else high = middle;
    }
    // The last one that begins before it, or one of those around that.
    let index = low - 1;
    while (index >= 0 && this.#field(index, TO) <= offset) index = this.#field(index, PARENT);
    return index;
  }

  /** The function around another, -1 at the top level. */
  parent(index: number): number {
    let parent = this.#field(index, PARENT);
    // A class is run as a function only while its fields are set.
    while (parent >= 0 && (this.#field(parent, FLAGS) & CLASS) !== 0) parent = this.#field(parent, PARENT);
    return parent;
  }

  /** True for a callback without a name, which stands for the function around it. */
  isPart(index: number): boolean {
    return (this.#field(index, FLAGS) & PART) !== 0;
  }

  isClass(index: number): boolean {
    return (this.#field(index, FLAGS) & CLASS) !== 0;
  }

  isArrow(index: number): boolean {
    return (this.#field(index, FLAGS) & ARROW) !== 0;
  }

  /** What stands before a method's start and belongs to it: `async *`. */
  modifiers(index: number): string {
    const flags = this.#field(index, FLAGS);
    return `${flags & ASYNC ? 'async ' : ''}${flags & GENERATOR ? '*' : ''}`;
  }

  /** Where V8 says that it starts. */
  position(index: number): Position {
    return this.positionOf(this.#field(index, START));
  }

  /** Offsets of its text: of a method, from the `(` of its parameters. */
  range(index: number): [from: number, to: number] {
    return [this.#field(index, FROM), this.#field(index, TO)];
  }

  /** Offsets of its name in the source, null without one. */
  nameRange(index: number): [from: number, to: number] | null {
    const from = index < 0 ? -1 : this.#field(index, NAME_FROM);
    return from < 0 ? null : [from, this.#field(index, NAME_TO)];
  }

  /** Hash of its name, 0 without one. */
  nameHash(index: number): number {
    return index < 0 ? 0 : this.#field(index, NAME);
  }

  /** How many functions here have a name with this hash. */
  named(hash: number): number {
    let found = 0;
    for (let index = 0; index < this.count; index++) if (this.#field(index, NAME) === hash) found++;
    return found;
  }

  /** Functions that call something by a name with this hash. */
  callersOf(hash: number): number[] {
    const callers: number[] = [];
    for (let at = 1; at < this.#calls.length; at += 2) {
      if (this.#calls[at] === hash) callers.push(this.#calls[at - 1]!);
    }
    return callers;
  }

  positionOf(offset: number): Position {
    const line = lastNotAbove(this.#lines, offset);
    return { line, column: offset - this.#lines[line]! };
  }

  #offset({ line, column }: Position): number {
    return (this.#lines[line] ?? Number.NaN) + column;
  }

  #field(index: number, field: number): number {
    return this.#functions[index * FIELDS + field]!;
  }

  /** Each name once for each function; calls at the top level run when the file is loaded. */
  #callPairs(calls: ParsedSource['calls']): Int32Array {
    const seen = new Set<string>();
    const pairs: number[] = [];
    for (const { at, name } of calls) {
      const caller = this.aroundOffset(at);
      if (caller < 0 || seen.has(`${caller} ${name}`)) continue;
      seen.add(`${caller} ${name}`);
      pairs.push(caller, nameHash(name));
    }
    return Int32Array.from(pairs);
  }

  #fill(ordered: readonly ParsedFunction[], source: string): void {
    const open: number[] = [];
    for (const [index, one] of ordered.entries()) {
      while (open.length > 0 && ordered[open.at(-1)!]!.to <= one.from) open.pop();
      this.#functions.set(
        [one.start, one.from, one.to, one.nameFrom, one.nameTo, open.at(-1) ?? -1, flagsOf(one)],
        index * FIELDS,
      );
      const name = one.nameFrom < 0 ? '' : source.slice(one.nameFrom, one.nameTo);
      this.#functions[index * FIELDS + NAME] = name === '' ? 0 : nameHash(name);
      open.push(index);
    }
  }
}

/** FNV-1a, never 0. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash | 1;
}

function flagsOf(one: ParsedFunction): number {
  return (
    (one.isPart && one.nameFrom < 0 ? PART : 0) |
    (one.isClass ? CLASS : 0) |
    (one.isAsync ? ASYNC : 0) |
    (one.isGenerator ? GENERATOR : 0) |
    (one.isArrow ? ARROW : 0)
  );
}
