import type { RiseRow } from './steady-rise.ts';

/** A count without what traffic explains of it. */
export interface BeyondTraffic {
  values: number[];
  /** By how much traffic moved the count over the rows. */
  swing: number;
  /** Share of the units' rise that traffic does not have: 0 where both rise alike, so that nothing tells a leak from traffic. */
  apart: number;
}

/**
 * Takes out of a count what follows units in flight and the rate of units (a store that forgets by age holds rate times age): least
 * squares beside a level and a rise with the units, so that a rise is not taken for traffic; only what grows with traffic is taken out.
 */
export function beyondTraffic(rows: readonly RiseRow[]): BeyondTraffic {
  const values = rows.map(({ value }) => value);
  const columns = [rows.map(({ inFlight }) => inFlight), ratesOf(rows)];
  const beside = rows.map(({ totalUnits }) => totalUnits);
  const weights = fit(values, columns, beside);
  const moved = rows.map((_, k) => columns.reduce((sum, column, c) => sum + weights[c]! * column[k]!, 0));
  return {
    values: values.map((value, k) => value - moved[k]!),
    swing: Math.max(...moved) - Math.min(...moved),
    apart: unexplained(beside, columns),
  };
}

/** Units per second around each row. */
function ratesOf(rows: readonly RiseRow[]): number[] {
  return rows.map((_, k) => {
    const [from, to] = [rows[Math.max(0, k - 1)]!, rows[Math.min(rows.length - 1, k + 1)]!];
    return ((to.totalUnits - from.totalUnits) * 1000) / Math.max(1, to.timeMs - from.timeMs);
  });
}

/** Weights of the columns, none below 0: a column that would have one is left out. */
function fit(values: readonly number[], columns: readonly number[][], beside: readonly number[]): number[] {
  const used = columns.map((column) => Math.max(...column) > Math.min(...column));
  for (;;) {
    const kept = columns.filter((_, c) => used[c]);
    const solved = leastSquares(values, [beside, ...kept]).slice(1);
    let next = 0;
    const weights = used.map((isUsed) => (isUsed ? solved[next++]! : 0));
    const worst = weights.findIndex((weight) => !(weight >= 0));
    if (worst < 0) return weights;
    used[worst] = false;
  }
}

/** Share of the variance of values that no combination of the columns has. */
function unexplained(values: readonly number[], columns: readonly (readonly number[])[]): number {
  const rest = centred(values);
  const before = dot(rest, rest);
  const basis: Axis[] = [];
  for (const column of columns) {
    const axis = axisOf(column, basis).axis;
    if (axis.size > 0) remove(rest, axis);
    basis.push(axis);
  }
  return before > 0 ? dot(rest, rest) / before : 0;
}

/** Weights of the columns beside a level, by Gram and Schmidt; 0 for a column that the ones before it hold. */
function leastSquares(values: readonly number[], columns: readonly (readonly number[])[]): number[] {
  const basis: Axis[] = [];
  const triangle: number[][] = [];
  const target = centred(values);
  const heights = columns.map((column) => {
    const { axis, before } = axisOf(column, basis);
    triangle.push(before);
    basis.push(axis);
    return axis.size > 0 ? remove(target, axis) : 0;
  });
  const weights = heights.slice();
  for (let c = weights.length - 1; c >= 0; c--)
    for (let later = c + 1; later < weights.length; later++)
      weights[c]! -= triangle[later]![c]! * weights[later]!;
  return weights;
}

/** What a column has that those before it have not. */
interface Axis {
  column: readonly number[];
  /** Its square; 0 where that is nothing. */
  size: number;
}

function axisOf(column: readonly number[], basis: readonly Axis[]): { axis: Axis; before: number[] } {
  const rest = centred(column);
  const whole = dot(rest, rest);
  const before = basis.map((axis) => (axis.size > 0 ? remove(rest, axis) : 0));
  const size = dot(rest, rest);
  return { axis: { column: rest, size: size > 1e-9 * whole ? size : 0 }, before };
}

/** Takes the part along one axis out; returns its weight. */
function remove(from: number[], { column, size }: Axis): number {
  const weight = dot(from, column) / size;
  for (let k = 0; k < from.length; k++) from[k]! -= weight * column[k]!;
  return weight;
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
