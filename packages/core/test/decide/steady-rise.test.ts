import { describe, expect, it } from 'vitest';
import { paceOf, type RiseRow, steadyRise } from '../../src/decide/steady-rise.ts';
import { beyondTraffic } from '../../src/decide/traffic-fit.ts';
import { normal, seededRandom } from '../attribute/generated-rows.ts';

const random = seededRandom(9);
/** So many rows, a thousand units apart, under traffic that varies by chance unless it is given. */
function rows(
  length: number,
  countAt: (row: Omit<RiseRow, 'value'>, k: number) => number,
  traffic?: (k: number) => number,
) {
  let totalUnits = 0;
  return Array.from({ length }, (_, k) => {
    const rate = traffic?.(k) ?? 20 * Math.exp(0.3 * normal(random));
    totalUnits += Math.round(50 * rate);
    const row = { totalUnits, inFlight: rate + normal(random), timeMs: 50_000 * k };
    const value = countAt(row, k);
    return { ...row, value, highest: value, block: k };
  });
}
const riseOf = (list: ReturnType<typeof rows>) => steadyRise(list, 1e-6, 100);

describe('a count rises by itself', () => {
  it('if it grows with units, however much traffic moves it besides', () => {
    const rise = riseOf(rows(48, ({ totalUnits, inFlight }) => 0.2 * totalUnits + 50 * inFlight));
    expect(rise!.perUnit).toBeCloseTo(0.2, 2);
    expect(rise!.rise).toBeGreaterThan(5000);
  });

  it('not if it follows units in flight or their rate, though traffic doubles', () => {
    const doubles = (k: number) => (k < 24 ? 10 : 20) + normal(random);
    expect(riseOf(rows(48, ({ inFlight }) => 100 * inFlight, doubles))).toBeNull();
  });

  it('not while traffic rises as steadily as the units do, when nothing tells the two apart', () => {
    const ramp = (k: number) => 10 + k;
    expect(riseOf(rows(48, ({ totalUnits }) => totalUnits, ramp))).toBeNull();
  });

  it.each([
    ['has stopped', (k: number) => 50 * Math.min(k, 30)],
    ['falls again', (k: number) => 50 * Math.min(k, 60 - k)],
    ['rises by less than asked', (k: number) => k],
    ['jumped once', (k: number) => (k < 24 ? 0 : 5000) + 3 * normal(random)],
  ])('not if it %s', (_, countAt) => {
    expect(riseOf(rows(48, (__, k) => countAt(k)))).toBeNull();
  });

  it('not if it moves by more within the blocks than from end to end', () => {
    const filling = rows(48, (_, k) => 20 * k).map((row) => ({ ...row, highest: row.value + 5000 }));
    expect(riseOf(filling)).toBeNull();
  });

  it('is not known from fewer than 16 rows, nor while no units finish', () => {
    expect(riseOf(rows(15, (_, k) => 1000 * k))).toBeNull();
    expect(riseOf(rows(48, (_, k) => 1000 * k).map((row) => ({ ...row, totalUnits: 5 })))).toBeNull();
  });
});

it('the pace of what fills slows, that of a leak does not', () => {
  const pointsOf = (value: (at: number) => number) =>
    Array.from({ length: 40 }, (_, at) => ({ at, value: value(at) }));
  expect(paceOf(pointsOf((at) => 7 * at))).toBeCloseTo(1, 9);
  expect(paceOf(pointsOf((at) => 100 * -Math.expm1(-at / 15)))).toBeLessThan(0.4);
});

describe('what traffic explains', () => {
  it('is taken out exactly where it is all there is beside a rise', () => {
    const list = rows(40, ({ totalUnits, inFlight }) => 7 + 0.1 * totalUnits + 30 * inFlight);
    const { values, swing, apart } = beyondTraffic(list);
    const expected = list.map(({ totalUnits }) => 7 + 0.1 * totalUnits);
    expect(values[39]! - values[0]!).toBeCloseTo(expected[39]! - expected[0]!, 3);
    expect(swing).toBeGreaterThan(100);
    expect(apart).toBeGreaterThan(0.8);
  });

  it('is nothing where a count falls with traffic, or where traffic never changes', () => {
    const falls = rows(
      40,
      ({ inFlight }) => 1000 - 5 * inFlight,
      (k) => 20 + 5 * Math.sin(k),
    );
    expect(beyondTraffic(falls.map((row) => ({ ...row, totalUnits: row.timeMs }))).swing).toBeCloseTo(0, 6);
    const still = rows(40, (_, k) => k).map((row) => ({ ...row, inFlight: 3, totalUnits: row.timeMs }));
    expect(beyondTraffic(still).values).toEqual(still.map(({ value }) => value));
  });
});
