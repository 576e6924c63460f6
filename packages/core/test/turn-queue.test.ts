import { describe, expect, it } from 'vitest';
import { TurnQueue } from '../src/turn-queue.ts';

/** A queue whose turns come when the test says so. */
function setUp() {
  const turns: (() => void)[] = [];
  const errors: unknown[] = [];
  const told: string[] = [];
  const queue = new TurnQueue({
    nextTurn: (run) => turns.push(run),
    contained: (work) => {
      try {
        work();
      } catch (error) {
        errors.push(error);
      }
    },
  });
  const work = function* (name: string, pieces: number): Generator<void, void> {
    for (let piece = 1; piece <= pieces; piece++) {
      told.push(`${name}${piece}`);
      yield;
    }
  };
  const add = (name: string, pieces: number) =>
    queue.add(work(name, pieces), () => told.push(`${name} done`));
  return { queue, turns, errors, told, add, turn: () => turns.shift()!() };
}

describe('work in turns', () => {
  it('is done at once where there is nothing to do before', () => {
    const { told, turns, add } = setUp();
    add('a', 0);
    expect(told).toEqual(['a done']);
    expect(turns).toEqual([]);
  });

  it('does one piece per turn, and what was added first is finished first', () => {
    const { told, turns, add, turn } = setUp();
    add('a', 2);
    add('b', 1);
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

  it('goes on with what comes after a piece that throws', () => {
    const { queue, told, errors, add } = setUp();
    const broken = {
      next: () => {
        throw new Error('no source');
      },
    };
    queue.add(broken, () => told.push('broken done'));
    add('a', 0);
    expect(told).toEqual(['broken done', 'a done']);
    expect(errors).toHaveLength(1);
  });

  it('runs what waits when it is stopped, and does no further piece', () => {
    const { queue, told, turns, add, turn } = setUp();
    add('a', 5);
    add('b', 5);
    queue.stop();
    expect(told).toEqual(['a1', 'a done', 'b done']);
    turn();
    expect(told).toHaveLength(3);
    expect(turns).toEqual([]);
  });
});
