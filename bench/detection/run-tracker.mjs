import { GrowthTracker } from '../../packages/core/dist/decide/growth-tracker.js';
import { growthThresholds } from '../../packages/core/dist/decide/thresholds.js';

const WARM_UP_UNITS = 3000;

/** Runs the product's own tracker over generated rows; the sources are the routes, every request, and seconds. */
export function runTracker(rows) {
  const routes = rows[0].units.length;
  const tracker = new GrowthTracker(
    growthThresholds({ minBytesPerUnit: 128, minTotalBytes: 1 << 20, heapLimitBytes: 2 ** 31, prove: true }),
    new Set([routes + 1]),
  );
  const result = { everLeaking: false, everGrowing: false, first: null, last: null };
  for (const row of rows) {
    const totalUnits = row.units.reduce((a, b) => a + b, 0);
    if (totalUnits < WARM_UP_UNITS) continue;
    const sources = Float64Array.from([...row.units, totalUnits, row.timeMs / 1000]);
    tracker.push({ value: row.heapBytes, sources, inFlight: row.inFlight, totalUnits }, row.timeMs);
    if (tracker.growth === null) continue;
    result.everGrowing = true;
    result.first ??= { growth: tracker.growth, totalUnits };
    if (tracker.growth.verdict === 'leaking') result.everLeaking ??= totalUnits;
    if (tracker.growth.verdict === 'leaking' && !result.everLeaking) result.everLeaking = totalUnits;
  }
  result.last = tracker.growth;
  return result;
}
