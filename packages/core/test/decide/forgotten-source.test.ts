import { describe, expect, it } from 'vitest';
import { FloorChannel } from '../../src/decide/floor-channel.ts';
import { growthThresholds } from '../../src/decide/thresholds.ts';
import { FIRST_SCOPE, SIGNALS } from '../../src/measure/floor.ts';
import { generatedRows } from '../attribute/generated-rows.ts';

const THRESHOLDS = growthThresholds({
  minBytesPerUnit: 128,
  minTotalBytes: 2 ** 20,
  heapLimitBytes: 2 ** 31,
  prove: false,
});
/** The scope that goes idle, is forgotten, and whose slot another one gets. */
const SLOT = 3;

/** A channel that saw these rows; at `forgetAt` the slot is forgotten. */
function channel(
  rows: ReturnType<typeof generatedRows>,
  unitsOf: (row: number, n: number) => number,
  forgetAt: number,
) {
  const floors = new FloorChannel(THRESHOLDS, 0);
  for (const [k, row] of rows.entries()) {
    if (k === forgetAt) floors.forget(FIRST_SCOPE + SLOT);
    const units = row.sources.slice();
    units[SLOT] = unitsOf(k, units[SLOT]!);
    floors.push(
      {
        timeMs: 120_000 + k * 1000,
        heapBytes: row.value,
        oldSpaceBytes: row.value * 0.9,
        externalBytes: 1e6,
        arrayBuffersBytes: 0,
        forced: k % 2 === 0,
        pauseMs: 5,
      },
      { units, totalUnits: row.totalUnits, inFlight: row.inFlight },
    );
  }
  return floors;
}

/** What all trackers say. */
function said(floors: FloorChannel): unknown {
  return SIGNALS.map((signal) => {
    const analysis = floors.tracker(signal).analyse();
    return [
      floors.tracker(signal).verdict,
      analysis?.sourceEvidence,
      analysis?.estimate(FIRST_SCOPE + SLOT),
      floors.tracker(signal).amount(FIRST_SCOPE + SLOT),
      floors
        .growths()
        .map(({ source, estimate, totalBytes, credible }) => [source, estimate, totalBytes, credible]),
    ];
  });
}

describe('a source that is forgotten', () => {
  const FORGET_AT = 61;
  const IDLE_FROM = 40;
  /** Units of the slot: the first scope's until it idles; a new scope's once it was forgotten. */
  const twoTurns = (k: number, n: number): number =>
    k < FORGET_AT ? Math.min(n, IDLE_FROM * 60) : (k - FORGET_AT) * 40;
  const newOnly = (k: number): number => Math.max(0, k - FORGET_AT) * 40;

  it.each([1, 2, 3, 4, 5])(
    'leaves the same as if it had never done anything, when nothing grows (seed %i)',
    (seed) => {
      const rows = generatedRows({ seed, rows: 120, bytes: () => 0 });
      expect(said(channel(rows, twoTurns, FORGET_AT))).toEqual(said(channel(rows, newOnly, FORGET_AT)));
    },
  );

  it.each([11, 12, 13])('leaves the same beside two leaks that are known (seed %i)', (seed) => {
    const bytes = (n: Float64Array): number => 8192 * n[0]! + 16_384 * n[5]!;
    const rows = generatedRows({ seed, rows: 200, bytes });
    const [forgotten, never] = [twoTurns, newOnly].map((unitsOf) => channel(rows, unitsOf, FORGET_AT));
    expect(
      never!
        .growths()
        .map(({ source }) => source)
        .sort(),
    ).toEqual([FIRST_SCOPE, FIRST_SCOPE + 5]);
    expect(forgotten!.spokenOf).not.toContain(FIRST_SCOPE + SLOT);
    expect(said(forgotten!)).toEqual(said(never!));
  });

  it('gives the scope that gets the slot its own size and nothing of the former one', () => {
    const rows = generatedRows({ seed: 7, rows: 200, bytes: (_, k) => 8192 * newOnly(k) });
    const floors = channel(rows, twoTurns, FORGET_AT);
    const [growth] = floors.growths();
    expect(growth).toMatchObject({ source: FIRST_SCOPE + SLOT });
    expect(growth!.estimate.ci95[0]).toBeLessThan(8192);
    expect(growth!.estimate.ci95[1]).toBeGreaterThan(8192 * 0.9);
    expect(growth!.totalBytes).toBeLessThan(8192 * newOnly(199) * 1.2);
  });

  it('is told by the channel while a growth speaks of it', () => {
    const rows = generatedRows({ seed: 8, rows: 120, bytes: (n) => 4096 * n[0]! });
    expect(channel(rows, (_, n) => n, -1).spokenOf).toContain(FIRST_SCOPE);
  });
});
