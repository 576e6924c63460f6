import { describe, expect, it } from 'vitest';
import { ThinnedMinima } from '../../src/measure/thinned-minima.ts';

const values = (minima: ThinnedMinima<{ value: number }>) => minima.rows.map(({ value }) => value);

describe('minima of a long run', () => {
  it('are the lowest rows of blocks, with how high the others came', () => {
    const minima = new ThinnedMinima<{ value: number; at: number }>({ size: 3, kept: 4, doublings: 0 });
    const completed = [5, 4, 9, 7, 7, 8, 1].map((value, at) => minima.push({ value, at }, at));
    expect(completed).toEqual([false, false, true, false, false, true, false]);
    expect(minima.rows).toEqual([
      { value: 4, at: 1, highest: 9, block: 0 },
      { value: 7, at: 3, highest: 8, block: 1 },
    ]);
    expect(minima.pending).toMatchObject({ value: 1 });
  });

  it('drop the oldest once blocks get no longer', () => {
    const minima = new ThinnedMinima({ size: 1, kept: 4, doublings: 0 });
    for (let look = 0; look < 7; look++) minima.push({ value: look }, look);
    expect(values(minima)).toEqual([3, 4, 5, 6]);
  });

  it('join neighbours when there are too many, and go on with blocks twice as long', () => {
    const minima = new ThinnedMinima({ size: 1, kept: 4, doublings: 1 });
    for (let look = 0; look < 4; look++) minima.push({ value: 10 - look }, look);
    expect(minima.rows).toEqual([
      { value: 9, highest: 10, block: 0 },
      { value: 7, highest: 8, block: 1 },
    ]);
    for (let look = 4; look < 14; look++) minima.push({ value: look }, look);
    expect(values(minima)).toEqual([6, 8, 10, 12]);
    expect(minima.thinnings).toBe(1);
  });

  it('begin their blocks at the same looks, whenever they began themselves, and over gaps', () => {
    const minima = new ThinnedMinima({ size: 4, kept: 8, doublings: 0 });
    const completed = [2, 3, 4, 9, 10].map((look) => minima.push({ value: look }, look));
    expect(completed).toEqual([false, true, false, true, false]);
    expect(minima.rows.map(({ value, block }) => [value, block])).toEqual([
      [2, 0],
      [4, 1],
    ]);
    expect(minima.pending).toMatchObject({ value: 9, block: 2 });
  });

  it('keep what they are told to of the first row of a block', () => {
    const merge = (lowest: { value: number; at: number }, { at }: { at: number }) => ({ ...lowest, at });
    const minima = new ThinnedMinima({ size: 2, kept: 2, doublings: 1, merge });
    for (const [at, value] of [9, 8, 7, 6].entries()) minima.push({ value, at }, at);
    expect(minima.rows).toEqual([{ value: 6, at: 0, highest: 9, block: 0 }]);
  });
});
