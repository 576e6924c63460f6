import { besideFile } from './file-path.ts';
import type { FunctionTable, KnownFunction } from './known-function.ts';
import type { ScriptOutline } from './script-outline.ts';
import type { Scripts } from './scripts.ts';

/** Files of the app that are read for their calls. */
const MAX_FILES = 500;
/** More callers than that say nothing. */
const MAX_CALLERS = 32;
/** How long one look for more files may take. */
const MAX_EXPLORE_MS = 50;

/**
 * Who calls whom by the source: stacks show calls only up to the first `await`, and few samples of those are alive at a
 * read. A call counts for the functions of its name in its own file and in files that this imports; for others only where
 * no second function of the app has that name. So callers that hold a function by another name are not found.
 */
export class SourceCalls {
  readonly #scripts: Scripts;
  readonly #table: FunctionTable;
  /** Files that were read, and the files that they import. */
  readonly #files = new Map<string, ReadonlySet<string>>();
  readonly #waiting = new Set<string>();
  readonly #answers = new Map<string, readonly KnownFunction[]>();

  constructor(scripts: Scripts, table: FunctionTable) {
    this.#scripts = scripts;
    this.#table = table;
  }

  /** The app runs this: what its file calls matters. */
  note({ kind, path }: KnownFunction): void {
    if (kind === 'app' && path !== null) this.#wait(path);
  }

  /** Reads files that were noted, and those that they import, for a little while; true if there were any. */
  explore(now: () => number): boolean {
    if (this.#waiting.size === 0) return false;
    const until = now() + MAX_EXPLORE_MS;
    for (const path of this.#waiting) {
      this.#waiting.delete(path);
      this.#read(path);
      if (now() > until) break;
    }
    this.#answers.clear();
    return true;
  }

  /** Functions of the app whose source calls this one. */
  callersOf(known: KnownFunction): readonly KnownFunction[] {
    if (known.kind !== 'app' || known.path === null) return [];
    let callers = this.#answers.get(known.key);
    if (callers === undefined) {
      callers = this.#find(known.path, known);
      this.#answers.set(known.key, callers);
    }
    return callers;
  }

  #find(path: string, { profiled }: KnownFunction): readonly KnownFunction[] {
    const outline = this.#scripts.outline(path);
    const hash = outline?.nameHash(outline.at(profiled)) ?? 0;
    if (hash === 0) return [];
    const callers: KnownFunction[] = [];
    const isOnly = this.#isOnly(hash);
    for (const [file, imports] of this.#files) {
      if (!isOnly && file !== path && !imports.has(path)) continue;
      const found = this.#scripts.readOutline(file);
      for (const index of found?.callersOf(hash) ?? []) callers.push(this.#function(file, found!, index));
    }
    return callers.length > MAX_CALLERS ? [] : callers;
  }

  #isOnly(hash: number): boolean {
    let found = 0;
    for (const file of this.#files.keys()) found += this.#scripts.readOutline(file)?.named(hash) ?? 0;
    return found < 2;
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
      this.#addReexports(file, imports);
    }
  }

  /** A file without functions of its own hands on those of others. */
  #addReexports(file: string, imports: Set<string>): void {
    const outline = this.#scripts.outline(file);
    if (outline === null || outline.count > 0) return;
    for (const written of outline.imports) {
      const inner = this.#resolve(file, written);
      if (inner !== null) imports.add(inner);
    }
  }

  #resolve(from: string, written: string): string | null {
    const path = besideFile(from, written);
    const files = [path, `${path}.js`, `${path}.cjs`, `${path}.mjs`, `${path}/index.js`];
    return files.find((file) => this.#scripts.outline(file) !== null) ?? null;
  }
}
