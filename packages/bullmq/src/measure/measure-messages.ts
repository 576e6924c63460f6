import type { FloorReading, SurvivingStacks } from '@leakguard/core/isolate';

/** Of a reason. */
const MOST_CHARACTERS = 200;

/**
 * What a meter in an isolate tells the feed in its parent. Room for more: a parent passes over what it does not know.
 */
export type MeterMessage =
  /** Live bytes between two jobs, and the jobs finished per name since the isolate began. */
  | {
      type: 'floor';
      reading: FloorReading;
      counts: [name: string, jobs: number][];
      /** Taken beyond the budget, because memory rises steeply. */
      beyondBudget?: boolean;
      /** Who allocated what stays, where the profiler was read. */
      survivors?: SurvivingStacks | null;
      /** The profiler was started, stopped or read since the floor before, which moves the next one. */
      disturbed?: boolean;
    }
  /** Something cannot be measured here. */
  | { type: 'lacks'; reason: string };

/** The message of a meter in what came from an isolate, or null. What a floor holds is checked by the guard. */
export function meterMessageIn(received: unknown): MeterMessage | null {
  try {
    const { type, reason } = received as { type?: unknown; reason?: unknown };
    if (type === 'lacks' && typeof reason === 'string')
      return { type, reason: reason.slice(0, MOST_CHARACTERS) };
    return type === 'floor' ? (received as MeterMessage) : null;
  } catch {
    return null;
  }
}
