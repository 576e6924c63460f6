import type { Verdict } from '../types.ts';

/** A verdict that changed since the last look. */
export interface VerdictChange<Key> {
  key: Key;
  from: Verdict;
  to: Verdict;
}

/** Remembers verdicts between looks, so that every change is told once. */
export class VerdictLog<Key> {
  readonly #active = new Map<Key, { verdict: Verdict; since: Date }>();

  /**
   * @param verdicts of everything that is `growing` or `leaking` now; what was and is no longer in it has cleared
   * @returns the changes, in the order given, cleared ones last
   */
  update(verdicts: ReadonlyMap<Key, Verdict>, now: Date): VerdictChange<Key>[] {
    const changes: VerdictChange<Key>[] = [];
    for (const [key, to] of verdicts) {
      const from = this.#active.get(key)?.verdict ?? 'stable';
      if (from === to) continue;
      changes.push({ key, from, to });
      this.#active.set(key, { verdict: to, since: now });
    }
    for (const [key, { verdict }] of this.#active) {
      if (verdicts.has(key)) continue;
      this.#active.delete(key);
      changes.push({ key, from: verdict, to: 'stable' });
    }
    return changes;
  }

  /** Drops a key without a word: its growth goes on under another name. */
  forget(key: Key): void {
    this.#active.delete(key);
  }

  /** When the present verdict was given, null for what is stable. */
  since(key: Key): Date | null {
    return this.#active.get(key)?.since ?? null;
  }
}
