import { CallIndex } from './call-index.ts';
import { besideFile } from './file-path.ts';
import type { FunctionTable, KnownFunction } from './known-function.ts';
import type { ScriptOutline } from './script-outline.ts';
import type { Scripts } from './scripts.ts';

/** Files of the app that are read for their calls. */
const MAX_FILES = 500;
/** More callers than that say nothing. */
const MAX_CALLERS = 32;
const MAX_ANSWERS = 2000;
/** Files of one look for more of them; the next read looks on. */
const MAX_EXPLORED = 100;

/**
 * Who calls whom by the source: stacks show calls only up to the first `await`, and few samples of those are alive at a
 * read. A call counts for the functions of its name in its own file and in files that this imports; for others only where
 * no second function of the app has that name. So callers that hold a function by another name are not found.
 */
export class SourceCalls {
  readonly #scripts: Scripts;
  readonly #table: FunctionTable;
  /** Files that were read, and the files that they import. */
  readonly #files = new Map<string, Set<string>>();
  readonly #waiting = new Set<string>();
  /** The files of the index, in its order. */
  #indexed: readonly string[] = [];
  #index = new CallIndex([]);
  readonly #answers = new Map<string, readonly KnownFunction[]>();

  constructor(scripts: Scripts, table: FunctionTable) {
    this.#scripts = scripts;
    this.#table = table;
  }

  /** The app runs this: what its file calls matters. */
  note({ kind, path }: KnownFunction): void {
    if (kind === 'app' && path !== null) this.#wait(path);
  }

  /** Reads files that were noted, and those that they import, one per step. @returns true if there were any */
  *explore(): Generator<void, boolean> {
    let explored = 0;
    for (const path of this.#waiting) {
      if (explored >= MAX_EXPLORED) break;
      explored += 1;
      this.#waiting.delete(path);
      this.#read(path);
      yield;
    }
    if (explored > 0) this.#reindex();
    return explored > 0;
  }

  #reindex(): void {
    for (const imports of this.#files.values())
      for (const file of [...imports]) this.#addReexports(file, imports);
    this.#indexed = [...this.#files.keys()];
    this.#index = new CallIndex(this.#indexed.map((path) => this.#scripts.readOutline(path)));
    this.#answers.clear();
  }

  /** Functions of the app whose source calls this one. */
  callersOf(known: KnownFunction): readonly KnownFunction[] {
    if (known.kind !== 'app' || known.path === null) return [];
    let callers = this.#answers.get(known.key);
    if (callers === undefined) {
      callers = this.#find(known.path, known);
      if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
      this.#answers.set(known.key, callers);
    }
    return callers;
  }

  #find(path: string, { profiled }: KnownFunction): readonly KnownFunction[] {
    const outline = this.#scripts.outline(path);
    const hash = outline?.nameHash(outline.at(profiled)) ?? 0;
    if (hash === 0) return [];
    const callers: KnownFunction[] = [];
    const isOnly = this.#index.isOnly(hash);
    for (const { file, caller } of this.#index.callsOf(hash)) {
      const from = this.#indexed[file]!;
      if (!isOnly && from !== path && !this.#files.get(from)!.has(path)) continue;
      if (callers.length >= MAX_CALLERS) return [];
      const found = this.#scripts.outline(from);
      if (found !== null) callers.push(this.#function(from, found, caller));
    }
    return callers;
  }

  #function(path: string, outline: ScriptOutline, index: number): KnownFunction {
    const scriptId = this.#table.scriptOf(path);
    return this.#table.of({ name: '', scriptId, url: path, ...outline.position(index) });
  }

  #wait(path: string): void {
    if (this.#files.has(path) || this.#files.size + this.#waiting.size >= MAX_FILES) return;
    this.#waiting.add(path);
  }

  #read(path: string): void {
    const imports = new Set<string>();
    this.#files.set(path, imports);
    for (const written of this.#scripts.outline(path)?.imports ?? []) {
      const file = this.#resolve(path, written);
      if (file === null) continue;
      imports.add(file);
      this.#wait(file);
    }
  }

  /** A file without functions of its own hands on those of others. */
  #addReexports(file: string, imports: Set<string>): void {
    const outline = this.#scripts.readOutline(file);
    if (outline === null || outline.count > 0) return;
    for (const inner of this.#files.get(file) ?? []) imports.add(inner);
  }

  #resolve(from: string, written: string): string | null {
    const path = besideFile(from, written);
    const files = [path, `${path}.js`, `${path}.cjs`, `${path}.mjs`, `${path}/index.js`];
    return (
      files.find((file) => this.#scripts.readOutline(file) !== null || this.#scripts.text(file) !== null) ??
      null
    );
  }
}
