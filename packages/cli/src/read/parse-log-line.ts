import { isFields, KNOWN_EVENTS, type LogEvent, logEvent } from './log-event.ts';
import type { Line } from './split-lines.ts';

/** Why a line was not understood. */
export type Damage = 'not JSON' | 'too long' | 'unfinished last line' | 'unexpected shape';

/** What a line of a growth log is. */
export type ParsedLine =
  | { type: 'event'; event: LogEvent }
  | { type: 'damaged'; damage: Damage }
  /** Valid JSON of other software that shares the log. */
  | { type: 'other' }
  /** Ours, of a version after 1. */
  | { type: 'newer' }
  /** Ours, of an event that this version does not read. */
  | { type: 'unknown'; event: string }
  | { type: 'empty' };

/** Reads one line. Ours are objects with a version `v` from 1 and an `event`; nothing here throws. */
export function parseLogLine({ text, ended }: Line): ParsedLine {
  if (text === null) return { type: 'damaged', damage: 'too long' };
  if (text.trim() === '') return { type: 'empty' };
  const value = parsed(text);
  if (value === undefined) return { type: 'damaged', damage: ended ? 'not JSON' : 'unfinished last line' };
  if (!isFields(value) || typeof value.event !== 'string' || !isVersion(value.v)) return { type: 'other' };
  if (value.v > 1) return { type: 'newer' };
  if (!KNOWN_EVENTS.includes(value.event)) return { type: 'unknown', event: value.event.slice(0, 64) };
  const event = logEvent(value);
  return event === null ? { type: 'damaged', damage: 'unexpected shape' } : { type: 'event', event };
}

function isVersion(value: unknown): value is number {
  return typeof value === 'number' && value >= 1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
