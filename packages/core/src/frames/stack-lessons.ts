import type { CallGraph } from './call-graph.ts';
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

function learnMiddleware({ frames, handler }: StackView, slots: Slots, graph: CallGraph): void {
  for (let at = 0; at + 1 < frames.length; at++) {
    const frame = frames[at]!;
    if (at === handler || !isWork(frame) || frames[at + 1]!.kind !== 'dispatcher') continue;
    if (isRoute(frames, at + 1)) continue;
    graph.addMiddleware(frame, at > handler ? slots : NO_SLOTS);
  }
}
