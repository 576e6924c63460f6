import { EventEmitter } from 'node:events';
import { contained } from '../contain.ts';
import { scopeName } from './scope-name.ts';

/** A count of the process. */
export interface Count {
  name: string;
  value: number;
}

/** Events of one emitter that are told apart, those with most listeners. */
const MAX_EVENTS = 4;

/** From so many listeners on Node warns of a leak; fewer of one event are in the sum alone. */
const MANY = 10;

/** Event names looked at; where they are made of ids there may be any number, and their sum tells of it. */
const MAX_NAMES = 1000;

/** How many listeners an emitter has: all of them, and of each event that has many. */
export function listenerCounts(emitter: EventEmitter, name: string): Count[] {
  const names = contained(() => EventEmitter.prototype.eventNames.call(emitter), []);
  const events = names.slice(0, MAX_NAMES).map((event) => ({
    name: `listeners ${typeof event === 'string' ? `'${scopeName(event)}'` : scopeName(event)} on ${name}`,
    value: contained(() => EventEmitter.prototype.listenerCount.call(emitter, event), 0),
  }));
  const many = events.filter(({ value }) => value >= MANY).sort((a, b) => b.value - a.value);
  // Beyond the names that are looked at, each has one listener at least.
  const all = events.reduce((sum, { value }) => sum + value, Math.max(0, names.length - MAX_NAMES));
  return [{ name: `listeners on ${name}`, value: all }, ...many.slice(0, MAX_EVENTS)];
}
