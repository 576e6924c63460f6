import type { SiteReport } from '../site-types.ts';
import type { Callers, CallGraph } from './call-graph.ts';
import type { Enclosing } from './enclosing.ts';
import { keyNumber } from './function-key.ts';
import type { HandlerRegistry } from './handler-registry.ts';
import type { KnownFunction } from './known-function.ts';
import { intersection, NO_SLOTS, type Slots, union } from './slot-set.ts';
import type { StackPlace } from './stack-place.ts';
import { isHandler, isRoute, isWork, type StackView, viewStack } from './stack-view.ts';

/** Node's files whose objects are those of requests and connections. */
const CARRIES_REQUESTS =
  /^node:(?:_http|http|https|_tls|tls|net|stream|internal\/(?:http|tls|streams|stream_base))/;

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

type Role = Pick<StackPlace, 'role' | 'slots'>;

/** Reads from stacks whose they are, and which function to blame. */
export class StackReader {
  readonly #registry: HandlerRegistry;
  readonly #graph: CallGraph;
  readonly #enclosing: Enclosing;
  readonly #isHandler = (known: KnownFunction): boolean => isHandler(known, this.#registry);

  constructor(registry: HandlerRegistry, graph: CallGraph, enclosing: Enclosing) {
    this.#registry = registry;
    this.#graph = graph;
    this.#enclosing = enclosing;
  }

  view(frames: readonly KnownFunction[]): StackView {
    return viewStack(frames, this.#isHandler);
  }

  role(view: StackView): Role {
    if (view.handler >= 0) return this.#handled(view);
    const work = workOf(view);
    if (work.length === 0) return { role: carriesRequests(view) ? 'requests' : 'unknown', slots: NO_SLOTS };
    const inside = this.#handlerAround(work);
    if (inside !== undefined) return { role: 'handler', slots: this.#registry.slotsOf(inside.key) };
    if (view.dispatcher >= 0) return this.#dispatched(view, work.at(-1)!);
    return this.#called(work);
  }

  /**
   * One request runs below all handlers of a stack, so that it is of a scope that they all serve. Where there is none, a
   * dispatcher in between has sent it on to another scope, the inner one's; without a dispatcher the outer handler called
   * what also serves others.
   */
  slotsOnStack({ frames, handler }: StackView): Slots {
    if (handler < 0) return NO_SLOTS;
    let slots = this.#registry.slotsOf(frames[handler]!.key);
    let isSentOn = false;
    for (let at = handler + 1; at < frames.length; at++) {
      const frame = frames[at]!;
      if (frame.kind === 'dispatcher') isSentOn = true;
      if (!this.#isHandler(frame)) continue;
      const outer = this.#registry.slotsOf(frame.key);
      const both = intersection(slots, outer);
      if (both.length > 0) slots = both;
      else if (!isSentOn) slots = outer;
    }
    return slots;
  }

  /** The package's function that was called, or else the app's that allocates; a callback's is the one around it. */
  blamed(view: StackView): KnownFunction {
    const own = view.frames.slice(0, view.own);
    const blamed =
      own.findLast(({ kind }) => kind === 'package') ??
      own.find(({ kind }) => kind === 'app') ??
      own.findLast(({ kind }) => kind === 'tracer') ??
      (view.own === view.handler ? view.frames[view.handler] : undefined) ??
      this.allocating(view);
    return this.#enclosing.owner(blamed, this.#isHandler);
  }

  /** What the handler called: the outermost function of a package, or else of the app; the handler where it called nothing. */
  entered(view: StackView): KnownFunction {
    const own = view.frames.slice(0, view.own);
    const called =
      own.findLast(({ kind }) => kind === 'package') ?? own.findLast(({ kind }) => kind === 'app');
    return called === undefined ? this.blamed(view) : this.#enclosing.owner(called, this.#isHandler);
  }

  /** The innermost function that is not Node's; Node's where there is no other. */
  allocating({ frames }: StackView): KnownFunction {
    return frames.find(({ kind }) => kind !== 'native' && kind !== 'node') ?? frames[0] ?? NOBODY;
  }

  /** The handler that the code of a stack is written in, or the middleware that it works for; undefined without one. */
  outer(view: StackView, kind: SiteReport['kind']): KnownFunction | undefined {
    const work = workOf(view);
    if (kind !== 'middleware') return this.#handlerAround(work);
    const outermost = work.at(-1);
    if (outermost === undefined || view.dispatcher >= 0) return outermost;
    return this.#graph.callersOf(outermost)?.middleware ?? outermost;
  }

  /** What a wrapper wraps may be called by others, too: after an `await` the stack does not tell by whom. */
  #handled(view: StackView): Role {
    const slots = this.slotsOnStack(view);
    const isSure = view.frames.some(
      (frame) => this.#isHandler(frame) && !this.#registry.isWrapped(frame.key),
    );
    const callers = isSure ? null : this.#graph.callersOf(view.frames[view.handler]!);
    if (callers === null) return { role: 'handler', slots };
    const all = callers.isEverywhere ? this.#registry.all : union(slots, callers.slots);
    return { role: all.length > slots.length ? 'learned' : 'handler', slots: all };
  }

  #handlerAround(work: readonly KnownFunction[]): KnownFunction | undefined {
    for (const known of work) {
      const outer = this.#enclosing.around(known).find(this.#isHandler);
      if (outer !== undefined) return outer;
    }
    return undefined;
  }

  /** Called by a dispatcher and no handler: a middleware, or the handler of a route that nobody registered. */
  #dispatched(view: StackView, outermost: KnownFunction): Role {
    if (isRoute(view.frames, view.dispatcher)) return { role: 'unknown', slots: NO_SLOTS };
    return { role: 'middleware', slots: this.#graph.runsFor(outermost.key) };
  }

  /** Resumed after an `await`, or called back: the outermost function tells most, others may narrow it down. */
  #called(work: readonly KnownFunction[]): Role {
    let callers: Callers | null = null;
    for (const known of work.toReversed()) callers = narrowed(callers, this.#graph.callersOf(known));
    if (callers === null) return { role: 'unknown', slots: NO_SLOTS };
    const slots = callers.isEverywhere ? this.#registry.all : callers.slots;
    const isMiddlewares = callers.middleware !== null && !callers.hasHandler && !callers.isEverywhere;
    if (isMiddlewares) return { role: 'middleware', slots };
    return { role: slots.length > 0 ? 'learned' : 'unknown', slots };
  }
}

function workOf({ frames, own }: StackView): KnownFunction[] {
  return frames.slice(0, own).filter(isWork);
}

function carriesRequests({ frames }: StackView): boolean {
  return frames.some(
    ({ kind, profiled }) =>
      kind === 'dispatcher' ||
      kind === 'framework' ||
      (kind === 'node' && CARRIES_REQUESTS.test(profiled.url)),
  );
}

function narrowed(known: Callers | null, more: Callers | null): Callers | null {
  if (known === null || more === null) return known ?? more;
  if (more.isEverywhere) return known;
  if (known.isEverywhere) return more;
  const both = intersection(known.slots, more.slots);
  return { ...known, slots: both.length > 0 ? both : union(known.slots, more.slots) };
}
