import type { ProfiledFunction } from '../internal-types.ts';
import type { AllocationCandidate, Frame, SiteReport } from '../site-types.ts';
import { allocatingExpressions } from './allocating-expressions.ts';
import type { AppFiles } from './app-files.ts';
import { type Callers, CallGraph } from './call-graph.ts';
import { Enclosing } from './enclosing.ts';
import { functionKey, keyNumber } from './function-key.ts';
import { HandlerRegistry } from './handler-registry.ts';
import { FunctionTable, type KnownFunction } from './known-function.ts';
import { Scripts } from './scripts.ts';
import { intersection, NO_SLOTS, type Slots, union } from './slot-set.ts';
import { learnStack } from './stack-lessons.ts';
import type { StackPlace } from './stack-place.ts';
import { isRoute, isWork, type StackView, viewStack } from './stack-view.ts';
import { wrappedHandler } from './wrapped-handler.ts';

/** All that only carried requests is one site. */
const REQUESTS = keyNumber('requests');
/** Node's files whose objects are those of requests and connections. */
const CARRIES_REQUESTS =
  /^node:(?:_http|http|https|_tls|tls|net|stream|internal\/(?:http|tls|streams|stream_base))/;

/** Stacks of several reads, 8 bytes each. */
const MAX_LEARNED = 20_000;

/** The functions that a stack is told by. */
export interface StackDescription {
  entry: Frame;
  allocating: Frame;
  /** Of `kind` `middleware`: the middleware. */
  handler: Frame | null;
  kind: SiteReport['kind'];
}

/**
 * From V8's stacks to the app's scopes and its source. Handlers are told by where they start; what runs after an `await`
 * without one on its stack is told by the functions it is written in and by who was seen to call it. Everything here is
 * bounded, and nothing throws.
 */
export class FrameMap {
  readonly #scripts: Scripts;
  readonly #table: FunctionTable;
  readonly #enclosing: Enclosing;
  readonly #registry = new HandlerRegistry();
  readonly #graph: CallGraph;
  /** Answers for stacks, by their arrays; those of an older version of the graph are dropped. */
  #placed = new WeakMap<readonly ProfiledFunction[], StackPlace>();
  #placedAt = -1;
  /** Numbers of stacks that were learned from. */
  readonly #learned = new Set<number>();
  readonly #isHandler = (key: string): boolean => this.#registry.slotsOf(key).length > 0;

  constructor(files: AppFiles) {
    this.#scripts = new Scripts(files);
    this.#table = new FunctionTable(files, this.#scripts);
    this.#enclosing = new Enclosing(this.#scripts, this.#table);
    this.#graph = new CallGraph(
      (known) => this.#enclosing.around(known),
      (key) => this.#registry.slotsOf(key),
    );
  }

  /** These functions serve the scope of this slot; functions that only pass requests on are left out. */
  register(slot: number, handlers: readonly ProfiledFunction[]): void {
    const own = handlers.map((handler) => this.#table.of(handler)).filter(serves);
    if (
      this.#registry.register(
        slot,
        own.map(({ key }) => key),
      )
    )
      this.#changed();
  }

  /** The slot has no scope any more, or another one. */
  forget(slot: number): void {
    this.#registry.forget(slot);
    this.#graph.forget(slot);
    this.#changed();
  }

  /** True where several scopes have handlers that start there: one factory or one wrapper made them. */
  isShared(handler: ProfiledFunction): boolean {
    return this.#registry.slotsOf(functionKey(handler)).length > 1;
  }

  /** Learns who calls whom. Give it all stacks of a read before placing them. */
  learn(stacks: Iterable<readonly ProfiledFunction[]>): void {
    for (const stack of stacks) {
      const view = this.#view(stack);
      const number = stackNumber(view.frames);
      // Most stacks of a read were there at the one before.
      if (this.#learned.has(number)) continue;
      if (this.#learned.size >= MAX_LEARNED) this.#learned.clear();
      this.#learned.add(number);
      learnStack(view, this.#slotsOnStack(view), this.#graph);
    }
  }

  /** Whose a stack is, innermost function first. The same array is placed once until something is learned. */
  place(stack: readonly ProfiledFunction[]): StackPlace {
    if (this.#placedAt !== this.#graph.version) this.#placed = new WeakMap();
    this.#placedAt = this.#graph.version;
    const known = this.#placed.get(stack);
    if (known !== undefined) return known;
    const view = this.#view(stack);
    const { role, slots } = this.#role(view);
    const place = { role, slots, site: role === 'requests' ? REQUESTS : this.#blamed(view).number };
    this.#placed.set(stack, place);
    return place;
  }

  /** The functions to print for a stack. */
  describe(stack: readonly ProfiledFunction[]): StackDescription {
    const view = this.#view(stack);
    const { role } = this.#role(view);
    const allocating = innermost(view) ?? view.frames[0];
    return {
      entry: this.#frame(role === 'requests' ? allocating : this.#blamed(view)),
      allocating: this.#frame(allocating),
      handler: this.#handlerFrame(view, role),
      kind: role === 'requests' || role === 'middleware' ? role : 'function',
    };
  }

  /** What a function's source says it may allocate or keep, likeliest first; at most five. */
  lines(profiled: ProfiledFunction): AllocationCandidate[] {
    return allocatingExpressions(this.#table.of(profiled), this.#scripts);
  }

  frame(profiled: ProfiledFunction): Frame {
    return this.#frame(this.#table.of(profiled));
  }

  /** What stacks tell depends on the handlers that are known. */
  #changed(): void {
    this.#learned.clear();
    this.#graph.changed();
  }

  #view(stack: readonly ProfiledFunction[]): StackView {
    return viewStack(
      stack.map((profiled) => this.#table.of(profiled)),
      this.#isHandler,
    );
  }

  #role(view: StackView): { role: StackPlace['role']; slots: Slots } {
    if (view.handler >= 0) return { role: 'handler', slots: this.#slotsOnStack(view) };
    const work = view.frames.slice(0, view.own).filter(isWork);
    if (work.length === 0) return { role: carriesRequests(view) ? 'requests' : 'unknown', slots: NO_SLOTS };
    const inside = this.#slotsInside(work);
    if (inside.length > 0) return { role: 'handler', slots: inside };
    if (view.dispatcher >= 0) return this.#dispatched(view, work.at(-1)!);
    return this.#called(work);
  }

  /** One request runs below all handlers of a stack, so that it is of a scope that they all serve. */
  #slotsOnStack({ frames, handler }: StackView): Slots {
    if (handler < 0) return NO_SLOTS;
    let slots = this.#registry.slotsOf(frames[handler]!.key);
    for (let at = handler + 1; at < frames.length && slots.length > 1; at++) {
      const both = intersection(slots, this.#registry.slotsOf(frames[at]!.key));
      if (both.length > 0) slots = both;
    }
    return slots;
  }

  /** Scopes in whose handlers one of these functions is written. */
  #slotsInside(work: readonly KnownFunction[]): Slots {
    for (const known of work) {
      const outer = this.#enclosing.around(known).find(({ key }) => this.#isHandler(key));
      if (outer !== undefined) return this.#registry.slotsOf(outer.key);
    }
    return NO_SLOTS;
  }

  /** Called by a dispatcher and no handler: a middleware, or the handler of a route that nobody registered. */
  #dispatched(view: StackView, outermost: KnownFunction): { role: StackPlace['role']; slots: Slots } {
    if (isRoute(view.frames, view.dispatcher)) return { role: 'unknown', slots: NO_SLOTS };
    return { role: 'middleware', slots: this.#graph.runsFor(outermost.key) };
  }

  /** Resumed after an `await`, or called back: the outermost function tells most, others may narrow it down. */
  #called(work: readonly KnownFunction[]): { role: StackPlace['role']; slots: Slots } {
    let callers: Callers | null = null;
    for (const known of work.toReversed()) callers = narrowed(callers, this.#graph.callersOf(known));
    if (callers === null) return { role: 'unknown', slots: NO_SLOTS };
    const slots = callers.isEverywhere ? this.#registry.all : callers.slots;
    const isMiddlewares = callers.middleware !== null && !callers.hasHandler && !callers.isEverywhere;
    if (isMiddlewares) return { role: 'middleware', slots };
    return { role: slots.length > 0 ? 'learned' : 'unknown', slots };
  }

  /** Of a stack that is a middleware's: called by a dispatcher, or later through functions that are known. */
  #middleware({ dispatcher }: StackView, work: readonly KnownFunction[]): KnownFunction {
    const outermost = work.at(-1) ?? NOBODY;
    return dispatcher >= 0 ? outermost : (this.#graph.callersOf(outermost)?.middleware ?? outermost);
  }

  /** The package's function that was called, or else the app's that allocates. */
  #blamed(view: StackView): KnownFunction {
    const own = view.frames.slice(0, view.own);
    const blamed =
      own.findLast(({ kind }) => kind === 'package') ??
      own.find(({ kind }) => kind === 'app') ??
      own.findLast(({ kind }) => kind === 'tracer') ??
      (view.own === view.handler ? view.frames[view.handler] : undefined) ??
      innermost(view) ??
      view.frames[0];
    return blamed === undefined ? NOBODY : this.#enclosing.owner(blamed, this.#isHandler);
  }

  #handlerFrame(view: StackView, role: StackPlace['role']): Frame | null {
    const work = view.frames.slice(0, view.own).filter(isWork);
    if (view.handler >= 0) return this.#frame(wrappedHandler(view, this.#registry, this.#scripts));
    if (role === 'middleware') return this.#frame(this.#middleware(view, work));
    for (const known of work) {
      const outer = this.#enclosing.around(known).find(({ key }) => this.#isHandler(key));
      if (outer !== undefined) return this.#frame(outer);
    }
    return null;
  }

  #frame(known: KnownFunction | undefined): Frame {
    const shown = known ?? NOBODY;
    return this.#table.frame(shown, shown.profiled.name === '' ? this.#enclosing.nameOf(shown) : null);
  }
}

/** Stands for the allocating function of an empty stack. */
const NOBODY: KnownFunction = {
  key: '',
  number: keyNumber(''),
  profiled: { name: '', scriptId: 0, url: '', line: -1, column: -1 },
  kind: 'native',
  path: null,
  original: null,
  package: null,
};

/** A router handed in as a handler is on the stack of every request. */
function serves({ kind }: KnownFunction): boolean {
  return kind !== 'dispatcher' && kind !== 'native' && kind !== 'node';
}

function innermost({ frames }: StackView): KnownFunction | undefined {
  return frames.find(({ kind }) => kind !== 'native' && kind !== 'node');
}

function carriesRequests({ frames }: StackView): boolean {
  return frames.some(
    ({ kind, profiled }) =>
      kind === 'dispatcher' ||
      kind === 'framework' ||
      (kind === 'node' && CARRIES_REQUESTS.test(profiled.url)),
  );
}

function stackNumber(frames: readonly KnownFunction[]): number {
  let [high, low] = [0, 0];
  for (const { number } of frames) {
    low = Math.imul(low ^ (number | 0), 2654435761);
    high = Math.imul(high ^ (number / 4096) ^ (low >>> 15), 1597334677);
  }
  return 2097152 * (high >>> 0) + (low & 2097151);
}

function narrowed(known: Callers | null, more: Callers | null): Callers | null {
  if (known === null || more === null) return known ?? more;
  if (more.isEverywhere) return known;
  if (known.isEverywhere) return more;
  const both = intersection(known.slots, more.slots);
  const slots = both.length > 0 ? both : union(known.slots, more.slots);
  return { ...known, slots };
}
