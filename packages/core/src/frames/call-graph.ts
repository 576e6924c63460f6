import { LRUCache } from 'lru-cache';
import type { KnownFunction } from './known-function.ts';
import { NO_SLOTS, type Slots, union, without } from './slot-set.ts';

/** Functions of which callers are remembered: those of the app and its packages that showed up in profiles. */
const MAX_FUNCTIONS = 1500;
/** More callers than that: whoever calls it cannot be told. */
const MAX_CALLERS = 16;
/** More scopes than that: it is called from everywhere. */
const MAX_SLOTS = 64;
/** How far callers of callers are followed; beyond, it is called from everywhere. */
const MAX_VISITS = 300;
/** Answers that are remembered until something is learned. */
const MAX_ANSWERS = 10_000;

/** What stacks told of one function. */
interface CallNode {
  readonly known: KnownFunction;
  /** Scopes below whose handler it was on a stack. */
  slots: Slots;
  callers: readonly string[];
  isEverywhere: boolean;
  /** Called by a dispatcher, before any handler. */
  isMiddleware: boolean;
  /** Scopes whose handler it was seen to lead to. */
  runsFor: Slots;
  /** Middleware that it was seen to pass requests on to. */
  leadsTo: readonly string[];
}

/** Who may have called a function, by all that was learned. */
export interface Callers {
  slots: Slots;
  /** True if the handler of a scope is among them. */
  hasHandler: boolean;
  /** One that is among them. */
  middleware: KnownFunction | null;
  /** True where it is called from everywhere: then any scope may be it. */
  isEverywhere: boolean;
}

/** What is known besides stacks. */
export interface CallSources {
  /** The functions that one is written in, innermost first. */
  around(known: KnownFunction): readonly KnownFunction[];
  /** The scopes that a function is registered for. */
  handlerSlots(key: string): Slots;
  /** Of a function that serves scopes only through wrappers that hold it, these wrappers; else null. */
  wrappersOf(key: string): readonly string[] | null;
  /** Functions whose source calls one. */
  callersInSource(known: KnownFunction): readonly KnownFunction[];
}

interface Found extends Omit<Callers, 'slots'> {
  readonly slots: Set<number>;
}

/**
 * Who calls whom, learned from stacks. Candidates, never a vote: how often a caller is seen tells how often it calls, not
 * whether it leaks. Bounded; what was not seen for longest is forgotten.
 */
export class CallGraph {
  /** Another one after everything that changes an answer. */
  version = 0;
  readonly #nodes = new LRUCache<string, CallNode>({ max: MAX_FUNCTIONS });
  readonly #around: CallSources['around'];
  readonly #handlerSlots: CallSources['handlerSlots'];
  readonly #wrappersOf: CallSources['wrappersOf'];
  readonly #callersInSource: CallSources['callersInSource'];
  readonly #answers = new Map<string, Callers | null>();

  constructor({ around, handlerSlots, wrappersOf, callersInSource }: CallSources) {
    this.#around = around;
    this.#handlerSlots = handlerSlots;
    this.#wrappersOf = wrappersOf;
    this.#callersInSource = callersInSource;
  }

  /** It was on a stack below the handler of these scopes. */
  addSlots(known: KnownFunction, slots: Slots): void {
    const node = this.#node(known);
    if (node.isEverywhere) return;
    const all = union(node.slots, slots);
    if (all === node.slots) return;
    node.isEverywhere = all.length > MAX_SLOTS;
    node.slots = node.isEverywhere ? NO_SLOTS : all;
    this.changed();
  }

  addCall(caller: KnownFunction, callee: KnownFunction): void {
    const node = this.#node(callee);
    const { callers } = node;
    if (caller === callee || callers.length > MAX_CALLERS || callers.includes(caller.key)) return;
    this.#node(caller);
    node.callers = [...callers, caller.key];
    this.changed();
  }

  /** A dispatcher called it. */
  addMiddleware(known: KnownFunction): void {
    const node = this.#node(known);
    if (node.isMiddleware) return;
    node.isMiddleware = true;
    this.changed();
  }

  /** It passed a request on, which came to the handler of these scopes. */
  addPassed(known: KnownFunction, slots: Slots): void {
    const node = this.#node(known);
    const all = union(node.runsFor, slots);
    if (all === node.runsFor) return;
    node.runsFor = all;
    this.changed();
  }

  /** It passed a request on, which came to another function. */
  addPassedTo(known: KnownFunction, next: KnownFunction): void {
    const node = this.#node(known);
    if (node.leadsTo.length >= MAX_CALLERS || node.leadsTo.includes(next.key)) return;
    node.leadsTo = [...node.leadsTo, next.key];
    this.changed();
  }

  isMiddleware(key: string): boolean {
    return this.#nodes.peek(key)?.isMiddleware === true && this.#handlerSlots(key).length === 0;
  }

  /** Scopes that a middleware was seen to run for, as far as known. */
  runsFor(key: string): Slots {
    let slots = NO_SLOTS;
    const visited = new Set([key]);
    // What is added while it is walked is walked too.
    for (const one of visited) {
      const node = this.#nodes.peek(one);
      slots = union(slots, union(node?.runsFor ?? NO_SLOTS, this.#handlerSlots(one)));
      for (const next of node?.leadsTo ?? []) if (visited.size < MAX_VISITS) visited.add(next);
    }
    return slots;
  }

  /** The slot is another scope's from now on. */
  forget(slot: number): void {
    for (const node of this.#nodes.values()) {
      node.slots = without(node.slots, slot);
      node.runsFor = without(node.runsFor, slot);
    }
    this.changed();
  }

  /** Answers given so far no longer hold. */
  changed(): void {
    this.version += 1;
    if (this.#answers.size > 0) this.#answers.clear();
  }

  /** Who may have called it, through functions that it is written in and callers of callers; null if nobody is known. */
  callersOf(known: KnownFunction): Callers | null {
    const answer = this.#answers.get(known.key);
    if (answer !== undefined) return answer;
    const found: Found = { slots: new Set(), hasHandler: false, middleware: null, isEverywhere: false };
    const isKnown = this.#collect(known, found, new Set());
    const result = isKnown ? answerOf(found) : null;
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    this.#answers.set(known.key, result);
    return result;
  }

  #collect(known: KnownFunction, found: Found, visited: Set<string>): boolean {
    if (found.isEverywhere) return true;
    if (visited.has(known.key)) return false;
    visited.add(known.key);
    const registered = this.#handlerSlots(known.key);
    if (registered.length > 0) {
      found.hasHandler = true;
      addSlots(found, registered);
      const wrappers = this.#wrappersOf(known.key);
      if (wrappers !== null) this.#collectOthers(known, wrappers, found, visited);
      return true;
    }
    const node = this.#nodes.get(known.key);
    const isSeen = node !== undefined && this.#addSeen(node, found);
    if (visited.size > MAX_VISITS || (node !== undefined && node.callers.length > MAX_CALLERS)) {
      found.isEverywhere = true;
    }
    if (found.isEverywhere) return true;
    return this.#collectOutside(known, node, found, visited) || isSeen;
  }

  /** Who else of the app calls what a wrapper wraps; packages call it for the wrapper. */
  #collectOthers(
    known: KnownFunction,
    wrappers: readonly string[],
    found: Found,
    visited: Set<string>,
  ): void {
    for (const wrapper of wrappers) visited.add(wrapper);
    const learned = this.#nodes.get(known.key)?.callers ?? [];
    const callers = learned.flatMap((key) => this.#nodes.get(key)?.known ?? []);
    for (const caller of [...callers, ...this.#callersInSource(known)]) {
      // What is written in a wrapper works for it.
      const isWrappers = this.#around(caller).some(({ key }) => wrappers.includes(key));
      if (caller.kind === 'app' && !isWrappers) this.#collect(caller, found, visited);
    }
  }

  /**
   * A closure exists because the function around it was called: who did that is who it works for, and not who happened to
   * call the closure (a pool of connections calls those of all requests). Without such a function its callers count.
   */
  #collectOutside(
    known: KnownFunction,
    node: CallNode | undefined,
    found: Found,
    visited: Set<string>,
  ): boolean {
    for (const outer of this.#around(known)) {
      if (this.#collect(outer, found, visited)) return true;
    }
    let isKnown = false;
    for (const key of node?.callers ?? []) {
      const caller = this.#nodes.get(key)?.known;
      if (caller !== undefined && this.#collect(caller, found, visited)) isKnown = true;
    }
    for (const caller of this.#callersInSource(known)) {
      if (this.#collect(caller, found, visited)) isKnown = true;
    }
    return isKnown;
  }

  #addSeen(node: CallNode, found: Found): boolean {
    found.isEverywhere ||= node.isEverywhere;
    found.hasHandler ||= node.slots.length > 0;
    if (node.isMiddleware) {
      found.middleware ??= node.known;
      addSlots(found, this.runsFor(node.known.key));
    }
    return addSlots(found, node.slots) || node.isEverywhere || node.isMiddleware;
  }

  #node(known: KnownFunction): CallNode {
    let node = this.#nodes.get(known.key);
    if (node === undefined) {
      node = newNode(known);
      this.#nodes.set(known.key, node);
    }
    return node;
  }
}

/** One for all, because there may be thousands. */
const FROM_EVERYWHERE: Callers = { slots: NO_SLOTS, hasHandler: true, middleware: null, isEverywhere: true };

function answerOf(found: Found): Callers {
  if (found.isEverywhere) return FROM_EVERYWHERE;
  return { ...found, slots: [...found.slots].sort((a, b) => a - b) };
}

/** True if there were any. */
function addSlots(found: Found, slots: Slots): boolean {
  for (const slot of slots) found.slots.add(slot);
  return slots.length > 0;
}

const NO_KEYS: readonly string[] = Object.freeze([]);

function newNode(known: KnownFunction): CallNode {
  return {
    known,
    slots: NO_SLOTS,
    callers: NO_KEYS,
    isEverywhere: false,
    isMiddleware: false,
    runsFor: NO_SLOTS,
    leadsTo: NO_KEYS,
  };
}
