import type { HandlerRegistry } from './handler-registry.ts';
import type { KnownFunction } from './known-function.ts';

/** A stack as it is read for who allocated; frames innermost first. */
export interface StackView {
  readonly frames: readonly KnownFunction[];
  /** Index of the innermost registered handler, -1 without one. */
  readonly handler: number;
  /**
   * How many frames, from the innermost on, belong to one call of the framework: up to the handler or to the last function
   * that passed the request on, whichever comes first.
   */
  readonly own: number;
  /** Index of the innermost function that passed the request on, -1 without one. */
  readonly dispatcher: number;
}

/** Finds the handler and the dispatcher of a stack. */
export function viewStack(
  frames: readonly KnownFunction[],
  serves: (known: KnownFunction) => boolean,
): StackView {
  const handler = frames.findIndex(serves);
  const dispatcher = frames.findIndex(({ kind }) => kind === 'dispatcher');
  const ends = [handler, dispatcher].filter((index) => index >= 0);
  return { frames, handler, dispatcher, own: Math.min(frames.length, ...ends) };
}

/** True for a registered handler. A router that was registered as one is on the stack of every request. */
export function isHandler({ kind, key }: KnownFunction, registry: HandlerRegistry): boolean {
  if (kind === 'native' || kind === 'node' || kind === 'dispatcher') return false;
  return registry.slotsOf(key).length > 0;
}

/** A number for a stack, the same for the same functions. */
export function stackNumber(frames: readonly KnownFunction[]): number {
  let [high, low] = [0, 0];
  for (const { number } of frames) {
    low = Math.imul(low ^ (number | 0), 2654435761);
    high = Math.imul(high ^ (number / 4096) ^ (low >>> 15), 1597334677);
  }
  return 2097152 * (high >>> 0) + (low & 2097151);
}

/** True for code that somebody wrote to do something: the app's, a package's or a tracer's. */
export function isWork({ kind }: KnownFunction): boolean {
  return kind === 'app' || kind === 'package' || kind === 'tracer';
}

/** The framework's functions that hand on one request, right outside of what they called. */
export function isRoute(frames: readonly KnownFunction[], dispatcher: number): boolean {
  for (let at = dispatcher; at < frames.length && !isWork(frames[at]!); at++) {
    const { kind, package: from } = frames[at]!;
    if (kind !== 'dispatcher' || from === null) continue;
    // Routes of Express have a file of their own; a router of Koa calls middleware and handlers alike.
    if (/(?:^|\/)route\.[cm]?js$/.test(from.file) || /^(?:@koa\/router|koa-router)$/.test(from.name))
      return true;
  }
  return false;
}
