import { describe, expect, it } from 'vitest';
import type { AnyFunction, CapturedFunction, ProfiledFunction } from '../../src/internal-types.ts';
import { HandlerInbox } from '../../src/measure/handler-inbox.ts';
import { LocatedHandlers } from '../../src/measure/located-handlers.ts';

const at = (line: number): ProfiledFunction => ({ name: '', scriptId: 1, url: '', line, column: 0 });
const holds = (line: number, holder: number): CapturedFunction => ({
  ...at(line),
  variable: 'fn',
  holder: at(holder),
});

/** Every closure of `wrapper()` starts in line 1; what the n-th holds starts in line 100 + n. */
function setUp() {
  const inbox = new HandlerInbox();
  const located: AnyFunction[] = [];
  const looked: AnyFunction[] = [];
  const made: AnyFunction[] = [];
  const handlers = new LocatedHandlers({
    locate: (fn) => {
      located.push(fn);
      return at(1);
    },
    captured: (fn) => {
      looked.push(fn);
      return [holds(100 + made.indexOf(fn), 1)];
    },
  });
  const wrapper = (): AnyFunction => {
    const closure = () => made.length;
    made.push(closure);
    return closure;
  };
  return { inbox, handlers, located, looked, wrapper };
}

/** The pieces of some work, and what it came to. */
function inTurns<T>(work: Generator<void, T>): { turns: number; result: T } {
  let turns = 1;
  let step = work.next();
  for (; step.done !== true; step = work.next()) turns += 1;
  return { turns, result: step.value };
}

describe('located handlers', () => {
  it('are looked into once each, where that is worth it, and each scope gets what its own closures hold', () => {
    const { inbox, handlers, looked, wrapper } = setUp();
    for (const slot of [3, 5]) inbox.offer(slot, [wrapper()]);
    expect(inTurns(handlers.taking(inbox.take())).result).toEqual([3, 5]);
    expect(inTurns(handlers.looking(() => false)).result).toEqual([]);
    expect(handlers.of(3)).toEqual([{ ...at(1), captured: [] }]);
    expect(inTurns(handlers.looking(() => true)).result).toEqual([3, 5]);
    expect(handlers.of(5)).toEqual([{ ...at(1), captured: [holds(101, 1)] }]);
    expect(inTurns(handlers.looking(() => true)).result).toEqual([]);
    expect(looked).toHaveLength(2);
  });

  it('of one place add up in a scope, up to eight closures', () => {
    const { inbox, handlers, looked, wrapper } = setUp();
    const closures = Array.from({ length: 14 }, wrapper);
    inbox.offer(0, closures.slice(0, 2));
    inTurns(handlers.taking(inbox.take()));
    inTurns(handlers.looking(() => true));
    inbox.offer(0, [...closures]);
    inTurns(handlers.taking(inbox.take()));
    inTurns(handlers.looking(() => true));
    expect(handlers.of(0)[0]!.captured.map(({ line }) => line)).toEqual([
      ...[100, 101, 102, 103, 104, 105, 106, 107],
    ]);
    expect(looked).toHaveLength(8);
  });

  it('are located and looked into one per step', () => {
    const { inbox, handlers, located, looked, wrapper } = setUp();
    for (let slot = 0; slot < 100; slot += 1) inbox.offer(slot, [wrapper()]);
    const taking = handlers.taking(inbox.take());
    taking.next();
    expect(located).toHaveLength(1);
    inTurns(taking);
    handlers.looking(() => true).next();
    expect([located.length, looked.length]).toEqual([100, 1]);
  });

  it('of a scope that lost its slot are forgotten', () => {
    const { inbox, handlers, wrapper } = setUp();
    for (let slot = 0; slot < 3; slot += 1) inbox.offer(slot, [wrapper()]);
    inTurns(handlers.taking(inbox.take()));
    handlers.forget(0);
    inTurns(handlers.looking(() => true));
    expect([handlers.of(0), handlers.of(2).length]).toEqual([[], 1]);
  });
});
