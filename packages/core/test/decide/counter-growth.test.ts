import { describe, expect, it } from 'vitest';
import { CounterGrowth } from '../../src/decide/counter-growth.ts';
import type { CounterReport } from '../../src/site-types.ts';
import { normal, seededRandom } from '../attribute/generated-rows.ts';
import { LOADS, poisson } from './traffic.ts';

/** Counts of a server, given how many requests are in flight and how many have come. */
type Counts = (state: {
  second: number;
  inFlight: number;
  units: number;
  rate: number;
  random: () => number;
}) => Record<string, number>;

const COUNTS: Counts = ({ inFlight, random, rate, second }) => ({
  // Keep-alive holds connections for a while after their requests; a pool has grown to its size.
  'active TCPSocketWrap': Math.round(
    1.5 * inFlight + 0.6 * rate + 3 * normal(random) + Math.min(20, second / 30),
  ),
  'active Timeout': Math.round(0.8 * inFlight + 12 + 2 * normal(random)),
  'active FSReqCallback': Math.floor(4 * random() ** 3),
  'listeners on Server': 9,
  'listeners on process': 6 + (Math.floor(second / 1800) % 2),
  'global handles (bytes)': 200_000 + 2000 * inFlight + Math.round(30_000 * random()),
});

/** A run of so many hours with a row each ten seconds; requests take half a second. */
function run(
  seed: number,
  load: (second: number, random: () => number) => number,
  counts: Counts,
  hours = 6,
) {
  const random = seededRandom(seed);
  const growth = new CounterGrowth({ prove: false });
  const accused = new Set<string>();
  let units = 0;
  for (let second = 10; second <= hours * 3600; second += 10) {
    const rate = load(second, random);
    units += poisson(10 * rate, random);
    const inFlight = poisson(rate / 2, random);
    const now = counts({ second, inFlight, units, rate, random });
    growth.push(
      { timeMs: second * 1000, inFlight, totalUnits: units },
      Object.entries(now).map(([name, value]) => ({ name, value: Math.max(0, value) })),
    );
    for (const { name, growing } of growth.reports()) if (growing) accused.add(name);
  }
  return { accused: [...accused], reports: growth.reports() };
}

const SEEDS = Array.from({ length: 100 }, (_, k) => k + 1);

describe('counters of a healthy process', () => {
  it.each(Object.entries(LOADS))(
    'accuse none in 100 runs of three hours under load that is %s',
    (_, load) => {
      const accused = SEEDS.flatMap((seed) => run(seed, load, COUNTS).accused);
      expect(accused).toEqual([]);
    },
  );

  it('accuse none that wanders: 300 runs of a count that goes up or down by chance', () => {
    const accused = SEEDS.flatMap((seed) => {
      const levels = [200, 200, 200];
      const walk: Counts = ({ random }) =>
        Object.fromEntries(
          levels.map((level, k) => {
            levels[k] = Math.max(0, level + 3 * normal(random));
            return [`walk ${k}`, levels[k]];
          }),
        );
      return run(seed, LOADS.steady!, walk).accused;
    });
    expect(accused).toEqual([]);
  });
});

describe('counters of a process that leaks', () => {
  const leak =
    (oneIn: number): Counts =>
    (state) => ({
      ...COUNTS(state),
      "listeners 'data' on Server": Math.floor(state.units / oneIn),
    });
  const grown = (reports: readonly CounterReport[]) => reports.filter(({ growing }) => growing);

  it.each([...Object.keys(LOADS)])(
    'tell of a listener per request, and per how many, under load that is %s',
    (load) => {
      for (const seed of SEEDS.slice(0, 10)) {
        const { accused, reports } = run(seed, LOADS[load]!, leak(1), 3);
        expect(accused).toEqual(["listeners 'data' on Server"]);
        expect(grown(reports)).toHaveLength(1);
        expect(grown(reports)[0]!.perThousandUnits).toBeGreaterThan(950);
        expect(grown(reports)[0]!.perThousandUnits).toBeLessThan(1050);
      }
    },
  );

  it('tell of timers that stay of one request in a hundred, beside those that come and go', () => {
    const timers: Counts = (state) => {
      const counts = COUNTS(state);
      return { ...counts, 'active Timeout': counts['active Timeout']! + Math.floor(state.units / 100) };
    };
    for (const seed of SEEDS.slice(0, 10)) {
      const { reports } = run(seed, LOADS.bursty!, timers, 3);
      expect(grown(reports).map(({ name }) => name)).toEqual(['active Timeout']);
      expect(grown(reports)[0]!.perThousandUnits).toBeCloseTo(10, 0);
    }
  });

  it('tell of growth that begins after days, and no more of it when it has ended', () => {
    const day = 24 * 3600;
    const begins: Counts = ({ units, second }) => ({
      'detached contexts':
        second < day ? 3 : second < day + 3600 ? Math.floor((units - 30 * day) / 60) : 1800,
    });
    expect(grown(run(1, LOADS.steady!, begins, 24.3).reports)).toHaveLength(0);
    expect(grown(run(1, LOADS.steady!, begins, 24.6).reports)).toHaveLength(1);
    expect(grown(run(1, LOADS.steady!, begins, 30).reports)).toHaveLength(0);
  });
});

it('says of every counter its value, growing ones first, and forgets those that are gone', () => {
  const growth = new CounterGrowth({ prove: true });
  const row = (second: number) => ({ timeMs: second * 1000, inFlight: 0, totalUnits: second * 100 });
  for (let second = 0; second < 40; second++)
    growth.push(row(second), [
      { name: 'a', value: 7 },
      { name: 'z', value: 100 * second },
    ]);
  expect(growth.reports()).toEqual([
    { name: 'z', value: 3900, perThousandUnits: 1000, growing: true },
    { name: 'a', value: 7, perThousandUnits: null, growing: false },
  ]);
  for (let second = 40; second < 400; second++) growth.push(row(second), [{ name: 'a', value: 7 }]);
  expect(growth.reports().map(({ name }) => name)).toEqual(['a']);
});
