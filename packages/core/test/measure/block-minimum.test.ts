import { describe, expect, it } from 'vitest';
import { BlockMinimum } from '../../src/measure/block-minimum.ts';

describe('BlockMinimum', () => {
  it('keeps of three rows the lowest one whole, and the first of equals', () => {
    const block = new BlockMinimum<{ value: number; id: string }>(3);
    const kept = ['a5', 'b2', 'c9', 'd4', 'e4', 'f7'].map((row) =>
      block.push({ id: row[0]!, value: Number(row[1]) }),
    );
    expect(kept.map((row) => row?.id ?? null)).toEqual([null, null, 'b', null, null, 'd']);
  });

  it('gives an open block when asked, and nothing when there is none', () => {
    const block = new BlockMinimum<{ value: number }>(3);
    expect(block.flush()).toBeNull();
    block.push({ value: 3 });
    expect(block.flush()).toEqual({ value: 3 });
    expect(block.flush()).toBeNull();
  });
});
