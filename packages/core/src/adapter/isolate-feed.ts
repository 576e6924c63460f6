import { contained } from '../contain.ts';
import {
  ISOLATES,
  type IsolateHost,
  type IsolateSettings,
  isCounting,
  type MarkedGuard,
} from '../guard-marks.ts';
import type { Guard } from '../types.ts';
import { isolateRowIn } from './isolate-row.ts';

/** Takes in what one isolate measured of itself. Nothing of it throws. */
export interface IsolateFeed {
  /**
   * A floor of the isolate: `{ reading, counts }`, the reading on any clock that only goes forward, the counts as pairs of
   * name and units finished since the isolate began; `survivors` too, where `survivingStacks` found some, and
   * `disturbed` where the isolate's own measuring may have moved it. Anything else is passed over.
   */
  push(row: unknown): void;
  /** The isolate cannot measure something: shown in the report, and told once. */
  lacks(reason: string): void;
  /** Whether floors should come closer together, because something grows in isolates and is not confirmed yet. */
  readonly suspects: boolean;
  /** Whether any of what grows in isolates has a name: until then a floor is worth more than afterwards. */
  readonly named: boolean;
  /** The isolate is gone. */
  close(): void;
}

/**
 * Opens the way from one isolate (a worker thread or a child process that does units of this process) into the guard:
 * growth inside of isolates is pooled over all of them, also over those that are long gone, and told as growth of the
 * scopes. Units are counted by the parent as ever; what the isolate counts only says which of its units lie between
 * two floors. Without effect for a guard that is disabled, closed or not ours.
 *
 * @param scopeOf name of the job scope that units of this name in the isolate belong to
 * @param pool name that all isolates have in common that run the same code for the same scopes: what stays in them is told
 *   of together
 * @example
 * const feed = isolateFeed(guard, (name) => `emails:${name}`, 'emails');
 * worker.on('message', (message) => feed.push(message));
 * worker.once('exit', () => feed.close());
 */
export function isolateFeed(guard: Guard, scopeOf: (name: string) => string, pool = ''): IsolateFeed {
  let isolate: ReturnType<IsolateHost['open']> | null = null;
  let isOpen = true;
  return {
    push: (received) =>
      contained(() => {
        const row = isolateRowIn(received);
        if (row === null || !isOpen) return;
        isolate ??= hostOf(guard)?.open(pool) ?? null;
        if (isCounting(guard)) isolate?.push(row, scopeOf);
      }, undefined),
    lacks: (reason) => contained(() => hostOf(guard)?.lacks(reason), undefined),
    get suspects() {
      return contained(() => hostOf(guard)?.suspects === true, false);
    },
    get named() {
      return contained(() => hostOf(guard)?.named === true, false);
    },
    close: () => {
      isOpen = false;
      contained(() => isolate?.close(), undefined);
    },
  };
}

/** What isolates of this guard have to know, null for a guard that takes nothing in. Asking settles the shared guard's options. */
export function isolateSettings(guard: Guard): IsolateSettings | null {
  return contained(() => hostOf(guard)?.settings ?? null, null);
}

function hostOf(guard: Guard): IsolateHost | null {
  return isCounting(guard) ? ((guard as Partial<MarkedGuard>)[ISOLATES]?.() ?? null) : null;
}
