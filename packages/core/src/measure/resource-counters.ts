import type { Runtime } from '../internal-types.ts';
import { type Count, listenerCounts } from './listener-counts.ts';
import { seenEmitters } from './seen-emitters.ts';

/** Kinds of active resources that are told apart; Node has about thirty, native add-ons may have their own. */
const MAX_KINDS = 24;

/** The name of V8's global handles, whose value is in bytes. */
export const GLOBAL_HANDLES = 'global handles (bytes)';

/** V8's heap profiler holds every object that it sampled by a global handle (measured on Node 20, 22 and 26: 32.1 bytes per sample). */
const HANDLE_BYTES = 32;

/**
 * Counts that are cheap to read and grow when something leaks: what keeps the event loop busy by kind (timers, sockets, files),
 * listeners on `process` and on the servers that were seen, contexts that are detached and still alive, and V8's global handles without
 * those of the heap profiler that leakguard runs. Some 10 us, and 7 us more per thousand timers.
 *
 * @param samples that the profiler holds, about
 */
export function resourceCounts(
  runtime: Pick<Runtime, 'activeResources' | 'heapHandles'>,
  samples: number,
): Count[] {
  const { detachedContexts, globalHandleBytes } = runtime.heapHandles();
  return [
    ...activeResources(runtime.activeResources()),
    ...[{ name: 'process', emitter: process }, ...seenEmitters()].flatMap(({ name, emitter }) =>
      listenerCounts(emitter, name),
    ),
    { name: 'detached contexts', value: detachedContexts },
    { name: GLOBAL_HANDLES, value: Math.max(0, globalHandleBytes - Math.round(HANDLE_BYTES * samples)) },
  ];
}

function activeResources(kinds: readonly string[]): Count[] {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_KINDS)
    .map(([kind, value]) => ({ name: `active ${kind}`, value }));
}
