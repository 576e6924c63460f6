import type { EventEmitter } from 'node:events';

/** Emitters watched at a time; long-lived ones are few. */
const MAX_EMITTERS = 16;

const known = new WeakSet<object>();
let seen: { name: string; ref: WeakRef<EventEmitter> }[] = [];

/**
 * From now on its listeners are counted, by every guard of this process: for emitters that live as long as it does, such as servers,
 * on which a listener per request is a leak. Does not keep it alive; beyond 16 that are alive it is left out.
 *
 * @param name what reports call it; a second one of that name is `name#2`
 */
export function noteEmitter(emitter: EventEmitter, name: string): void {
  if (known.has(emitter)) return;
  seen = seen.filter(({ ref }) => ref.deref() !== undefined);
  if (seen.length >= MAX_EMITTERS) return;
  known.add(emitter);
  const taken = new Set(seen.map((one) => one.name));
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}#${number}`;
  seen.push({ name: free, ref: new WeakRef(emitter) });
}

/** Those that are alive. */
export function seenEmitters(): { name: string; emitter: EventEmitter }[] {
  return seen.flatMap(({ name, ref }) => {
    const emitter = ref.deref();
    return emitter === undefined ? [] : [{ name, emitter }];
  });
}
