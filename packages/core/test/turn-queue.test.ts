import { describe, expect, it } from 'vitest';
import { TurnQueue, type TurnWork } from '../src/turn-queue.ts';

/** A queue whose turns come when the test says so; a step takes `stepMs`. */
function setUp({ stepMs = 10 } = {}) {
  const turns: { run: () => void; isAwaited: boolean }[] = [];
  const errors: unknown[] = [];
  const told: string[] = [];
  let nowMs = 0;
  const queue = new TurnQueue({
    now: () => nowMs,
    nextTurn: (run, isAwaited) => turns.push({ run, isAwaited }),
    contained: (work) => {
      try {
        work();
      } catch (error) {
        errors.push(error);
      }
    },
  });
  const steps = function* (name: string, count: number): Generator<void, void> {
    for (let step = 1; step <= count; step++) {
      told.push(`${name}${step}`);
      nowMs += stepMs;
      yield;
    }
  };
  const add = (name: string, count: number, more: Partial<TurnWork> = {}) =>
    queue.add({
      steps: count === 0 ? null : steps(name, count),
      run: () => told.push(`${name} done`),
      ...more,
    });
  const turn = () => turns.shift()!.run();
  return { queue, turns, errors, told, add, turn };
}

describe('work in turns', () => {
  it('is done at once where there is nothing to do before', () => {
    const { told, turns, add } = setUp();
    add('a', 0);
    expect(told).toEqual(['a done']);
    expect(turns).toEqual([]);
  });

  it('begins a turn later, as whoever adds it has stopped the program by then', () => {
    const { told, add, turn } = setUp();
    add('a', 1);
    expect(told).toEqual([]);
    turn();
    expect(told).toEqual(['a1']);
  });

  it('ends a turn after ten milliseconds, and what was added first is finished first', () => {
    const { told, turns, add, turn } = setUp();
    add('a', 2);
    add('b', 1);
    turn();
    expect(told).toEqual(['a1']);
    turn();
    expect(told).toEqual(['a1', 'a2']);
    turn();
    expect(told).toEqual(['a1', 'a2', 'a done', 'b1']);
    turn();
    expect(told.at(-1)).toBe('b done');
    expect(turns).toEqual([]);
    add('c', 0);
    expect(told.at(-1)).toBe('c done');
  });

  it('does several steps in a turn where they are short', () => {
    const { told, add, turn } = setUp({ stepMs: 4 });
    add('a', 7);
    turn();
    expect(told).toEqual(['a1', 'a2', 'a3']);
    turn();
    expect(told).toHaveLength(6);
    turn();
    expect(told).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a done']);
  });

  it('holds the process while somebody waits for any of it, and not for other work', () => {
    const { told, turns, add, turn } = setUp();
    add('a', 2);
    expect(turns.map(({ isAwaited }) => isAwaited)).toEqual([false]);
    turn();
    expect(turns.map(({ isAwaited }) => isAwaited)).toEqual([false]);
    // The turn that is to come does not hold it, so another one takes its place.
    add('b', 1, { isAwaited: true });
    expect(turns.map(({ isAwaited }) => isAwaited)).toEqual([false, true]);
    turn();
    expect(told).toEqual(['a1']);
    turn();
    expect(told).toEqual(['a1', 'a2']);
    expect(turns.map(({ isAwaited }) => isAwaited)).toEqual([true]);
  });

  it('is measured turn by turn by whoever added it', () => {
    const { told, add, turn } = setUp();
    const measured = (work: () => void) => {
      told.push('(');
      work();
      told.push(')');
    };
    add('a', 1, { turn: measured });
    turn();
    turn();
    expect(told).toEqual(['(', 'a1', ')', '(', ')', 'a done']);
  });

  it('goes on with what comes after a step that throws, be it not the first of its turn', () => {
    const { queue, told, errors, add, turn, turns } = setUp({ stepMs: 1 });
    let steps = 0;
    const broken = {
      next: () => {
        steps += 1;
        if (steps === 2) throw new Error('no source');
        return { value: undefined, done: false };
      },
    };
    queue.add({ steps: broken, run: () => told.push('broken done') });
    add('a', 0);
    turn();
    expect(told).toEqual(['broken done', 'a done']);
    expect(errors).toHaveLength(1);
    expect(turns).toEqual([]);
  });

  it('runs what waits when it is stopped, and does no further step', () => {
    const { queue, told, turns, add, turn } = setUp();
    add('a', 5);
    add('b', 5);
    turn();
    queue.stop();
    expect(told).toEqual(['a1', 'a done', 'b done']);
    turn();
    expect(told).toHaveLength(3);
    expect(turns).toEqual([]);
  });
});
