import type { FloorReading } from '@leakguard/core/isolate';

/**
 * What a meter in an isolate tells the feed in its parent.
 *
 * Room for more: a floor may one day carry, by name, where what stayed was allocated. A parent passes over what it does not know.
 */
export type MeterMessage =
  /** Live bytes between two jobs, and the jobs finished per name since the isolate began. */
  | { type: 'floor'; reading: FloorReading; counts: [name: string, jobs: number][] }
  /** Something cannot be measured here. */
  | { type: 'lacks'; reason: string };

/** The message of a meter in what came from an isolate, or null. */
export function meterMessageIn(received: unknown): MeterMessage | null {
  const type = (received as { type?: unknown } | null | undefined)?.type;
  return type === 'floor' || type === 'lacks' ? (received as MeterMessage) : null;
}
