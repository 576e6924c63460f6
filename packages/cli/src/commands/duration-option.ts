import { InvalidArgumentError } from 'commander';
import ms, { type StringValue } from 'ms';

const DURATION = /^\d+(\.\d+)?\s*[a-z]+$/i;
/** Longest delay of a timer of Node's. */
const MAX_MS = 2 ** 31 - 1;

/**
 * Milliseconds of a duration with its unit: `500ms`, `90s`, `10m`, `2h`.
 *
 * @throws InvalidArgumentError for anything else, and for more than a timer can wait
 */
export function parseDuration(value: string): number {
  const duration = DURATION.test(value) ? Math.round(ms(value as StringValue) ?? Number.NaN) : Number.NaN;
  if (duration >= 1 && duration <= MAX_MS) return duration;
  throw new InvalidArgumentError(
    "Expected a duration with its unit, such as '500ms', '90s' or '10m', of at most 24 days.",
  );
}
