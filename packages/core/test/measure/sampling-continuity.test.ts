import { describe, expect, it } from 'vitest';
import { SamplingContinuity } from '../../src/measure/sampling-continuity.ts';

const of = (...ordinals: number[]) =>
  ordinals.map((ordinal) => ({ ordinal, bytes: 1000 + ordinal, stack: 0 }));

function reads(...all: ReturnType<typeof of>[]): boolean[] {
  const continuity = new SamplingContinuity();
  return all.map((samples) => continuity.follows(samples));
}

describe('reads of one run', () => {
  it('follow one another while samples end and younger ones come', () => {
    expect(reads(of(1, 5, 9), of(5, 9, 12, 30), of(30, 31), of(31))).toEqual([true, true, true, true]);
  });

  it('follow though everything known has ended', () => {
    expect(reads(of(1, 5, 9), of(), of(10, 11), of(12))).toEqual([true, true, true, true]);
  });
});

describe('a run of somebody else', () => {
  it('shows by a sample that is old and was not known', () => {
    expect(reads(of(1, 5, 9), of(2, 12)).at(-1)).toBe(false);
    expect(reads(of(1, 5, 9), of(), of(8)).at(-1)).toBe(false);
  });

  it('shows by a known ordinal of another size', () => {
    expect(reads(of(1, 5, 9), [{ ordinal: 5, bytes: 7, stack: 0 }]).at(-1)).toBe(false);
  });

  it('does not count once it was told', () => {
    expect(reads(of(100), of(50), of(100, 101))).toEqual([true, false, true]);
  });
});
