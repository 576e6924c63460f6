import { LRUCache } from 'lru-cache';
import { contained } from '../contain.ts';
import type { AppFiles } from './app-files.ts';
import { OutOfTime, parseSource } from './outline-parser.ts';
import { ScriptOrigins } from './script-origins.ts';
import { type Position, ScriptOutline } from './script-outline.ts';
import { findMap, type OriginalPosition, type SourceMap } from './source-map.ts';
import { textBetween } from './text-between.ts';

/** What is kept of all files: outlines of some 30,000 functions. */
const MAX_BYTES = 2_000_000;
const MAX_FILES = 1000;
/** Bookkeeping of one file. */
const FILE_BYTES = 300;

/**
 * Of the stop that one file may make, the part for reading and parsing it: 5 to 15 MB of source take a second (5 of TypeScript's own 9 MB), and
 * what is made of it then takes a sixth as long again, up to a third where there is little in it but lines.
 */
const PARSE_SHARE = 0.6;
/** Source that cannot be parsed in a millisecond whatever it is: more of it is not begun. */
const CHARACTERS_PER_MS = 15_000;
/** Files that are told. */
const MAX_UNPARSED = 20;

/** What is known of one file; undefined where it was not asked yet. */
interface Script {
  outline: ScriptOutline | null | undefined;
  origins: ScriptOrigins | null | undefined;
  /** False where the file has no source map. */
  isMapped: boolean | undefined;
  /** For functions that are not in the outline: what runs was made from the file by a loader. */
  map: WeakRef<SourceMap> | null;
}

/** A piece of source as its author wrote it. */
export interface WrittenText extends OriginalPosition {
  /** Null where the source itself cannot be read. */
  text: string | null;
}

/** The app's files: their functions, and where these came from. Every file is parsed once while it is remembered. */
export class Scripts {
  readonly #files: AppFiles;
  readonly #maxPauseMs: number;
  readonly #unparsed = new Set<string>();
  #toldUnparsed = 0;
  readonly #byPath: LRUCache<string, Script> = new LRUCache<string, Script>({
    max: MAX_FILES,
    maxSize: MAX_BYTES,
    maxEntrySize: Number.MAX_SAFE_INTEGER,
    sizeCalculation: ({ outline, origins }) =>
      Math.min(MAX_BYTES, FILE_BYTES + (outline?.bytes ?? 0) + (origins?.bytes ?? 0)),
  });

  /** @param maxPauseMs that one file may stop the program */
  constructor(files: AppFiles, maxPauseMs = 300) {
    this.#files = files;
    this.#maxPauseMs = maxPauseMs;
  }

  /** The functions of a file; null where it cannot be read or parsed, or not in time. */
  outline(path: string): ScriptOutline | null {
    const script = this.#script(path);
    if (script.outline === undefined) {
      const isOver = this.deadline();
      this.#readOutline(path, script, { source: this.#files.readSource(path), isOver });
    }
    return script.outline ?? null;
  }

  /** True where nothing of the file has to be read any more to say what its functions are. */
  isRead(path: string): boolean {
    const script = this.#byPath.peek(path);
    return script?.outline !== undefined;
  }

  /** The same where it was read already and is still remembered. */
  readOutline(path: string): ScriptOutline | null {
    return this.#byPath.get(path)?.outline ?? null;
  }

  /** Where what V8 runs at a position was written; null without a source map. */
  original(path: string, position: Position): OriginalPosition | null {
    const script = this.#script(path);
    if (script.isMapped === undefined) this.#readOrigins(path, script);
    if (script.isMapped === false) return null;
    const index = script.outline?.at(position) ?? -1;
    const found = index < 0 ? null : (script.origins?.at(index) ?? null);
    return found ?? (index < 0 ? (this.map(path)?.original(position) ?? null) : null);
  }

  /** The source map of a file, read again if it was let go; null without one. */
  map(path: string): SourceMap | null {
    const script = this.#script(path);
    if (script.isMapped === false) return null;
    const kept = script.map?.deref();
    if (kept !== undefined) return kept;
    const map = findMap(path, this.#files.readSource(path), this.#files);
    script.isMapped = map !== null;
    script.map = map && new WeakRef(map);
    return map;
  }

  /**
   * What the author wrote between two places of what runs; null without a source map, or where it cannot be read.
   */
  written(path: string, from: Position, to: Position): WrittenText | null {
    const map = this.map(path);
    const start = map?.original(from) ?? null;
    if (map === null || start === null) return null;
    const source = map.content(start.path) ?? this.text(start.path);
    return { ...start, text: source === null ? null : textBetween(source, start, map.original(to)) };
  }

  /** Files that take too long to parse, those found since the last time that this was asked; twenty at most are told in all. */
  takeUnparsed(): string[] {
    const paths = [...this.#unparsed].slice(this.#toldUnparsed);
    this.#toldUnparsed = this.#unparsed.size;
    return paths;
  }

  /** True once it is time to end a parse that begins now. */
  deadline(): () => boolean {
    const until = this.#files.now() + PARSE_SHARE * this.#maxPauseMs;
    return () => this.#files.now() > until;
  }

  /** The text of a file, null where it cannot be read. */
  text(path: string): string | null {
    return this.#files.readSource(path);
  }

  #script(path: string): Script {
    const known = this.#byPath.get(path);
    if (known !== undefined) return known;
    const script: Script = { outline: undefined, origins: undefined, isMapped: undefined, map: null };
    this.#byPath.set(path, script);
    return script;
  }

  #readOrigins(path: string, script: Script): void {
    const isOver = this.deadline();
    const source = this.#files.readSource(path);
    const map = findMap(path, source, this.#files);
    script.isMapped = map !== null;
    script.map = map && new WeakRef(map);
    if (map === null) return;
    this.#readOutline(path, script, { source, isOver });
    script.origins = script.outline ? contained(() => new ScriptOrigins(script.outline!, map), null) : null;
    this.#measure(path);
  }

  #readOutline(
    path: string,
    script: Script,
    { source, isOver }: { source: string | null; isOver: () => boolean },
  ): void {
    if (source !== null) script.outline ??= this.#parse(path, source, isOver);
    script.outline ??= null;
    this.#measure(path);
  }

  /** An entry is measured only when it is set to another object. Only the cache holds on to it. */
  #measure(path: string): void {
    const script = this.#byPath.peek(path);
    if (script === undefined) return;
    this.#byPath.delete(path);
    this.#byPath.set(path, script);
  }

  #parse(path: string, source: string, isOver: () => boolean): ScriptOutline | null {
    try {
      if (source.length > CHARACTERS_PER_MS * this.#maxPauseMs) throw new OutOfTime();
      return new ScriptOutline(source, parseSource(source, isOver));
    } catch (error) {
      if (error instanceof OutOfTime && this.#unparsed.size < MAX_UNPARSED) this.#unparsed.add(path);
      return null;
    }
  }
}
