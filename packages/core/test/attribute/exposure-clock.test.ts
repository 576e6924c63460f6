import { describe, expect, it } from 'vitest';
import { ExposureClock } from '../../src/attribute/exposure-clock.ts';

/** Slot 1 has all units of the first read, slot 0 those of the second, slot 2 was not counted at first. */
const CLOCK = new ExposureClock([
  { ordinal: 0, units: 100, slotUnits: [40, 60] },
  { ordinal: 1000, units: 300, slotUnits: [40, 260] },
  { ordinal: 1000, units: 310, slotUnits: [50, 260] },
  { ordinal: 3000, units: 1310, slotUnits: [1050, 260, 0] },
]);

describe('the clock of ordinals', () => {
  it('gives the units of a scope that were finished at an ordinal, in proportion between two reads', () => {
    const ordinals = [-5, 0, 500, 1000, 2000, 3000, 9000];
    expect(ordinals.map(CLOCK.units(null))).toEqual([100, 100, 200, 300, 810, 1310, 1310]);
    expect(ordinals.map(CLOCK.units(0))).toEqual([40, 40, 40, 40, 550, 1050, 1050]);
    expect(ordinals.map(CLOCK.units(1))).toEqual([60, 60, 160, 260, 260, 260, 260]);
  });

  it('tells where in a window an ordinal lies by the units of its scope', () => {
    const window = { from: 0, to: 3000 };
    expect([500, 1000, 2000].map(CLOCK.positions({ ...window, slot: 1 }))).toEqual([0.5, 1, 1]);
    expect([500, 2000].map(CLOCK.positions({ ...window, slot: 0 }))).toEqual([0, 510 / 1010]);
  });

  it('tells it by the ordinals where the scope had no units or was not counted', () => {
    expect([500, 1500].map(CLOCK.positions({ from: 0, to: 2000, slot: 2 }))).toEqual([0.25, 0.75]);
    expect(CLOCK.positions({ from: 1000, to: 3000, slot: 1 })(1500)).toBe(0.25);
    expect(CLOCK.positions({ from: 1000, to: 1000, slot: 2 })(1000)).toBe(0);
  });
});
