import { describe, expect, it } from 'vitest';
import { NO_SLOT, ScopeSlots } from '../../src/measure/scope-slots.ts';

/** Slots of so many scopes `0`, `1` ..., all of which were active in the last row. */
function slotsOf(scopes: number): ScopeSlots {
  const slots = new ScopeSlots(scopes);
  for (let n = 0; n < scopes; n++) slots.take('route', String(n));
  slots.nextRow(() => true);
  return slots;
}

function idleRows(slots: ScopeSlots, rows: number, active: readonly number[] = []): void {
  for (let row = 0; row < rows; row++) slots.nextRow((slot) => active.includes(slot));
}

const nobody = () => false;

describe('ScopeSlots', () => {
  it('frees no slot before its scope was idle for 20 rows', () => {
    const slots = slotsOf(2);
    idleRows(slots, 19);
    expect(slots.evictIdle(2, nobody)).toEqual([]);
    idleRows(slots, 1);
    expect(slots.evictIdle(2, nobody)).toEqual([0, 1]);
  });

  it('frees the scope that was idle longest first, and no more than asked for', () => {
    const slots = slotsOf(3);
    idleRows(slots, 1, [0]);
    idleRows(slots, 1, [2]);
    idleRows(slots, 20);
    expect(slots.evictIdle(2, nobody)).toEqual([1, 0]);
  });

  it('passes over scopes that are held', () => {
    const slots = slotsOf(2);
    idleRows(slots, 20);
    expect(slots.evictIdle(2, (slot) => slot === 0)).toEqual([1]);
  });

  it('has another id for the next scope in a slot, and knows the old one as evicted', () => {
    const slots = slotsOf(1);
    const old = slots.idOf(0);
    idleRows(slots, 20);
    slots.evictIdle(1, nobody);
    expect([slots.slotOf(old), slots.evictedKind(old), slots.nameOf(0)]).toEqual([
      NO_SLOT,
      'route',
      undefined,
    ]);
    expect(slots.take('job', 'next')).toBe(0);
    const next = slots.idOf(0);
    expect(next).not.toBe(old);
    expect([slots.slotOf(next), slots.slotOf(old), slots.evictedKind(old)]).toEqual([0, NO_SLOT, 'route']);
    expect([slots.find('job', 'next'), slots.find('route', '0')]).toEqual([0, undefined]);
  });

  it('takes no id of other slots for an evicted one', () => {
    const slots = slotsOf(1);
    const sameSlotOtherKind = slots.idOf(0) + 1;
    for (const id of [sameSlotOtherKind, 77, 1e12, -1, -2, 0.5, Number.NaN, undefined as never, '0' as never])
      expect([id, slots.slotOf(id), slots.evictedKind(id)]).toEqual([id, NO_SLOT, null]);
  });

  it('makes ids that stay apart however often a slot passes on', () => {
    const slots = new ScopeSlots(1);
    const ids = new Set<number>();
    for (let turn = 0; turn < 1000; turn++) {
      slots.take(turn % 3 === 0 ? 'job' : 'route', 'a');
      ids.add(slots.idOf(0));
      idleRows(slots, 20);
      slots.evictIdle(1, nobody);
    }
    expect(ids.size).toBe(1000);
    for (const id of ids) expect(slots.evictedKind(id)).not.toBeNull();
  });
});
