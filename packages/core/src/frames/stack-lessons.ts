import type { CallGraph } from './call-graph.ts';
import type { KnownFunction } from './known-function.ts';
import { NO_SLOTS, type Slots } from './slot-set.ts';
import { isRoute, isWork, type StackView } from './stack-view.ts';

/**
 * Adds to the graph what one stack tells: who was called below the handler, who called whom, and which middleware led to
 * the handler.
 *
 * @param slots scopes of the handlers on the stack
 */
export function learnStack(view: StackView, slots: Slots, graph: CallGraph): void {
  learnCalls(view, slots, graph);
  learnMiddleware(view, slots, graph);
}

/** Calls across Node's own functions count, those across a dispatcher do not: it calls everybody. */
function learnCalls({ frames, handler }: StackView, slots: Slots, graph: CallGraph): void {
  let callee = -1;
  for (const [at, frame] of frames.entries()) {
    if (frame.kind === 'dispatcher') callee = -1;
    if (!isWork(frame) && at !== handler) continue;
    if (at < handler) graph.addSlots(frame, slots);
    if (callee >= 0) graph.addCall(frame, frames[callee]!);
    callee = at;
  }
}

/** A function right inside of a dispatcher is what a request came to; one right outside has passed it on. */
function learnMiddleware({ frames, handler }: StackView, slots: Slots, graph: CallGraph): void {
  let inner: KnownFunction | null = null;
  for (const [at, frame] of frames.entries()) {
    if (!isWork(frame)) continue;
    const isCalled = frames[at + 1]?.kind === 'dispatcher';
    if (isCalled && at !== handler && !isRoute(frames, at + 1)) graph.addMiddleware(frame);
    if (frames[at - 1]?.kind === 'dispatcher')
      learnPassed(frame, inner, at > handler ? slots : NO_SLOTS, graph);
    if (isCalled) inner = frame;
  }
}

function learnPassed(
  frame: KnownFunction,
  inner: KnownFunction | null,
  slots: Slots,
  graph: CallGraph,
): void {
  if (slots.length > 0) graph.addPassed(frame, slots);
  else if (inner !== null) graph.addPassedTo(frame, inner);
}
