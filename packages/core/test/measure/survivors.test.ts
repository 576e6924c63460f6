import { describe, expect, it } from 'vitest';
import { processRuntime } from '../../src/measure/process-runtime.ts';
import { SurvivorWatch, type SurvivorWatchOptions } from '../../src/measure/survivors.ts';
import { turnUntil } from './gc-turns.ts';

/** A small generator of our own, so that runs repeat. */
function seeded(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function watching(options: Partial<SurvivorWatchOptions> = {}) {
  let nowMs = 0;
  const watch = new SurvivorWatch({ random: seeded(), now: () => nowMs, ...options });
  return {
    watch,
    passMs: (ms: number): void => {
      nowMs += ms;
    },
  };
}

/** Units finished per watch and scope, as the ledger would count them. */
const finished = new WeakMap<SurvivorWatch, Map<number, number>>();

function offer(watch: SurvivorWatch, scope: number, subject: object): void {
  const counts = finished.get(watch) ?? new Map<number, number>();
  finished.set(watch, counts);
  const units = (counts.get(scope) ?? 0) + 1;
  counts.set(scope, units);
  watch.offer(scope, subject, units);
}

/** Subjects held here stay alive, whatever the collector does. */
function offerHeld(watch: SurvivorWatch, scope: number, units: number): object[] {
  const held = Array.from({ length: units }, (_, i) => ({ i }));
  for (const subject of held) offer(watch, scope, subject);
  return held;
}

function offerDropped(watch: SurvivorWatch, scope: number, units: number): void {
  for (let i = 0; i < units; i += 1) offer(watch, scope, { i });
}

function majors(watch: SurvivorWatch, count: number): void {
  for (let i = 0; i < count; i += 1) watch.majorGc();
}

/** Real major GCs. A WeakRef holds its target until the end of the job that made or read it, so each gets a turn of its own. */
async function realMajors(watch: SurvivorWatch, count: number): Promise<void> {
  const runtime = processRuntime();
  for (let i = 0; i < count; i += 1) {
    await turnUntil(() => false, 1);
    runtime.forceGc();
    watch.majorGc();
  }
}

describe('SurvivorWatch with a real collector', () => {
  it('finds retained subjects alive and dropped ones dead', async () => {
    const { watch } = watching();
    const held = offerHeld(watch, 1, 10);
    offerDropped(watch, 2, 10);
    await realMajors(watch, 3);
    expect(watch.tally(1)).toMatchObject({ sampled: 10, alive: 10, retained: 0, majors: 3 });
    expect(watch.tally(2)).toMatchObject({ sampled: 10, alive: 0, retained: 0 });
    await realMajors(watch, 2);
    expect(watch.tally(1)).toMatchObject({ sampled: 10, alive: 10, retained: 10 });
    expect(watch.tally(1)?.retainedBornAt).toEqual(held.map((_, i) => i + 1));
  });

  it('takes back what it called retained when it is released', async () => {
    const { watch } = watching();
    let held: object[] | null = offerHeld(watch, 1, 10);
    await realMajors(watch, 5);
    expect(watch.tally(1)?.retained).toBe(10);
    expect(held.length).toBe(10);
    held = null;
    await realMajors(watch, 1);
    expect(watch.tally(1)).toMatchObject({ sampled: 10, alive: 0, retained: 0, retainedBornAt: [] });
  });

  it('keeps no subject alive, however many it sampled', async () => {
    const { watch } = watching();
    const runtime = processRuntime();
    const before = runtime.forceGc()!;
    for (let scope = 0; scope < 32; scope += 1) {
      for (let i = 0; i < 16; i += 1) offer(watch, scope, { body: new Uint8Array(100_000) });
    }
    await realMajors(watch, 1);
    const after = runtime.forceGc()!;
    expect(after.arrayBuffersBytes - before.arrayBuffersBytes).toBeLessThan(1_000_000);
  });
});

describe('SurvivorWatch sampling', () => {
  it('samples every unit of a new or rare scope', async () => {
    const { watch, passMs } = watching({ maxPendingPerScope: 1000, maxPending: 10_000 });
    const held: object[] = [];
    for (let minute = 0; minute < 10; minute += 1) {
      held.push(...offerHeld(watch, 1, 50));
      passMs(60_000);
    }
    held.length = 0;
    await realMajors(watch, 3);
    expect(watch.tally(1)?.sampled).toBe(500);
  });

  it('samples about one unit in 16 of a frequent scope', () => {
    const { watch } = watching({ maxPendingPerScope: 100_000, maxPending: 400_000 });
    const offered = countSampled(watch, 1, 16_100);
    expect(offered).toBeGreaterThan(100 + 900);
    expect(offered).toBeLessThan(100 + 1100);
  });

  it('follows oneIn, and stops at null', () => {
    const { watch } = watching({ maxPendingPerScope: 100_000, maxPending: 400_000 });
    countSampled(watch, 1, 1000);
    watch.oneIn = 256;
    const coarse = countSampled(watch, 1, 25_600);
    expect(coarse).toBeGreaterThan(60);
    expect(coarse).toBeLessThan(160);
    watch.oneIn = null;
    expect(countSampled(watch, 1, 10_000)).toBe(0);
    expect(watch.tally(2)).toBeNull();
  });

  it('calls a scope rare again after a quiet minute', () => {
    const { watch, passMs } = watching({ maxPendingPerScope: 100_000, maxPending: 400_000 });
    countSampled(watch, 1, 1000);
    passMs(120_000);
    offerHeld(watch, 1, 40);
    passMs(60_000);
    offerHeld(watch, 1, 40);
    expect(countSampled(watch, 1, 20)).toBe(20);
  });

  it('holds at most 16 waiting canaries per scope and 512 in all', () => {
    const { watch } = watching();
    expect(countSampled(watch, 0, 50)).toBe(16);
    let total = 16;
    for (let scope = 1; scope < 100; scope += 1) total += countSampled(watch, scope, 50);
    expect(total).toBe(512);
  });

  it('keeps half of the places for rare scopes', () => {
    const { watch } = watching({ maxPendingPerScope: 100_000 });
    expect(countSampled(watch, 1, 100_000)).toBe(256);
    expect(countSampled(watch, 2, 90)).toBe(90);
  });

  it('has places again after a major GC has cleared the dead', async () => {
    const { watch } = watching();
    offerDropped(watch, 1, 50);
    await realMajors(watch, 1);
    expect(countSampled(watch, 1, 10)).toBe(10);
  });

  /** Counts new WeakRefs, which is what a sample is. */
  function countSampled(watch: SurvivorWatch, scope: number, units: number): number {
    const Native = globalThis.WeakRef;
    let made = 0;
    globalThis.WeakRef = class<T extends WeakKey> extends Native<T> {
      constructor(target: T) {
        super(target);
        made += 1;
      }
    };
    try {
      for (let i = 0; i < units; i += 1) offer(watch, scope, {});
    } finally {
      globalThis.WeakRef = Native;
    }
    return made;
  }
});

describe('SurvivorWatch tallies', () => {
  it('says nothing of canaries younger than three major GCs', () => {
    const { watch } = watching();
    const held = offerHeld(watch, 1, 5);
    majors(watch, 2);
    expect(watch.tally(1)).toMatchObject({ sampled: 0, alive: 0 });
    majors(watch, 1);
    expect(watch.tally(1)).toMatchObject({ sampled: 5, alive: held.length });
  });

  it('does not count the early dead before the living of their age', async () => {
    const { watch } = watching();
    const held = offerHeld(watch, 1, 5);
    offerDropped(watch, 1, 5);
    await realMajors(watch, 2);
    expect(watch.tally(1)?.sampled).toBe(0);
    await realMajors(watch, 1);
    expect(watch.tally(1)).toMatchObject({ sampled: 10, alive: held.length });
  });

  it('tells steady growth from a store that filled early', () => {
    const { watch } = watching({ maxPendingPerScope: 8 });
    const held: object[] = [];
    for (let major = 0; major < 100; major += 1) {
      held.push(...offerHeld(watch, 1, 8));
      if (major < 5) held.push(...offerHeld(watch, 2, 8));
      watch.majorGc();
    }
    const growing = watch.tally(1)!.retainedBornAt;
    expect(growing.filter((units) => units < 400).length).toBeGreaterThan(3);
    expect(growing.filter((units) => units > 640).length).toBeGreaterThan(8);
    expect(watch.tally(2)!.retainedBornAt.length).toBeGreaterThan(15);
    expect(Math.max(...watch.tally(2)!.retainedBornAt)).toBeLessThanOrEqual(40);
    expect(held.length).toBe(840);
  });

  it('keeps at most 32 living canaries a scope', () => {
    const { watch } = watching();
    const held: object[] = [];
    for (let major = 0; major < 50; major += 1) {
      held.push(...offerHeld(watch, 1, 4));
      watch.majorGc();
    }
    const { alive, retained, retainedBornAt } = watch.tally(1)!;
    expect(alive).toBe(32);
    expect(retained).toBeGreaterThan(25);
    expect(retainedBornAt.length).toBe(retained);
    expect(retainedBornAt).toEqual([...retainedBornAt].sort((one, other) => one - other));
    expect(held.length).toBe(200);
  });

  it('forgets a scope, and frees its places', () => {
    const { watch } = watching({ maxPending: 16 });
    const held = offerHeld(watch, 1, 16);
    watch.reset(1);
    watch.reset(7);
    expect(watch.tally(1)).toBeNull();
    held.push(...offerHeld(watch, 2, 16));
    majors(watch, 3);
    expect(watch.tally(2)?.sampled).toBe(16);
    expect(held.length).toBe(32);
  });

  it('knows nothing of a scope that was never offered', () => {
    expect(watching().watch.tally(3)).toBeNull();
  });
});
