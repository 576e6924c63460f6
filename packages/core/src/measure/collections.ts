import { contained, settle, toError } from '../contain.ts';
import { LeakguardError } from '../errors.ts';
import type { Sizeable, Trackable } from '../site-types.ts';
import { scopeName } from './scope-name.ts';

/** Collections tracked at a time; more are made in a loop, and would be the leak. */
const MAX_TRACKED = 200;

/** How large a tracked collection is now. */
export interface CollectionSize {
  /** Of this tracking: another one of the same name has another id. */
  readonly id: number;
  readonly name: string;
  /** Entries, null where it could not be read. */
  readonly size: number | null;
  /** The most it holds, where it says so itself. */
  readonly limit: number | null;
}

interface Tracked {
  readonly id: number;
  readonly name: string;
  readonly source: (() => number) | WeakRef<Sizeable>;
  /** That it could not be read has been told. */
  told: boolean;
}

/**
 * The collections whose size is watched. Holds what it tracks by `WeakRef`: a collection that is collected is no longer
 * tracked. A function is held, with all that it refers to, until its tracking ends.
 */
export class Collections {
  readonly #tracked = new Map<string, Tracked>();
  readonly #onError: (error: Error) => void;
  #made = 0;

  /** @param onError told once of each collection whose size cannot be read; must not throw */
  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
  }

  /**
   * @param name what reports call it, one line of at most 256 characters; a second one of that name is `name#2`
   * @returns the function that ends it
   * @throws LeakguardError `ERR_LEAKGUARD_TRACK` for what has no size, and beyond 200 collections
   */
  track(name: string, source: Trackable): () => void {
    if (!isTrackable(source))
      throw new LeakguardError(
        'ERR_LEAKGUARD_TRACK',
        `leakguard: ${scopeName(name)} cannot be tracked: pass a Map, Set, array or cache (anything with size or length), or a function that gives the number of entries`,
      );
    this.#makeRoom(name);
    this.#made += 1;
    const held = typeof source === 'function' ? source : new WeakRef(source);
    const tracked: Tracked = { id: this.#made, name: this.#freeName(name), source: held, told: false };
    this.#tracked.set(tracked.name, tracked);
    return () => this.#end(tracked);
  }

  /** Sizes now, in the order of tracking. Whatever a size's getter does stays here. */
  read(): CollectionSize[] {
    return [...this.#tracked.values()].flatMap((tracked) => {
      const { id, name, source } = tracked;
      const target = source instanceof WeakRef ? source.deref() : source;
      if (target !== undefined)
        return [{ id, name, size: this.#sizeOf(tracked, target), limit: limitOf(target) }];
      this.#end(tracked);
      return [];
    });
  }

  #end(tracked: Tracked): void {
    if (this.#tracked.get(tracked.name) === tracked) this.#tracked.delete(tracked.name);
  }

  #makeRoom(name: string): void {
    if (this.#tracked.size < MAX_TRACKED) return;
    for (const tracked of this.#tracked.values())
      if (tracked.source instanceof WeakRef && tracked.source.deref() === undefined) this.#end(tracked);
    if (this.#tracked.size < MAX_TRACKED) return;
    throw new LeakguardError(
      'ERR_LEAKGUARD_TRACK',
      `leakguard: ${scopeName(name)} cannot be tracked: ${MAX_TRACKED} collections are; call the function that track() gave when one is done with`,
    );
  }

  #freeName(given: string): string {
    const name = scopeName(given);
    for (let number = 1; ; number++) {
      const free = number === 1 ? name : `${name}#${number}`;
      if (!this.#tracked.has(free)) return free;
    }
  }

  #sizeOf(tracked: Tracked, target: Sizeable | (() => number)): number | null {
    try {
      const size: unknown = typeof target === 'function' ? target() : (target.size ?? target.length);
      if (isAmount(size)) return size;
      settle(size, () => undefined);
      throw new TypeError(
        `its size is ${typeof size === 'number' ? size : `a value of type ${typeof size}`}`,
      );
    } catch (cause) {
      this.#tell(tracked, cause);
      return null;
    }
  }

  #tell(tracked: Tracked, cause: unknown): void {
    if (tracked.told) return;
    tracked.told = true;
    this.#onError(
      new LeakguardError(
        'ERR_LEAKGUARD_TRACK',
        `leakguard: the size of ${tracked.name} cannot be read: ${toError(cause).message}`,
        { cause },
      ),
    );
  }
}

/** By what it has, not by what that gives: a getter may not be ready yet. */
function isTrackable(source: unknown): source is Trackable {
  if (typeof source === 'function') return true;
  return (
    typeof source === 'object' &&
    source !== null &&
    contained(() => 'size' in source || 'length' in source, false)
  );
}

function isAmount(size: unknown): size is number {
  return typeof size === 'number' && size >= 0 && Number.isFinite(size);
}

/** What `lru-cache` and others call their limit; 0 is none. */
function limitOf(target: object): number | null {
  const max = contained(() => (target as { max?: unknown }).max, undefined);
  return typeof target !== 'function' && isAmount(max) && max > 0 ? max : null;
}
