import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FloorReading } from '../internal-types.ts';
import { readBuffers, readHeap } from './memory-reading.ts';

/** V8's `gc`: without an argument a full, synchronous collection. */
export type GcFunction = (options?: { type: 'minor' }) => void;

let taken: GcFunction | null | undefined;

/**
 * V8's `gc` function, without `--expose-gc` on the command line (Node 20 to 26, worker threads, `--permission` and
 * `--frozen-intrinsics` included), or null where it cannot be had. Taken once per isolate: the small context that it
 * comes from stays alive.
 */
export function takeGc(): GcFunction | null {
  if (taken === undefined) taken = findGc();
  return taken;
}

function findGc(): GcFunction | null {
  if (typeof globalThis.gc === 'function') return globalThis.gc as GcFunction;
  try {
    setFlagsFromString('--expose-gc');
    const gc: unknown = runInNewContext('gc');
    return typeof gc === 'function' ? (gc as GcFunction) : null;
  } catch {
    return null;
  } finally {
    hideGc();
  }
}

/** New contexts (vm, vitest, jest) must not find a `gc` that their user did not ask for. */
function hideGc(): void {
  try {
    setFlagsFromString('--no-expose-gc');
  } catch {
    // Flags that cannot be set were not set above either.
  }
}

/**
 * Forces a full GC and reads the floor right after it, or gives null where `gc` is missing or throws.
 *
 * One `gc()` is not enough for Buffers: their memory is freed by a background thread afterwards (of 40 MB in 2,000
 * dead Buffers 0-40 MB were still counted right after it on Node 20, 22, 24 and 26), and V8's external count keeps
 * all of them until it next visits its list. A minor GC first waits for that thread: with it both counts were exact
 * every time on all four, for 0.4 ms; a second full GC would do too, for double the pause.
 * `{ type: 'major', execution: 'sync' }` does not help and is a *minor* GC on Node 20.
 */
export function forceFloor(gc: GcFunction | null, now: () => number): FloorReading | null {
  if (gc === null) return null;
  const startMs = now();
  try {
    gc();
    gc({ type: 'minor' });
  } catch {
    return null;
  }
  const timeMs = now();
  return { timeMs, ...readHeap(), ...readBuffers(), forced: true, pauseMs: timeMs - startMs };
}
