import { lastNotAbove } from './line-table.ts';
import type { ScriptOutline } from './script-outline.ts';

/** A call by a name: which function of which file makes it; both are indexes. */
export interface IndexedCall {
  file: number;
  caller: number;
}

/** The calls and the functions of many files by the hashes of their names: numbers, 12 bytes per call. */
export class CallIndex {
  readonly #hashes: Int32Array;
  readonly #callers: Int32Array;
  readonly #files: Int32Array;
  readonly #names: Int32Array;

  constructor(outlines: readonly (ScriptOutline | null)[]) {
    const calls: [hash: number, caller: number, file: number][] = [];
    const names: number[] = [];
    for (const [file, outline] of outlines.entries()) {
      for (const [caller, hash] of outline?.calls() ?? []) calls.push([hash, caller, file]);
      for (let index = 0; index < (outline?.count ?? 0); index++) names.push(outline!.nameHash(index));
    }
    calls.sort(([a], [b]) => a - b);
    this.#hashes = Int32Array.from(calls, ([hash]) => hash);
    this.#callers = Int32Array.from(calls, ([, caller]) => caller);
    this.#files = Int32Array.from(calls, ([, , file]) => file);
    this.#names = Int32Array.from(names).sort();
  }

  /** Calls by a name with this hash. */
  *callsOf(hash: number): Generator<IndexedCall> {
    for (let at = lastNotAbove(this.#hashes, hash); this.#hashes[at] === hash; at--) {
      yield { file: this.#files[at]!, caller: this.#callers[at]! };
    }
  }

  /** True if no two functions have a name with this hash. */
  isOnly(hash: number): boolean {
    const last = lastNotAbove(this.#names, hash);
    return this.#names[last - 1] !== hash;
  }
}
