/** What comes before this many units is left out, or before this time where traffic is thin: the steepest warm-up. */
const WARM_UP_UNITS = 3000;
const WARM_UP_MS = 60_000;

/** Whether a process has done enough, or run long enough, for what its memory does to be looked at. */
export function isSettled(units: number, uptimeMs: number): boolean {
  return units >= WARM_UP_UNITS || uptimeMs >= WARM_UP_MS;
}
