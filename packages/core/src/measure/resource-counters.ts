import type { Runtime } from '../internal-types.ts';
import { type Count, listenerCounts } from './listener-counts.ts';
import { seenEmitters } from './seen-emitters.ts';

/** Kinds of active resources that are told apart; Node has about thirty, native add-ons may have their own. */
const MAX_KINDS = 24;

/** The name of V8's global handles, whose value is in bytes. */
export const GLOBAL_HANDLES = 'global handles (bytes)';

/**
 * Counts that are cheap to read and grow when something leaks: what keeps the event loop busy by kind (timers, sockets, files),
 * listeners on `process` and on the servers that were seen, contexts that are detached and still alive, and V8's global handles. Some 10 us,
 * and 7 us more per thousand timers.
 */
export function resourceCounts(runtime: Pick<Runtime, 'activeResources' | 'heapHandles'>): Count[] {
  const { detachedContexts, globalHandleBytes } = runtime.heapHandles();
  return [
    ...activeResources(runtime.activeResources()),
    ...[{ name: 'process', emitter: process }, ...seenEmitters()].flatMap(({ name, emitter }) =>
      listenerCounts(emitter, name),
    ),
    { name: 'detached contexts', value: detachedContexts },
    { name: GLOBAL_HANDLES, value: globalHandleBytes },
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
