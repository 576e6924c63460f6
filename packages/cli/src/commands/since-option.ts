import { InvalidArgumentError } from 'commander';
import ms, { type StringValue } from 'ms';

const DURATION = /^\d+(\.\d+)?\s*[a-z]+$/i;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const HAS_ZONE = /(Z|[+-]\d{2}:?\d{2})$/;

/**
 * Epoch milliseconds of `--since`: an ISO 8601 time (UTC where it names no zone, as all times of a growth log are), or a duration before `now`.
 *
 * @param now epoch milliseconds
 * @throws InvalidArgumentError for anything else
 */
export function parseSince(value: string, now: number): number {
  const time = DURATION.test(value) ? now - (ms(value as StringValue) ?? Number.NaN) : isoTime(value);
  if (Number.isFinite(time) && Math.abs(time) <= MAX_TIME) return time;
  throw new InvalidArgumentError(
    "Expected an ISO 8601 time such as 2026-11-22T14:00Z or a duration such as '90s', '30m', '2h' or '7d'.",
  );
}

/** Largest time of a Date, ECMA-262 section 21.4.1.1. */
const MAX_TIME = 8.64e15;

function isoTime(value: string): number {
  if (!ISO_TIME.test(value)) return Number.NaN;
  const isLocal = value.includes('T') && !HAS_ZONE.test(value);
  return Date.parse(isLocal ? `${value}Z` : value);
}
