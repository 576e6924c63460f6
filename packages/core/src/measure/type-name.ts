import { isProxy } from 'node:util/types';

/** Prototypes looked at from an object upwards; real chains are shorter. */
const MAX_CHAIN = 32;

/** Longest name kept; generated names may be of any length. */
const MAX_NAME = 100;

/** What gives objects their type: the prototype that tells its name. */
export interface NamedPrototype {
  name: string;
  prototype: object;
}

/**
 * The type of objects with this prototype, as its `constructor` names it; where none does (iterators, generators), as its
 * `Symbol.toStringTag`; else that of the prototype above it. Runs no code of the host's: getters are not called, and
 * proxies are not asked.
 */
export function namedPrototype(prototype: object): NamedPrototype {
  let at: object | null = prototype;
  for (let steps = 0; at !== null && !isProxy(at) && steps < MAX_CHAIN; steps++) {
    const name = nameAt(at);
    if (name !== null) return { name: shortened(name), prototype: at };
    at = Object.getPrototypeOf(at) as object | null;
  }
  return { name: '(unnamed)', prototype };
}

function nameAt(prototype: object): string | null {
  const maker = dataOf(prototype, 'constructor');
  if (typeof maker === 'function' && !isProxy(maker)) {
    const name = dataOf(maker, 'name');
    return typeof name === 'string' && name !== '' ? name : '(anonymous class)';
  }
  const tag = dataOf(prototype, Symbol.toStringTag);
  return typeof tag === 'string' && tag !== '' ? tag : null;
}

/** The value of an own property that is no getter. */
function dataOf(owner: object, key: PropertyKey): unknown {
  return Reflect.getOwnPropertyDescriptor(owner, key)?.value;
}

function shortened(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}
