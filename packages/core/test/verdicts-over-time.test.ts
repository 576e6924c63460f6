import { describe, expect, it, onTestFinished } from 'vitest';
import { type SimulatedKeep, type SimulatedRun, SimulatedServer, toldAgain } from './simulated-server.ts';

const MINUTE = 60_000;
/** More of them: `LEAKGUARD_SEEDS=20 npx vitest run test/verdicts-over-time.test.ts`. */
const SEEDS = Array.from({ length: Number(process.env.LEAKGUARD_SEEDS ?? 1) }, (_, seed) => 501 + seed);

function simulated(run: SimulatedRun): SimulatedServer {
  const server = new SimulatedServer(run).run();
  onTestFinished(() => server.guard.close());
  return server;
}

const LEAKS: Record<string, SimulatedKeep[]> = {
  'half of it below its handler': [{ route: 2, bytes: 2500, below: 0.6, place: 'nowhere' }],
  'of a store that writes after an await': [{ route: 2, bytes: 1200, below: 0.02, place: 'nowhere' }],
  'of a middleware': [{ route: null, bytes: 600, below: 0.02, place: 'middleware' }],
  'of two routes at once': [
    { route: 0, bytes: 1500, below: 0.5, place: 'nowhere' },
    { route: 4, bytes: 6000, below: 0.5, place: 'nowhere' },
  ],
};

describe('a leak at prove', { timeout: 600_000 }, () => {
  it.each(Object.entries(LEAKS))('%s is told, never cleared, and nothing of it is said twice', (_, keeps) => {
    for (const seed of SEEDS) {
      const { events, guard } = simulated({ seed, level: 'prove', hours: 0.06, rate: () => 350, keeps });
      expect(events.length, `seed ${seed}`).toBeGreaterThan(0);
      expect(toldAgain(events), `seed ${seed}`).toBe(0);
      expect(events.filter(({ event }) => event === 'cleared')).toEqual([]);
      const said = events.map(({ event, who }) => `${event} ${who}`);
      expect(said).toEqual([...new Set(said)]);
      for (const { verdict, channels } of guard.report().scopes)
        if (verdict === 'leaking') expect(channels).toContain('floors');
    }
  });
});

const STORE = { route: 0, bytes: 3000, below: 0.6, place: 'nowhere' } as const;
const thirtyMinutes = (): number => 30 * MINUTE;
const HEALTHY: Record<string, Omit<SimulatedRun, 'seed' | 'level'>> = {
  'a store that forgets after 30 minutes': {
    hours: 0.9,
    rate: () => 12,
    keeps: [{ ...STORE, lifeMs: thirtyMinutes }],
  },
  'sessions that slide': {
    hours: 1.8,
    rate: () => 10,
    keeps: [{ ...STORE, lifeMs: (random) => 20 * MINUTE - 15 * MINUTE * Math.log(1 - random()) }],
  },
  'a cache of 8,000 entries that fills': {
    hours: 1.2,
    rate: () => 12,
    keeps: [{ ...STORE, entries: 8000 }],
  },
  'a store that forgets, while the daily wave of traffic rises for three hours': {
    hours: 3,
    rate: (second) => 12 - 9 * Math.cos((second / 21_600) * 2 * Math.PI),
    keeps: [{ ...STORE, lifeMs: thirtyMinutes }],
  },
};

describe('a healthy app at auto', { timeout: 600_000 }, () => {
  it.each(Object.entries(HEALTHY))('with %s is never leaking', (_, run) => {
    for (const seed of SEEDS) {
      const { events } = simulated({ ...run, seed, level: 'auto' });
      expect(
        events.filter(({ event }) => event === 'leak'),
        `seed ${seed}`,
      ).toEqual([]);
    }
  });

  it('that leaks is leaking after more than an hour of growth', () => {
    const leak = { ...STORE, bytes: 5000 };
    const { events, guard } = simulated({
      seed: 5,
      level: 'auto',
      hours: 1.9,
      rate: () => 12,
      keeps: [leak],
    });
    const leakAt = events.find(({ event }) => event === 'leak');
    expect(leakAt).toMatchObject({ who: 'GET /0' });
    expect(leakAt!.minute).toBeGreaterThan(75);
    expect(guard.report().scopes[0]).toMatchObject({ scope: 'GET /0', verdict: 'leaking' });
  });
});
