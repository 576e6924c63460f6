import { describe, expect, it } from 'vitest';
import { IsolateChannel } from '../../src/decide/isolate-channel.ts';
import { EVERY_REQUEST, FIRST_SCOPE, SIGNALS } from '../../src/measure/floor.ts';
import { normal, seededRandom } from '../attribute/generated-rows.ts';
import { PROVE, type Simulation, simulate } from './isolate-simulation.ts';

/** The gate's share of them; all, and what came of them: `SEEDS=50 TALLY=1 npx vitest run isolate-channel`. */
const SEEDS = Number(process.env.SEEDS ?? 10);

const HONEST = { share: 1 };
const settlingBy =
  (bytes: number, units: number) =>
  (age: number): number =>
    bytes * (1 - Math.exp(-age / units));
const recycled = { isolates: 4, jobs: 3000, life: 250 } satisfies Partial<Simulation>;

interface Tally {
  /** Seeds in which a name (by index; -1: no name) was ever growing, and ever leaking. */
  growing: Map<number, number>;
  leaking: Map<number, number>;
  /** Names that leak and were not named in the end. */
  missed: number;
  /** Estimates of names that leak, relative to the truth, and how many intervals held it. */
  errors: number[];
  covered: number;
  /** The highest upper end of an interval, relative to the truth. */
  widest: number;
}

function tally(simulation: Omit<Simulation, 'seed'>, seeds = SEEDS): Tally {
  const sum: Tally = { growing: new Map(), leaking: new Map(), missed: 0, errors: [], covered: 0, widest: 0 };
  const add = (map: Map<number, number>, name: number): unknown => map.set(name, (map.get(name) ?? 0) + 1);
  for (let seed = 1; seed <= seeds; seed++) {
    const { channel, said } = simulate({ ...simulation, seed });
    for (const [name, verdicts] of said) {
      add(sum.growing, name);
      if (verdicts.has('leaking')) add(sum.leaking, name);
    }
    const growths = channel.growths();
    for (const [name, { leak = 0 }] of simulation.names.entries()) {
      if (leak === 0) continue;
      const estimate = growths.find(({ source }) => source === FIRST_SCOPE + name)?.estimate;
      if (estimate === undefined) sum.missed += 1;
      else {
        sum.errors.push(Math.abs(estimate.bytesPerUnit / leak - 1));
        sum.widest = Math.max(sum.widest, estimate.ci95[1] / leak);
        if (estimate.ci95[0] <= leak && leak <= estimate.ci95[1]) sum.covered += 1;
      }
    }
  }
  if (process.env.TALLY !== undefined) show(sum, seeds);
  return sum;
}

function show({ growing, leaking, missed, errors, covered, widest }: Tally, seeds: number): void {
  const worst = Math.round(100 * Math.max(0, ...errors));
  const sized = `missed ${missed}, sized ${errors.length}, worst by ${worst} %, in the interval ${covered}, which reached ${widest.toFixed(1)} times the truth`;
  const said = `growing ${JSON.stringify([...growing])}, leaking ${JSON.stringify([...leaking])}`;
  console.log(`${expect.getState().currentTestName}: ${seeds} seeds, ${sized}, ${said}`);
}

const others = (map: ReadonlyMap<number, number>, names: readonly number[]): number =>
  [...map].filter(([name]) => !names.includes(name)).reduce((sum, [, seeds]) => sum + seeds, 0);

/*
 * Of 50 seeds each: of 100 leaks of 10 and 50 KB in recycled isolates 2 missed, all 98 intervals held the truth, the
 * worst size was off by 43 %; of 51 beside a leak of 1 KB none missed, all 51, 12 %. Accused without cause: nobody in 4 of 6
 * healthy kinds, one name or age itself in 1 seed of each of the other two. `leaking` without cause: never.
 *
 * Two kinds were found when all had been tuned, and are as they are. Warm-up longer than an isolate's life: growth of nobody
 * in 16 of 120 seeds. Rare names that load 1 to 2 MB beside a leak of 20 KB: 2 innocent names in 40 seeds, and the leak
 * unnamed in the end in 23 of them.
 */
describe('growth inside isolates', () => {
  it('is found and sized by name, pooled over isolates that are recycled', () => {
    const names = [HONEST, { share: 1, leak: 10_240 }, { share: 1, leak: 51_200 }, HONEST];
    const { missed, errors, covered, growing, leaking } = tally({ ...recycled, names });
    expect(missed).toBeLessThanOrEqual(0.02 * 2 * SEEDS);
    expect(errors.filter((error) => error > 0.2).length).toBeLessThanOrEqual(0.05 * errors.length);
    expect(covered).toBeGreaterThanOrEqual(0.9 * errors.length);
    // At first two leaks may look like growth with every job, whatever its name.
    expect(others(growing, [-1, 1, 2])).toBeLessThanOrEqual(0.02 * SEEDS);
    expect(leaking.size).toBe(0);
  });

  it('is found and sized for a leak of 1 KB beside larger ones in an isolate that stays', () => {
    const names = [1024, 10_240, 51_200, 0, 0].map((leak) => ({ share: 1, leak }));
    const agesOf = (): number[] => Array.from({ length: 225 }, (_, k) => 40 * k + 5);
    const one = { isolates: 1, jobs: 9000, life: 1e9, names, agesOf, litter: { share: 0, bytes: 0 } };
    const { missed, errors, covered, growing, widest } = tally(one, Math.ceil(SEEDS / 3));
    // Time and jobs are one here: growth with age has no size beside growth with time.
    expect(widest).toBeLessThan(6);
    expect(missed).toBeLessThanOrEqual(0.02 * 3 * SEEDS);
    expect(errors.filter((error) => error > 0.2).length).toBeLessThanOrEqual(0.05 * errors.length);
    expect(covered).toBeGreaterThanOrEqual(0.9 * errors.length);
    expect(others(growing, [-1, 0, 1, 2])).toBeLessThanOrEqual(0.04 * SEEDS);
  });

  it('is that of the one name there is, sized within its interval, where isolates run only one', () => {
    const names = [{ share: 1, leak: 51_200 }];
    const { missed, covered, errors } = tally({ ...recycled, names, warmUp: settlingBy(2e6, 60) });
    expect(missed).toBe(0);
    expect(covered).toBeGreaterThanOrEqual(0.95 * errors.length);
    expect(Math.max(...errors)).toBeLessThan(0.2);
  });

  it.each([0.5, 0.9])(
    'is that of nobody where every job keeps as much, also where one name has %f of them',
    (share) => {
      const names = [share, 1 - share].map((of) => ({ share: of, leak: 51_200 }));
      const { growing } = tally({ ...recycled, names }, 3);
      expect(growing.get(-1)).toBe(3);
      expect(others(growing, [-1])).toBe(0);
    },
  );

  it.each([
    ['2 MB in the first 60 jobs', settlingBy(2e6, 60), [HONEST, HONEST, HONEST, HONEST]],
    ['1 MB in the first 200 jobs', settlingBy(1e6, 200), [HONEST, HONEST, HONEST, HONEST]],
    [
      'modules of each name at its first job',
      settlingBy(1e6, 30),
      [HONEST, HONEST, ...[1, 2, 3].map((k) => ({ share: 0.05 * k, firstUse: 3e5 * k }))],
    ],
    ['2 MB, whatever runs', settlingBy(2e6, 60), [HONEST]],
  ])('names nobody for warm-up that comes again in every isolate: %s', (_, warmUp, names) => {
    const { growing } = tally({ ...recycled, names, warmUp });
    expect(others(growing, [])).toBeLessThanOrEqual(0.04 * SEEDS);
  });

  it('is seldom seen, and never confirmed, where 4 MB settle over more jobs than an isolate lives', () => {
    const names = [HONEST, HONEST, HONEST, HONEST];
    const { growing, leaking } = tally({ ...recycled, names, warmUp: settlingBy(4e6, 300) });
    expect(others(growing, [-1])).toBeLessThanOrEqual(0.04 * SEEDS);
    expect(growing.get(-1) ?? 0).toBeLessThanOrEqual(0.2 * SEEDS);
    expect(leaking.size).toBe(0);
  });

  it('is seldom that of rare names that load 1 to 2 MB at first use beside a leak, and never confirmed', () => {
    const rare = [1, 1.5, 2].map((mb) => ({ share: 0.02, firstUse: mb * 1e6 }));
    const names = [HONEST, { share: 1, leak: 20_480 }, HONEST, ...rare];
    const seeds = Math.ceil(SEEDS / 3);
    const { growing, leaking } = tally({ ...recycled, jobs: 12_000, names }, seeds);
    expect(others(growing, [-1, 1])).toBeLessThanOrEqual(0.25 * seeds);
    expect(others(leaking, [1])).toBe(0);
  });

  it('names nobody where two floors per isolate, always equally far apart, are all there is', () => {
    const few = { ...recycled, jobs: 12_000, agesOf: () => [5], names: [HONEST, HONEST, HONEST] };
    const { growing } = tally({ ...few, warmUp: settlingBy(2e6, 200) });
    expect(growing.size).toBe(0);
  });

  it('names nobody for heavy noise', () => {
    const names = Array.from({ length: 12 }, (_, k) => ({ share: 1 / (k + 1) }));
    const { growing } = tally({ ...recycled, names, noise: { floor: 300_000, perJob: 20_000 } });
    expect(others(growing, [])).toBeLessThanOrEqual(0.04 * SEEDS);
  });

  it('never calls a bounded cache leaking that every isolate fills again', () => {
    for (const store of [
      { bytes: 20_480, entries: 40 },
      { bytes: 10_240, entries: 2000 },
    ]) {
      const names = [HONEST, HONEST, { share: 1, store }];
      const { growing, leaking } = tally({ ...recycled, names });
      expect(leaking.size).toBe(0);
      expect(others(growing, [-1, 2])).toBeLessThanOrEqual(0.04 * SEEDS);
    }
  });

  it('calls it leaking when one isolate has run more of it than a store of ordinary size holds', () => {
    const names = [HONEST, { share: 1, leak: 10_240 }];
    const agesOf = (): number[] => Array.from({ length: 260 }, (_, k) => 60 * k + 5);
    const one = { isolates: 1, jobs: 14_000, life: 1e9, names, agesOf };
    const { leaking } = tally(one, 5);
    expect(leaking).toEqual(new Map([[1, 5]]));
    // As many jobs in isolates of 500 exclude no store of 5,000 entries.
    expect(tally({ ...one, isolates: 4, life: 500 }, 5).leaking.size).toBe(0);
  });
});

const LEAVES = 3;
const ELSEWHERE = 6;
const IDLE_FROM = 30;
const FORGET_AT = 60;
const BACK_AT = 70;

/**
 * Floors of two isolates. Name 3 runs, goes idle, and is forgotten; then it runs again, as another one would that got its
 * slot. Or, for comparison, what it did at first is another name's that is never forgotten.
 */
function channelThat(forgets: boolean, seed: number): IsolateChannel {
  const random = seededRandom(seed);
  const channel = new IsolateChannel({ ...PROVE, leakTotalBytes: 2 ** 40 });
  const isolates = [0, 1].map(() => ({ series: channel.open(), counts: new Float64Array(7) }));
  for (let row = 0; row < 160; row++) {
    if (forgets && row === FORGET_AT) channel.forget(FIRST_SCOPE + LEAVES);
    const { series, counts } = isolates[row % 2]!;
    for (let name = 0; name < LEAVES; name++) counts[name]! += Math.round(20 * random());
    if (row < IDLE_FROM) counts[forgets ? LEAVES : ELSEWHERE]! += Math.round(20 * random());
    else if (row >= BACK_AT) counts[LEAVES]! += Math.round(20 * random());
    const value = 8e6 + 2000 * normal(random) + 8192 * counts[1]!;
    const reading = {
      timeMs: row * 1000,
      heapBytes: value,
      oldSpaceBytes: value * 0.9,
      externalBytes: 1e6,
      arrayBuffersBytes: 0,
      forced: true,
      pauseMs: 5,
    };
    channel.push(
      series,
      { reading, counts: [...counts].map((n, name) => [String(name), n] as const) },
      { sourceOf: (name) => FIRST_SCOPE + Number(name), timeMs: row * 1000 },
    );
  }
  return channel;
}

describe('a name that is forgotten', () => {
  it.each([1, 2, 3, 4, 5])(
    'leaves nothing behind in isolates that go on: what gets its slot is sized as itself (seed %i)',
    (seed) => {
      const said = [true, false].map((forgets) => {
        const channel = channelThat(forgets, seed);
        return SIGNALS.map((signal) => {
          const tracker = channel.tracker(signal);
          const analysis = tracker.analyse();
          const estimates = [1, LEAVES].map((name) => analysis?.estimate(FIRST_SCOPE + name));
          return [tracker.verdict, tracker.amount(FIRST_SCOPE + LEAVES), ...estimates];
        });
      });
      expect(said[0]).toEqual(said[1]);
      const forgotten = channelThat(true, seed);
      expect(forgotten.spokenOf.has(FIRST_SCOPE + LEAVES)).toBe(false);
      expect(forgotten.growths()).toMatchObject([{ source: FIRST_SCOPE + 1, isolates: 2 }]);
    },
  );
});

describe('isolates', () => {
  const reading = (timeMs: number, heapBytes: number) => ({
    timeMs,
    heapBytes,
    oldSpaceBytes: heapBytes,
    externalBytes: 0,
    arrayBuffersBytes: 0,
    forced: true,
    pauseMs: 1,
  });
  const at = { sourceOf: () => FIRST_SCOPE, timeMs: 0 };

  it('start over when their counts went backwards, and count nothing across', () => {
    const channel = new IsolateChannel(PROVE);
    const series = channel.open();
    for (const [timeMs, units] of [
      [1, 5],
      [2, 30],
      [3, 50],
      [4, 5],
      [5, 30],
      [6, 60],
    ] as const)
      channel.push(series, { reading: reading(timeMs, 1e6 + units), counts: [['a', units]] }, at);
    channel.close(series, 0);
    expect(channel.sight().knows(FIRST_SCOPE)).toBe(true);
    // 30 to 60 of the second: first steps are not told, nor the one that was open when the counts went backwards.
    expect(channel.rows).toBe(1);
  });

  it('that vanished without a word are forgotten, and start over when they speak again', () => {
    const channel = new IsolateChannel(PROVE);
    const first = channel.open();
    for (let k = 0; k < 300; k++) channel.open();
    expect(channel.follows(first)).toBe(false);
    channel.push(first, { reading: reading(1, 1e6), counts: [['a', 5]] }, at);
    expect(channel.rows).toBe(0);
  });

  it('take a floor for garbage that the next one lies far below', () => {
    const channel = new IsolateChannel(PROVE);
    const series = channel.open();
    const heaps = [1e6, 1.001e6, 1.2e6, 1.002e6, 1.003e6];
    for (const [k, heap] of heaps.entries())
      channel.push(series, { reading: reading(k, heap), counts: [['a', 10 * k + 5]] }, at);
    channel.close(series, 0);
    // 15 to 35 and 35 to 45; from 5 to 15 it warmed up.
    expect(channel.rows).toBe(2);
    expect(channel.tracker('heap').amount(EVERY_REQUEST)).toBeCloseTo(30, 0);
  });
});
