import { BlockMinimum } from '../measure/block-minimum.ts';
import type { FloorRow } from '../measure/floor-history.ts';

/** Fewer minima than this are no series. */
const MIN_ROWS = 8;

/** Rows of which the least may be taken for all. */
const BLOCK = 3;
/** The least of three normal deviates lies 0.846 below the mean and has a standard deviation of 0.748. */
const LEAST_BIAS: number = 0.846 / 0.748;

/**
 * Single rows, or the least of every three where that leaves less noise than three rows averaged: floating garbage
 * pushes a floor up and never down, other noise goes both ways.
 */
export function quieter(rows: readonly FloorRow[]): readonly FloorRow[] {
  // Least against the leak's own line: of three rows of a fast leak the first would always be the least.
  const [first, last] = [rows[0]!, rows.at(-1)!];
  const slope = (last.value - first.value) / Math.max(last.timeMs - first.timeMs, 1e-6);
  const block = new BlockMinimum<{ value: number; row: FloorRow }>(BLOCK);
  const minima = rows
    .map((row) => block.push({ value: row.value - slope * row.timeMs, row }))
    .filter((least) => least !== null)
    .map((least) => least.row);
  const noise = minima.length < MIN_ROWS ? Number.POSITIVE_INFINITY : roughness(minima);
  if (noise >= roughness(rows) / BLOCK) return rows;
  const bias = LEAST_BIAS * Math.sqrt(noise);
  return minima.map(({ timeMs, value }) => ({ timeMs, value: value + bias }));
}

/** Noise of one row as a variance, if all of it were white: how far rows lie off the line between their neighbours. */
export function roughness(rows: readonly FloorRow[]): number {
  let sum = 0;
  for (let k = 2; k < rows.length; k += 1) {
    const [before, row, after] = [rows[k - 2]!, rows[k - 1]!, rows[k]!];
    const share = (row.timeMs - before.timeMs) / Math.max(after.timeMs - before.timeMs, 1e-6);
    const off = row.value - before.value - share * (after.value - before.value);
    sum += (off * off) / (1 + share * share + (1 - share) * (1 - share));
  }
  return sum / (rows.length - 2);
}
