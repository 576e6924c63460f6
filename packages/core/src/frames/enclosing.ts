import type { FunctionTable, KnownFunction } from './known-function.ts';
import type { ScriptOutline } from './script-outline.ts';
import type { Scripts } from './scripts.ts';

/** V8 runs the fields of a class as a function that no source has. */
const CLASS_INITIALIZER = /^<(?:static|instance_members)_initializer>$/;

const NONE: readonly KnownFunction[] = [];

/** A function's place in its source: what it lies in, and what it is a part of. */
export class Enclosing {
  readonly #scripts: Scripts;
  readonly #table: FunctionTable;
  readonly #around = new WeakMap<KnownFunction, readonly KnownFunction[]>();

  constructor(scripts: Scripts, table: FunctionTable) {
    this.#scripts = scripts;
    this.#table = table;
  }

  /** The functions around one, innermost first; none where its source cannot be read, or is not what runs. */
  around(known: KnownFunction): readonly KnownFunction[] {
    let around = this.#around.get(known);
    if (around === undefined) {
      around = this.#readAround(known);
      this.#around.set(known, around);
    }
    return around;
  }

  /**
   * The function that stands for this one: a callback counts as the function that it was written in.
   *
   * @param isHandler true for functions that stand for themselves wherever they are written
   */
  owner(known: KnownFunction, isHandler: (known: KnownFunction) => boolean): KnownFunction {
    if (known.profiled.name !== '') return known;
    const outline = this.#outline(known);
    let index = outline?.at(known.profiled) ?? -1;
    if (outline === null || index < 0) return known;
    let owner = known;
    while (outline.isPart(index) && outline.parent(index) >= 0 && !isHandler(owner)) {
      index = outline.parent(index);
      owner = this.#function(known, outline, index);
    }
    return owner;
  }

  /** The name that the source gives a function which is in no profile; null without one. */
  nameOf(known: KnownFunction): string | null {
    const outline = this.#outline(known);
    const range = outline?.nameRange(indexOf(outline, known)) ?? null;
    if (range === null || known.path === null) return null;
    // The file may have changed since it was parsed; its name is text for people.
    return this.#scripts.text(known.path)?.slice(...range) || null;
  }

  #readAround(known: KnownFunction): readonly KnownFunction[] {
    const outline = this.#outline(known);
    if (outline === null) return NONE;
    const around: KnownFunction[] = [];
    const index = indexOf(outline, known);
    for (let at = index < 0 ? -1 : outline.parent(index); at >= 0; at = outline.parent(at)) {
      around.push(this.#function(known, outline, at));
    }
    return around.length === 0 ? NONE : around;
  }

  #outline({ path, kind }: KnownFunction): ScriptOutline | null {
    return path === null || kind === 'dispatcher' ? null : this.#scripts.outline(path);
  }

  #function({ profiled }: KnownFunction, outline: ScriptOutline, index: number): KnownFunction {
    const { scriptId, url } = profiled;
    return this.#table.of({ name: '', scriptId, url, ...outline.position(index) });
  }
}

function indexOf(outline: ScriptOutline, { profiled }: KnownFunction): number {
  const index = outline.at(profiled);
  return index < 0 && CLASS_INITIALIZER.test(profiled.name) ? outline.around(profiled) : index;
}
