import { describe, expect, it } from 'vitest';
import { SharedSlotSets } from '../../src/frames/shared-slot-sets.ts';

describe('sets of scopes', () => {
  it('are one list however often they are given, until they are cleared', () => {
    const sets = new SharedSlotSets();
    const first = [1, 2, 3];
    expect(sets.shared(first)).toBe(first);
    expect(sets.shared([1, 2, 3])).toBe(first);
    expect(sets.shared([1, 23])).toEqual([1, 23]);
    sets.clear();
    expect(sets.shared([1, 2, 3])).not.toBe(first);
  });

  it('are not remembered without a bound', () => {
    const sets = new SharedSlotSets();
    const first = sets.shared([0]);
    for (let slot = 1; slot <= 256; slot++) sets.shared([slot]);
    expect(sets.shared([0])).not.toBe(first);
  });
});
