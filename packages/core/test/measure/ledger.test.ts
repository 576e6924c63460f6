import { describe, expect, it } from 'vitest';
import { takeGc } from '../../src/measure/forced-gc.ts';
import { IGNORED_SCOPE, Ledger, OTHER_SCOPE } from '../../src/measure/ledger.ts';
import type { ScopeId } from '../../src/types.ts';

function ledger(options: { maxScopes?: number; ignore?: (scope: string) => boolean; timed?: boolean } = {}) {
  const calls = {
    finished: [] as unknown[],
    timed: [] as number[],
    overflowed: 0,
    beganAlone: 0,
    endedAlone: [] as number[],
    handled: [] as number[],
  };
  let clock = 0;
  const created = new Ledger({
    maxScopes: options.maxScopes ?? 10,
    ignore: options.ignore ?? (() => false),
    hooks: {
      finished: (scope, units, subject) => calls.finished.push([scope, units, subject]),
      shouldTime: () => options.timed ?? false,
      now: () => {
        clock += 1;
        return clock;
      },
      timed: (ms) => calls.timed.push(ms),
      beganAlone: () => {
        calls.beganAlone += 1;
        return true;
      },
      handled: (slot) => calls.handled.push(slot),
      endedAlone: (scope) => calls.endedAlone.push(scope),
      overflowed: () => {
        calls.overflowed += 1;
      },
    },
  });
  return { ledger: created, calls };
}

/** The slot of a scope by its name. */
function slotOf(l: Ledger, name: string): number {
  return Array.from({ length: l.slots }, (_, slot) => l.nameOf(slot)).indexOf(name);
}

function unitsOf(l: Ledger, name: string): number {
  return l.unitsOf(slotOf(l, name));
}

function inFlightOf(l: Ledger, name: string): number {
  return l.inFlightOf(slotOf(l, name));
}

describe('Ledger', () => {
  it('interns a scope once per kind and name', () => {
    const { ledger: l } = ledger();
    expect(l.scope('route', 'GET /')).toBe(l.scope('route', 'GET /'));
    expect(l.scope('route', 'mail')).not.toBe(l.scope('job', 'mail'));
    expect([0, 1, 2].map((slot) => `${l.kindOf(slot)} ${l.nameOf(slot)}`)).toEqual([
      'route GET /',
      'route mail',
      'job mail',
    ]);
  });

  it('counts units when they end and in flight until then', () => {
    const { ledger: l, calls } = ledger();
    const route = l.scope('route', 'GET /');
    const subject = {};
    const [one, two] = [l.begin(), l.begin()];
    one.enter(route);
    expect([l.inFlight, inFlightOf(l, 'GET /'), unitsOf(l, 'GET /')]).toEqual([2, 1, 0]);
    one.end(route, { subject });
    two.end(route);
    expect([l.inFlight, inFlightOf(l, 'GET /'), unitsOf(l, 'GET /'), l.totalUnits]).toEqual([0, 0, 2, 2]);
    expect(calls.finished).toEqual([
      [slotOf(l, 'GET /'), 1, subject],
      [slotOf(l, 'GET /'), 2, undefined],
    ]);
  });

  it('tells of units that ran alone, and of no unit that another one overlapped', () => {
    const { ledger: l, calls } = ledger();
    const route = l.scope('route', 'GET /');
    l.begin().end(route);
    expect([calls.beganAlone, calls.endedAlone]).toEqual([1, [slotOf(l, 'GET /')]]);
    const outer = l.begin();
    l.begin().end(route);
    outer.end(route);
    expect([calls.beganAlone, calls.endedAlone]).toEqual([2, [slotOf(l, 'GET /')]]);
    l.begin().end(99 as ScopeId);
    expect([calls.beganAlone, calls.endedAlone]).toEqual([3, [slotOf(l, 'GET /')]]);
    l.begin().end(route);
    expect(calls.endedAlone).toEqual([0, 0]);
  });

  it('counts a unit in the scope it ended in, wherever it had entered before', () => {
    const { ledger: l } = ledger();
    const [a, b] = [l.scope('route', 'A'), l.scope('route', 'B')];
    const unit = l.begin();
    unit.enter(a);
    unit.enter(b);
    unit.end(a);
    expect([unitsOf(l, 'A'), unitsOf(l, 'B'), inFlightOf(l, 'A'), inFlightOf(l, 'B')]).toEqual([1, 0, 0, 0]);
  });

  it('ignores a second end and an enter after the end', () => {
    const { ledger: l } = ledger();
    const a = l.scope('route', 'A');
    const unit = l.begin();
    unit.end(a);
    unit.end(a);
    unit.enter(a);
    expect([unitsOf(l, 'A'), l.inFlight, inFlightOf(l, 'A')]).toEqual([1, 0, 0]);
  });

  it('does not break on what is no id of this ledger', () => {
    const { ledger: l } = ledger();
    l.scope('route', 'A');
    const unit = l.begin();
    unit.enter(77 as ScopeId);
    unit.end(77 as ScopeId);
    expect([l.totalUnits, l.inFlight]).toEqual([0, 0]);
  });

  it.each([77, -1, 0.5, Number.NaN, undefined])(
    'keeps its counts when a unit enters %s, which is no scope of this ledger',
    (foreign) => {
      const { ledger: l } = ledger();
      const a = l.scope('route', 'A');
      const counts = () => [l.slots, l.inFlight, l.inFlightOf(0), l.inFlightOf(1), l.inFlightOf(77)];
      const unit = l.begin();
      unit.enter(a);
      unit.enter(foreign as ScopeId);
      expect(counts()).toEqual([1, 1, 1, undefined, undefined]);
      unit.end(a);
      expect(counts()).toEqual([1, 0, 0, undefined, undefined]);
    },
  );

  it('counts a unit right that entered a foreign scope before that scope came to be', () => {
    const { ledger: l } = ledger();
    const unit = l.begin();
    unit.enter(0 as ScopeId);
    const a = l.scope('route', 'A');
    unit.end(a);
    expect([l.inFlight, inFlightOf(l, 'A'), unitsOf(l, 'A')]).toEqual([0, 0, 1]);
  });

  it('keeps nothing of 100,000 names beyond maxScopes', () => {
    const nothing = () => undefined;
    const hooks = {
      finished: nothing,
      shouldTime: () => false,
      now: () => 0,
      beganAlone: () => false,
      endedAlone: nothing,
      handled: nothing,
      timed: nothing,
      overflowed: nothing,
    };
    const l = new Ledger({ maxScopes: 2, ignore: () => false, hooks });
    const gc = takeGc()!;
    const end = (from: number, to: number): void => {
      for (let n = from; n < to; n++) l.begin().end(l.scope('route', `GET /${n}/${'x'.repeat(100)}`));
    };
    end(0, 1000);
    gc();
    const before = process.memoryUsage().heapUsed;
    end(1000, 101_000);
    gc();
    // The names alone are 11 MB; nothing else runs here, so that half a megabyte is room enough.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(500_000);
    expect([l.slots, l.unitsOf(2)]).toEqual([3, 100_998]);
  });

  it('puts scopes beyond maxScopes into (other), loses none of their units and says so once', () => {
    const { ledger: l, calls } = ledger({ maxScopes: 2 });
    for (const name of ['A', 'B', 'C', 'D']) l.begin().end(l.scope('route', name));
    expect(calls.overflowed).toBe(1);
    expect(l.slots).toBe(3);
    expect([l.nameOf(2), l.unitsOf(2), l.totalUnits]).toEqual([OTHER_SCOPE, 2, 4]);
  });

  it('puts ignored scopes together, and does not count their names against maxScopes', () => {
    const { ledger: l } = ledger({ maxScopes: 2, ignore: (name) => name.includes('health') });
    for (const name of ['GET /health', 'GET /healthz', 'A', 'B']) l.begin().end(l.scope('route', name));
    const names = Array.from({ length: l.slots }, (_, i) => l.nameOf(i));
    expect(names).toContain(IGNORED_SCOPE);
    expect(names).toContain('A');
  });

  it('counts nothing once it is closed', () => {
    const { ledger: l, calls } = ledger();
    const a = l.scope('route', 'A');
    const unit = l.begin();
    l.close();
    unit.end(a);
    expect([l.totalUnits, calls.finished.length]).toEqual([0, 0]);
  });

  it('has nothing more in flight for units that begin after it was closed', () => {
    const { ledger: l } = ledger();
    const a = l.scope('route', 'A');
    l.close();
    const unit = l.begin();
    unit.enter(a);
    unit.end(a);
    expect([l.inFlight, inFlightOf(l, 'A'), unitsOf(l, 'A')]).toEqual([0, 0, 0]);
  });

  it('times begin and end of the units that it is told to time', () => {
    const { ledger: l, calls } = ledger({ timed: true });
    l.begin().end(l.scope('route', 'A'));
    expect(calls.timed).toEqual([2]);
    const untimed = ledger();
    untimed.ledger.begin().end(untimed.ledger.scope('route', 'A'));
    expect(untimed.calls.timed).toEqual([]);
  });
});
