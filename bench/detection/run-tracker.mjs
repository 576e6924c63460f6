import { GrowthTracker } from '../../packages/core/dist/decide/growth-tracker.js';
import { growthThresholds } from '../../packages/core/dist/decide/thresholds.js';
import { BACKGROUND, FIRST_SCOPE, sourceAmounts } from '../../packages/core/dist/measure/floor.js';

const WARM_UP_UNITS = 3000;

/** The tracker's answer with its sources as routes; every request is -2 and the background -1. */
function inRoutes(growth, totalUnits) {
  const route = (source) => source - FIRST_SCOPE;
  const credible = growth.credible.map((candidate) => ({ ...candidate, source: route(candidate.source) }));
  return { ...growth, source: route(growth.source), credible, totalUnits };
}

/**
 * Runs the product's own tracker over generated rows, without the thresholds that depend on the heap limit.
 *
 * @returns {{ first: object | null, last: object | null, leaking: Set<number> }} growth at the first call and at the end, and who was ever `leaking`
 */
export function runTracker(rows) {
  const tracker = new GrowthTracker(
    growthThresholds({ minBytesPerUnit: 128, minTotalBytes: 1 << 20, heapLimitBytes: 2 ** 31, prove: true }),
    new Set([BACKGROUND]),
  );
  const leaking = new Set();
  let first = null;
  let last = null;
  for (const { units, timeMs, heapBytes, inFlight } of rows) {
    const totalUnits = units.reduce((a, b) => a + b, 0);
    if (totalUnits < WARM_UP_UNITS) continue;
    const sources = sourceAmounts({ units, totalUnits, inFlight }, timeMs);
    tracker.push({ value: heapBytes, sources, inFlight, totalUnits }, timeMs);
    last = tracker.growth === null ? null : inRoutes(tracker.growth, totalUnits);
    first ??= last;
    if (last?.verdict === 'leaking') leaking.add(last.source);
  }
  return { first, last, leaking };
}
