import { LRUCache } from 'lru-cache';
import type { KnownFunction } from './known-function.ts';
import type { ScriptOutline } from './script-outline.ts';
import type { Scripts } from './scripts.ts';

/** `fn(...args)`, `fn.call(this, req)`, `handler.apply(this, arguments)`: a call of what was handed to the factory. */
const CALLS = /(?<![.\w$])([A-Za-z_$][\w$]*)(?:\s*\.\s*(?:call|apply))?\s*\(/g;

const MAX_FUNCTIONS = 2000;
/** A wrapper is short; what is longer does more than to call something else. */
const MAX_LENGTH = 10_000;

interface Calls {
  variables: ReadonlySet<string>;
  isOfParameter: boolean;
}

const NONE: Calls = { variables: new Set(), isOfParameter: false };

/** What the sources of closures say of the functions that they hold. */
export class WrapperSource {
  readonly #scripts: Scripts;
  readonly #known = new LRUCache<string, Calls>({ max: MAX_FUNCTIONS });

  constructor(scripts: Scripts) {
    this.#scripts = scripts;
  }

  /** True if a function calls a parameter of the one around it: then it wraps what was handed to that. */
  isWrapper(known: KnownFunction): boolean {
    return this.#of(known).isOfParameter;
  }

  /** True if a function, or one written in it, calls something by this name. */
  calls(known: KnownFunction, variable: string): boolean {
    return this.#of(known).variables.has(variable);
  }

  #of(known: KnownFunction): Calls {
    // Where its script is not known yet, the next read may tell.
    if (known.path === null) return NONE;
    const found = this.#known.get(known.key) ?? this.#read(known.path, known);
    this.#known.set(known.key, found);
    return found;
  }

  #read(path: string, { profiled }: KnownFunction): Calls {
    const outline = this.#scripts.outline(path);
    const index = outline?.at(profiled) ?? -1;
    if (outline === null || index < 0) return NONE;
    const [from, to] = outline.range(index);
    const text = to - from > MAX_LENGTH ? null : this.#scripts.text(path);
    if (text === null) return NONE;
    const variables = new Set([...text.slice(from, to).matchAll(CALLS)].map(([, name]) => name!));
    const outer = parameters(text, outline, index);
    return { variables, isOfParameter: [...variables].some((name) => outer.has(name)) };
  }
}

/** Of the function around another; too many names where it has defaults or patterns. */
function parameters(text: string, outline: ScriptOutline, index: number): Set<string> {
  const parent = outline.parent(index);
  if (parent < 0) return new Set();
  const before = text.slice(outline.range(parent)[0], outline.range(index)[0]);
  return new Set(before.split(/=>|\{/, 1)[0]!.match(/[A-Za-z_$][\w$]*/g));
}
