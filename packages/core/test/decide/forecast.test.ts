import { describe, expect, it } from 'vitest';
import { forecastCrossing } from '../../src/decide/forecast.ts';
import { HeapForecaster } from '../../src/decide/heap-forecast.ts';
import { FloorHistory, type FloorRow } from '../../src/measure/floor-history.ts';
import { normal, seededRandom } from '../attribute/generated-rows.ts';

const MB = 1e6;

interface World {
  rows: number;
  leak: number;
  white: number;
  walk: number;
  /** Row at which the leak begins. */
  onset?: number;
  limit: number;
}

/** Floors of a leaking process, one a minute, and when its live heap really reaches the limit; null if not in 20,000 minutes. */
function leaking({ rows, leak, white, walk, onset = 0, limit }: World, seed: number) {
  const random = seededRandom(seed);
  const floors: FloorRow[] = [];
  let level = 40 * MB;
  for (let minute = 0; minute < 20_000; minute += 1) {
    level += (minute < onset ? 0 : leak) + walk * normal(random);
    if (minute < rows) floors.push({ timeMs: minute * 60_000, value: level + white * normal(random) });
    else if (level >= limit) return { floors, inMs: (minute - rows + 1) * 60_000 };
  }
  return { floors, inMs: null };
}

/** In how many of 100 worlds of exact seeds the interval holds the truth, and the median of its half width over the truth. */
function coverage(world: World, confidence: number) {
  let covered = 0;
  const widths: number[] = [];
  for (let seed = 1; seed <= 100; seed += 1) {
    const { floors, inMs } = leaking(world, seed);
    const found = forecastCrossing(floors, world.limit, floors.at(-1)!.timeMs, confidence);
    if (found === null || inMs === null) continue;
    const [low, high] = found.intervalMs;
    // The truth is known to a minute.
    if (low - 60_000 <= inMs && inMs <= high + 60_000) covered += 1;
    widths.push((high - low) / 2 / inMs);
  }
  widths.sort((a, b) => a - b);
  return { covered, given: widths.length, halfWidth: widths[widths.length >> 1]! };
}

// A hundred seeds a world take seconds: room for a busy machine.
describe('forecastCrossing', { timeout: 120_000 }, () => {
  it('holds the truth in about nine of ten cases where floors walk at random, and is not idly wide', () => {
    const walk = { rows: 80, leak: 0.1 * MB, white: 0.05 * MB, walk: 0.2 * MB, limit: 100 * MB };
    const { given, covered, halfWidth } = coverage(walk, 0.9);
    expect(given).toBeGreaterThanOrEqual(90);
    expect(covered / given).toBeGreaterThanOrEqual(0.84);
    expect(covered / given).toBeLessThanOrEqual(0.99);
    expect(halfWidth).toBeLessThan(0.8);
  });

  it('is exact to a few per cent where floors carry white noise alone', () => {
    const white = { rows: 80, leak: 0.2 * MB, white: 0.3 * MB, walk: 0, limit: 100 * MB };
    const { given, covered, halfWidth } = coverage(white, 0.9);
    expect(given).toBe(100);
    expect(covered).toBeGreaterThanOrEqual(86);
    expect(halfWidth).toBeLessThan(0.12);
  });

  it('goes by the rate since the leak began, not by the mean of the run', () => {
    const late = { rows: 120, leak: 0.3 * MB, white: 0.2 * MB, walk: 0, onset: 80, limit: 100 * MB };
    const { given, covered, halfWidth } = coverage(late, 0.9);
    expect(given).toBeGreaterThanOrEqual(97);
    expect(covered / given).toBeGreaterThanOrEqual(0.84);
    expect(halfWidth).toBeLessThan(0.2);
  });

  it('gives no forecast where nothing grows', () => {
    let given = 0;
    for (let seed = 1; seed <= 50; seed += 1) {
      const { floors } = leaking(
        { rows: 60, leak: 0, white: 0.3 * MB, walk: 0.05 * MB, limit: 2000 * MB },
        seed,
      );
      if (forecastCrossing(floors, 2000 * MB, floors.at(-1)!.timeMs) !== null) given += 1;
    }
    expect(given).toBeLessThanOrEqual(3);
  });

  it('gives none from too few floors, and now where the limit is behind', () => {
    const { floors } = leaking({ rows: 60, leak: MB, white: 0.1 * MB, walk: 0, limit: 200 * MB }, 1);
    expect(forecastCrossing(floors.slice(0, 7), 200 * MB, 0)).toBeNull();
    const nowMs = floors.at(-1)!.timeMs;
    expect(forecastCrossing(floors, 50 * MB, nowMs)).toEqual({ inMs: 0, intervalMs: [0, 0] });
  });

  it('counts from now, not from the last floor', () => {
    const { floors } = leaking({ rows: 60, leak: MB, white: 0.1 * MB, walk: 0, limit: 200 * MB }, 1);
    const lastMs = floors.at(-1)!.timeMs;
    const then = forecastCrossing(floors, 200 * MB, lastMs)!;
    const later = forecastCrossing(floors, 200 * MB, lastMs + 600_000)!;
    expect(then.inMs - later.inMs).toBeCloseTo(600_000, 0);
  });

  it('takes floors without any noise, and ones that stand still', () => {
    const line = Array.from({ length: 40 }, (_, k) => ({ timeMs: k * 1000, value: 40 * MB + k * MB }));
    expect(forecastCrossing(line, 100 * MB, 39_000)!.inMs / 21_000).toBeCloseTo(1, 2);
    const still = line.map((row) => ({ ...row, value: 40 * MB }));
    expect(forecastCrossing(still, 100 * MB, 39_000)).toBeNull();
  });
});

describe('HeapForecaster', () => {
  const { floors } = leaking({ rows: 60, leak: MB, white: 0.1 * MB, walk: 0, limit: 200 * MB }, 1);
  const nowMs = floors.at(-1)!.timeMs;
  const fed = () => {
    const forecaster = new HeapForecaster();
    for (const { timeMs, value } of floors) forecaster.push(timeMs, value);
    return forecaster;
  };

  it('says nothing while the heap is not growing by verdict', () => {
    expect(fed().forecast([], 200 * MB, nowMs)).toBeNull();
    expect(fed().forecast([{ signal: 'arrayBuffers' }], 200 * MB, nowMs)).toBeNull();
    const forecast = fed().forecast([{ signal: 'oldSpace' }], 200 * MB, nowMs)!;
    expect(forecast.limitBytes).toBe(200 * MB);
    expect(forecast.ci95Ms[0]).toBeLessThan(forecast.inMs);
    expect(forecast.ci95Ms[1]).toBeGreaterThan(forecast.inMs);
  });

  it('counts the last forecast on until enough floors are new', () => {
    const forecaster = fed();
    const first = forecaster.forecast([{ signal: 'heap' }], 200 * MB, nowMs)!;
    forecaster.push(nowMs + 60_000, 190 * MB);
    const second = forecaster.forecast([{ signal: 'heap' }], 200 * MB, nowMs + 60_000)!;
    expect(first.inMs - second.inMs).toBe(60_000);
    for (let k = 2; k <= 4; k += 1) forecaster.push(nowMs + k * 60_000, floors.at(-1)!.value + k * MB);
    const third = forecaster.forecast([{ signal: 'heap' }], 200 * MB, nowMs + 240_000)!;
    expect(first.inMs - third.inMs).not.toBe(240_000);
  });
});

describe('FloorHistory', () => {
  it('keeps the whole run in bounded room, the newest floors all', () => {
    const history = new FloorHistory();
    for (let k = 0; k < 100_000; k += 1) history.push({ timeMs: k, value: k });
    const { rows } = history;
    expect(rows.length).toBeLessThanOrEqual(240);
    expect(rows[0]!.timeMs).toBe(0);
    expect(rows.slice(-100).map(({ timeMs }) => timeMs)).toEqual(
      Array.from({ length: 100 }, (_, k) => 99_900 + k),
    );
    expect(rows.every((row, k) => k === 0 || row.timeMs > rows[k - 1]!.timeMs)).toBe(true);
  });
});
