import { afterEach, describe, expect, it } from 'vitest';
import { guardOn } from '../src/guard.ts';
import { SCOPE_TURN } from '../src/guard-marks.ts';
import type { Guard, GuardOptions, ScopeId, ScopeReport } from '../src/types.ts';
import { normal, seededRandom } from './attribute/generated-rows.ts';
import { FakeRuntime } from './fake-runtime.ts';

const REPORT_INTERVAL = 60_000;
const open: Guard[] = [];
afterEach(async () => {
  for (const guard of open.splice(0)) await guard.close();
});

/** A guard with few places for scopes. */
function setUp(options: GuardOptions = {}) {
  const runtime = new FakeRuntime();
  const messages: string[] = [];
  const log = (_: object, message: string): void => void messages.push(message);
  const logger = { info: log, warn: log, error: log };
  const guard = guardOn(runtime, {
    enabled: true,
    level: 'watch',
    maxScopes: 3,
    reportInterval: REPORT_INTERVAL,
    logger,
    ...options,
  });
  open.push(guard);
  const route = (name: string): ScopeId => guard.scope('route', name);
  const run = (id: ScopeId, units = 1): void => {
    for (let n = 0; n < units; n++) guard.begin().end(id);
  };
  /** So many natural rows, each after traffic on the given scopes. */
  const rows = (count: number, active: readonly string[] = [], unitsPerRow = 1000): void => {
    for (let row = 0; row < count; row++) {
      for (const name of active) run(route(name), unitsPerRow);
      runtime.pass(100);
      runtime.majorGc();
    }
  };
  const tick = (): void => runtime.pass(REPORT_INTERVAL);
  const scopes = (): Record<string, number> =>
    Object.fromEntries(guard.report().scopes.map(({ scope, units }) => [scope, units]));
  return { runtime, guard, messages, route, run, rows, tick, scopes };
}

describe('a guard whose maxScopes is reached', () => {
  it('gives the place of a scope that idled for 20 rows to one that waits, and warns once', () => {
    const { route, run, rows, tick, scopes, guard, messages } = setUp();
    for (const name of ['a', 'b', 'c']) run(route(name), 5);
    rows(1);
    run(route('d'));
    rows(19, ['b', 'c'], 1);
    tick();
    run(route('d'));
    expect(scopes()).toEqual({ a: 5, b: 24, c: 24, '(other)': 2 });
    rows(1, ['b', 'c'], 1);
    tick();
    run(route('d'), 7);
    expect(scopes()).toEqual({ b: 25, c: 25, d: 7, '(other)': 2 });
    expect(guard.report().evidence.evicted).toEqual({ scopes: 1, units: 5 });
    run(route('e'));
    expect(messages.filter((message) => message.includes('maxScopes'))).toHaveLength(1);
  });

  it('counts units of an id that lost its place in (other), and gives the scope a new one when it is asked for', () => {
    const { route, run, rows, tick, scopes, guard } = setUp();
    const old = route('a');
    const job = guard.scope('job', 'mail');
    run(old, 5);
    run(job, 3);
    rows(1);
    route('b');
    for (const name of ['c', 'd']) run(route(name));
    rows(20, ['b'], 1);
    tick();
    run(old, 2);
    run(job, 4);
    const kinds = (): string[] =>
      guard
        .report()
        .scopes.map(({ kind, scope, units }) => `${kind} ${scope} ${units}`)
        .sort();
    expect(kinds()).toContain('route (other) 4');
    expect(kinds()).toContain('job (other) 4');
    const again = route('a');
    expect(again).not.toBe(old);
    run(again);
    expect(scopes()).toMatchObject({ a: 1 });
  });

  it('takes no place from a scope with a unit in flight, or with one since the last row', () => {
    const { route, run, rows, tick, scopes, guard } = setUp();
    for (const name of ['a', 'b', 'c']) run(route(name));
    rows(1);
    run(route('d'));
    const unit = guard.begin();
    rows(20);
    unit.enter(route('a'));
    run(route('b'));
    tick();
    expect(Object.keys(scopes()).sort()).toEqual(['(other)', 'a', 'b']);
    unit.end(route('a'));
    expect(scopes()).toMatchObject({ a: 2 });
  });

  it('takes no more places than scopes wait, however often they ask', () => {
    const { route, run, rows, tick, guard, scopes } = setUp({ maxScopes: 10 });
    for (let n = 0; n < 10; n++) run(route(`idle ${n}`));
    rows(21, ['new'], 50);
    tick();
    run(route('new'), 2);
    expect(guard.report().evidence.evicted).toEqual({ scopes: 1, units: 1 });
    expect(scopes()).toMatchObject({ 'idle 9': 1, new: 2, '(other)': 21 * 50 });
  });

  it('reports nothing of the former scope under the name of the next one', () => {
    const { runtime, route, run, rows, tick, guard } = setUp({ maxScopes: 1 });
    const kept: object[] = [];
    for (let n = 0; n < 50; n++) {
      const subject = { n };
      if (n < 2) kept.push(subject);
      guard.begin().end(route('old'), n < 2 ? { subject } : {});
    }
    tick();
    rows(26, ['new'], 1);
    tick();
    run(route('new'), 5);
    runtime.pass(1000);
    const scope = guard.report().scopes.find(({ scope }) => scope === 'new')!;
    expect(scope).toMatchObject({ units: 5, survivors: null, inFlight: 0, verdict: 'stable' });
    // Units of the 61 s since the mark before last.
    expect(scope.unitsPerSecond).toBeCloseTo(5 / 61, 2);
    expect(kept).toHaveLength(2);
  });

  it('takes a place also between a major GC and its floor, which then says nothing of the former scope', () => {
    /** The smallest leak of the new scope that could be seen. */
    const minDetectable = (isFloorLate: boolean): number => {
      const { runtime, route, run, rows, tick, guard } = setUp({ maxScopes: 1 });
      const random = seededRandom(5);
      const noise = (): void => {
        runtime.heapBytes += 30_000 * normal(random);
      };
      run(route('old'), 50_000);
      rows(1);
      run(route('new'));
      for (let row = 0; row < 20; row++) {
        noise();
        rows(1);
      }
      runtime.majorGcWithoutFloor();
      if (!isFloorLate) runtime.floorComes();
      tick();
      expect(guard.report().evidence.evicted).toEqual({ scopes: 1, units: 50_000 });
      if (isFloorLate) runtime.floorComes();
      for (let row = 0; row < 60; row++) {
        noise();
        run(route('new'), Math.round(200 * Math.exp(0.7 * normal(random))));
        rows(1);
      }
      return guard.report().scopes.find(({ scope }) => scope === 'new')!.minDetectableBytes!;
    };
    expect(minDetectable(true) / minDetectable(false)).toBeCloseTo(1, 1);
  });

  it('keeps the place of a scope whose requests are retained, though it is idle', () => {
    const { route, run, rows, tick, guard } = setUp({ maxScopes: 1 });
    const kept: object[] = [];
    const growths: ScopeReport[] = [];
    guard.on('growth', (scope) => growths.push(scope));
    for (let row = 0; row < 40; row++) {
      const subject = { row };
      kept.push(subject);
      guard.begin().end(route('keeper'), { subject });
      rows(1);
    }
    expect(growths.map(({ scope, channels }) => [scope, channels])).toEqual([['keeper', ['survivors']]]);
    run(route('new'));
    rows(25);
    tick();
    expect(guard.report().evidence.evicted.scopes).toBe(0);
    const [keeper] = guard.report().scopes;
    expect(keeper).toMatchObject({ scope: 'keeper', verdict: 'growing' });
    expect(keeper!.survivors!.alive).toBeGreaterThan(kept.length / 2);
  });

  it('takes none while nobody waits, however long all are idle', () => {
    const { route, run, rows, tick, scopes } = setUp();
    for (const name of ['a', 'b', 'c']) run(route(name));
    rows(100);
    tick();
    expect(scopes()).toEqual({ a: 1, b: 1, c: 1 });
  });

  it('loses no unit: reported scopes and evicted ones add up to all units, through any churn', () => {
    const { route, run, rows, tick, guard } = setUp();
    const random = seededRandom(3);
    const ids: ScopeId[] = [];
    let total = 0;
    for (let step = 0; step < 200; step++) {
      const fresh = route(`GET /${Math.floor(random() * 40)}`);
      ids.push(fresh);
      run(fresh);
      run(ids[Math.floor(random() * ids.length)]!);
      total += 2;
      rows(Math.floor(random() * 12));
      if (step % 4 === 0) tick();
      const { scopes, evidence } = guard.report();
      const sum = scopes.reduce((units, scope) => units + scope.units, evidence.evicted.units);
      expect(sum).toBe(total);
      expect(scopes.length).toBeLessThanOrEqual(4);
    }
    expect(guard.report().evidence.evicted.scopes).toBeGreaterThan(20);
  });

  it('writes the last state of a scope before it takes its place', () => {
    const seen: string[][] = [];
    const { route, run, rows, guard } = setUp({ logGrowth: 'always', logger: tables(seen) });
    for (const name of ['a', 'b', 'c', 'd']) run(route(name));
    rows(1300);
    run(route('d'));
    expect(guard.report().evidence.evicted.scopes).toBe(1);
    expect(seen[0]).toContain('a');
    expect(seen.at(-1)).not.toContain('a');
  });

  it('keeps the place of a scope that leaks, though it is idle', () => {
    const { runtime, guard, route, run, rows, tick } = setUp();
    const random = seededRandom(1);
    const growths: ScopeReport[] = [];
    guard.on('growth', (scope) => growths.push(scope));
    for (let row = 0; row < 120; row++) {
      for (const name of ['leaky', 'b', 'c']) {
        const units = Math.round(300 * Math.exp(0.7 * normal(random)));
        run(route(name), units);
        if (name === 'leaky') runtime.heapBytes += 4096 * units;
      }
      runtime.heapBytes += 30_000 * normal(random);
      rows(1);
    }
    expect(growths.map(({ scope }) => scope)).toEqual(['leaky']);
    for (let n = 0; n < 3; n++) run(route(`new ${n}`));
    rows(21);
    tick();
    for (let n = 0; n < 3; n++) run(route(`new ${n}`));
    const names = guard.report().scopes.map(({ scope }) => scope);
    expect(names[0]).toBe('leaky');
    expect(names).toContain('new 0');
  });

  it('keeps the places of scopes that may be what grows, though none is named', () => {
    const { runtime, guard, route, run, rows, tick } = setUp();
    const random = seededRandom(2);
    for (let row = 0; row < 120; row++) {
      const units = Math.round(300 * Math.exp(0.7 * normal(random)));
      // Twins come together: only chance would name one of them.
      for (const name of ['one', 'two']) run(route(name), units);
      run(route('c'), Math.round(300 * Math.exp(0.7 * normal(random))));
      runtime.heapBytes += 4096 * units + 30_000 * normal(random);
      rows(1);
    }
    const { source, candidates } = guard.report().unattributed!;
    expect(source).toBe('undecided');
    expect(candidates.map(({ scope }) => scope).sort()).toEqual(['one', 'two']);
    for (let n = 0; n < 3; n++) run(route(`new ${n}`));
    rows(21);
    tick();
    const names = guard.report().scopes.map(({ scope }) => scope);
    expect(names).toEqual(expect.arrayContaining(['one', 'two']));
    expect(names).not.toContain('c');
  });

  it('tells its adapters when to ask for scopes again', () => {
    const { route, run, rows, tick, guard } = setUp({ maxScopes: 1 });
    const turn = (): unknown => (guard as never)[SCOPE_TURN];
    run(route('a'));
    rows(1);
    const before = turn();
    run(route('b'));
    rows(20);
    expect(turn()).toBe(before);
    tick();
    expect(turn()).not.toBe(before);
  });
});

function tables(seen: string[][]) {
  const log = (fields: { event?: string; scopes?: { scope: string }[] }): void => {
    if (fields.event === 'memory') seen.push(fields.scopes!.map(({ scope }) => scope));
  };
  return { info: log, warn: log, error: log };
}
