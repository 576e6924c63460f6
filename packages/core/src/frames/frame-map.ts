import type { CapturedFunction, ProfiledFunction } from '../internal-types.ts';
import type { AllocationCandidate, Frame, SiteReport } from '../site-types.ts';
import { allocatingExpressions } from './allocating-expressions.ts';
import type { AppFiles } from './app-files.ts';
import { CallGraph } from './call-graph.ts';
import { Enclosing } from './enclosing.ts';
import { filePath, installedPackage, isNodes } from './file-path.ts';
import { functionKey, keyNumber } from './function-key.ts';
import { HandlerRegistry, type LocatedHandler } from './handler-registry.ts';
import { FunctionTable, type KnownFunction } from './known-function.ts';
import { Scripts } from './scripts.ts';
import { SharedSlotSets } from './shared-slot-sets.ts';
import type { Slots } from './slot-set.ts';
import { SourceCalls } from './source-calls.ts';
import { learnStack } from './stack-lessons.ts';
import type { StackPlace } from './stack-place.ts';
import { StackReader } from './stack-reader.ts';
import { stackNumber } from './stack-view.ts';
import { wrappedHandler } from './wrapped-handler.ts';
import { WrapperSource } from './wrapper-source.ts';

/** All that only carried requests is one site. */
const REQUESTS = keyNumber('requests');
/** Anywhere: a file's source map is read whole. */
const START = { line: 0, column: 0 };
/** Stacks that are learned from in one step. */
const STACKS_PER_STEP = 20;
/** Stacks of a read or two. */
const MAX_LEARNED = 5000;

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
 * without one on its stack is told by the functions it is written in, by who was seen to call it and by whose source does.
 * Everything here is bounded, and nothing throws.
 */
export class FrameMap {
  readonly #scripts: Scripts;
  readonly #table: FunctionTable;
  readonly #enclosing: Enclosing;
  readonly #registry = new HandlerRegistry();
  readonly #sourceCalls: SourceCalls;
  readonly #wrapperSource: WrapperSource;
  readonly #graph: CallGraph;
  readonly #reader: StackReader;
  readonly #sets = new SharedSlotSets();
  /** Answers for stacks, by their arrays; those of an older version of the graph are dropped. */
  #placed = new WeakMap<readonly ProfiledFunction[], StackPlace>();
  #placedAt = -1;
  /** Numbers of stacks that were learned from. */
  readonly #learned = new Set<number>();

  /** @param maxPauseMs that reading one source file may stop the program */
  constructor(files: AppFiles, maxPauseMs?: number) {
    this.#scripts = new Scripts(files, maxPauseMs);
    this.#table = new FunctionTable(files, this.#scripts);
    this.#enclosing = new Enclosing(this.#scripts, this.#table);
    this.#sourceCalls = new SourceCalls(this.#scripts, this.#table);
    this.#wrapperSource = new WrapperSource(this.#scripts);
    this.#graph = new CallGraph({
      around: (known) => this.#enclosing.around(known),
      handlerSlots: (key) => this.#registry.slotsOf(key),
      wrappersOf: (key) => (this.#registry.isWrapped(key) ? this.#registry.wrappersOf(key) : null),
      callersInSource: (known) => this.#sourceCalls.callersOf(known),
    });
    this.#reader = new StackReader(this.#registry, this.#graph, this.#enclosing);
  }

  /** These functions serve the scope of this slot, by where they start: their urls need not be known. */
  register(slot: number, handlers: readonly LocatedHandler[]): void {
    const isChanged = this.#registry.register(slot, handlers);
    if (this.#noteCalls() || isChanged) this.#changed();
  }

  /** The slot has no scope any more, or another one. */
  forget(slot: number): void {
    this.#registry.forget(slot);
    this.#graph.forget(slot);
    this.#changed();
  }

  /** Files whose functions are not known as they would take too long to parse, those found since the last time that this was asked. */
  takeUnparsed(): string[] {
    return this.#scripts.takeUnparsed();
  }

  /**
   * True where several scopes have handlers that start there: one factory or one wrapper made them, so that it is worth
   * looking at what they captured.
   */
  isShared(handler: ProfiledFunction): boolean {
    return this.#registry.slotsOf(functionKey(handler)).length > 1;
  }

  /** True as well where its source, once that is known, says that it calls what was handed to the function around it. */
  isWrapper(handler: ProfiledFunction): boolean {
    return this.isShared(handler) || this.#wrapperSource.isWrapper(this.#table.of(handler));
  }

  /** Whether every scope that has a handler is among these. */
  areAll(slots: readonly number[]): boolean {
    return this.#registry.all.every((slot) => slots.includes(slot));
  }

  /** Learns who calls whom from stacks and from sources. Give it all stacks of a read before placing them. */
  learn(stacks: readonly (readonly ProfiledFunction[])[]): void {
    const steps = this.learning(stacks);
    while (steps.next().done !== true);
  }

  /** The same in steps: a file, its source map, or some stacks. Placing and describing functions then needs no more than look-ups. */
  *learning(stacks: readonly (readonly ProfiledFunction[])[]): Generator<void, void> {
    for (const path of filesOf(stacks)) {
      if (this.#scripts.isRead(path)) continue;
      yield;
      this.#scripts.outline(path);
      if (installedPackage(path) !== null) continue;
      yield;
      this.#scripts.original(path, START);
    }
    for (let from = 0; from < stacks.length; from += STACKS_PER_STEP) {
      if (from > 0) yield;
      for (const stack of stacks.slice(from, from + STACKS_PER_STEP)) this.#learnStack(stack);
    }
    const isExplored = yield* this.#sourceCalls.explore();
    if (this.#noteCalls() || isExplored) this.#graph.changed();
  }

  /** Which functions that wrappers hold their source says that they call. */
  #noteCalls(): boolean {
    return this.#registry.noteCalls((fn: CapturedFunction) =>
      this.#wrapperSource.calls(this.#table.of(fn.holder), fn.variable),
    );
  }

  #learnStack(stack: readonly ProfiledFunction[]): void {
    const frames = this.#known(stack);
    const number = stackNumber(frames);
    // Most stacks of a read were there at the one before.
    if (this.#learned.has(number)) return;
    if (this.#learned.size >= MAX_LEARNED) this.#learned.clear();
    this.#learned.add(number);
    const view = this.#reader.view(frames);
    learnStack(view, this.#reader.slotsOnStack(view), this.#graph);
    for (const known of frames) this.#sourceCalls.note(known);
  }

  /** Whose a stack is, innermost function first. The same array is placed once until something is learned. */
  place(stack: readonly ProfiledFunction[]): StackPlace {
    if (this.#placedAt !== this.#graph.version) {
      this.#placed = new WeakMap();
      this.#sets.clear();
    }
    this.#placedAt = this.#graph.version;
    const known = this.#placed.get(stack);
    if (known !== undefined) return known;
    const view = this.#reader.view(this.#known(stack));
    const { role, slots } = this.#reader.role(view);
    const place = {
      role,
      slots: this.#sets.shared(slots),
      site: role === 'requests' ? REQUESTS : this.#reader.blamed(view).number,
    };
    this.#placed.set(stack, place);
    return place;
  }

  /** True for a stack of leakguard's own: what it holds is not the app's. Reads no source. */
  isOwn(stack: readonly ProfiledFunction[]): boolean {
    for (const profiled of stack) {
      const whose = this.#table.ownership(profiled);
      if (whose !== null && whose !== 'depends') return whose === 'own';
    }
    return false;
  }

  /** The functions to print for a stack. @param slot of the scope that is asked about: then no other's handler is named; null for any */
  describe(stack: readonly ProfiledFunction[], slot: number | null = null): StackDescription {
    const view = this.#reader.view(this.#known(stack));
    const { role, slots } = this.#reader.role(view);
    const kind = role === 'requests' || role === 'middleware' ? role : 'function';
    const allocating = this.#reader.allocating(view);
    const handler =
      view.handler >= 0
        ? wrappedHandler(view, this.#registry, this.#scripts, this.#wrapperSource)
        : (this.#reader.outer(view, kind) ??
          (slot === null || slots.includes(slot) ? this.#onlyHandler(slots) : undefined));
    return {
      entry: this.#frame(role === 'requests' ? allocating : this.#reader.entered(view)),
      allocating: this.#frame(allocating),
      handler: handler === undefined ? null : this.#frame(handler),
      kind,
    };
  }

  /** After an `await` no handler is on the stack; where one scope alone is possible, and it has one, that is it. */
  #onlyHandler(slots: Slots): KnownFunction | undefined {
    const handler = slots.length === 1 ? this.#registry.only(slots[0]!) : null;
    if (handler === null) return undefined;
    // As the source names it: V8 says `bound show`.
    const known = this.#table.of({ ...handler, name: '' });
    return known.path === null ? undefined : known;
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

  #known(stack: readonly ProfiledFunction[]): KnownFunction[] {
    return stack.map((profiled) => this.#table.of(profiled));
  }

  #frame(known: KnownFunction): Frame {
    return this.#table.frame(known, known.profiled.name === '' ? this.#enclosing.nameOf(known) : null);
  }
}

/** The files of functions, Node's own left out. */
function filesOf(stacks: readonly (readonly ProfiledFunction[])[]): Set<string> {
  const paths = new Set<string>();
  for (const { url } of new Set(stacks.flat())) {
    const path = isNodes(url) ? null : filePath(url);
    if (path !== null) paths.add(path);
  }
  return paths;
}
