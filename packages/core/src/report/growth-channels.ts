import { type Channel, channel } from 'node:diagnostics_channel';
import type { GrowthLogLine } from './growth-log-line.ts';

type Event = GrowthLogLine['event'];

/** Named channels of `node:diagnostics_channel`; a notice is for the operator and has none. */
const CHANNELS: Readonly<Partial<Record<Event, Channel>>> = {
  growth: channel('leakguard:growth'),
  leak: channel('leakguard:leak'),
  cleared: channel('leakguard:cleared'),
  spike: channel('leakguard:spike'),
  memory: channel('leakguard:memory'),
  recycle: channel('leakguard:recycle'),
  audit: channel('leakguard:audit'),
  snapshot: channel('leakguard:snapshot'),
};

/** Whether anybody would get a line of this event. */
export function isObserved(event: Event): boolean {
  return CHANNELS[event]?.hasSubscribers === true;
}

/**
 * Hands a line to the subscribers of its channel. One that throws is Node's affair: it becomes an uncaught exception in
 * the next tick, not an error of this call.
 */
export function publish(line: GrowthLogLine): void {
  if (isObserved(line.event)) CHANNELS[line.event]?.publish(line);
}
