import { inverse, Matrix, solve } from 'ml-matrix';

const MIN_BYTES_PER_UNIT = 128;
const Z95 = 1.96;

/** Least squares with an intercept: slopes of the columns and their standard errors. */
function leastSquares(columns, target) {
  const x = new Matrix(target.map((_, k) => [1, ...columns.map((column) => column[k])]));
  const y = Matrix.columnVector(target);
  const gram = x.transpose().mmul(x);
  for (let i = 0; i < gram.rows; i++) gram.set(i, i, gram.get(i, i) * (1 + 1e-9) + 1e-9);
  const slopes = solve(gram, x.transpose().mmul(y));
  const residual = Matrix.sub(y, x.mmul(slopes));
  const degreesOfFreedom = Math.max(1, target.length - x.columns);
  const variance = residual.transpose().mmul(residual).get(0, 0) / degreesOfFreedom;
  const covariance = inverse(gram).mul(variance);
  return columns.map((_, r) => ({
    slope: slopes.get(r + 1, 0),
    error: Math.sqrt(covariance.get(r + 1, r + 1)),
  }));
}

const heapOf = (rows) => rows.map((row) => row.heapBytes);
const countsOf = (rows, route) => rows.map((row) => row.units[route]);

function accuse(fits) {
  const accused = fits
    .map(({ slope, error }, route) => ({ route, slope, z: slope / error, low: slope - Z95 * error }))
    .filter(({ low }) => low >= MIN_BYTES_PER_UNIT)
    .sort((a, b) => b.z - a.z);
  return { accused: accused.map(({ route }) => route), bytesPerUnit: accused[0]?.slope ?? null };
}

/** Plain ordinary least squares of the floors on all routes' counts; accuses every slope whose 95 % interval lies above 128 B. */
export function plainOls(rows) {
  const routes = rows[0].units.length;
  const columns = Array.from({ length: routes }, (_, r) => countsOf(rows, r));
  return accuse(leastSquares(columns, heapOf(rows)));
}

/** The naive rule: one straight line of memory against each route's own count, the same limit. */
export function naiveRule(rows) {
  const routes = rows[0].units.length;
  return accuse(Array.from({ length: routes }, (_, r) => leastSquares([countsOf(rows, r)], heapOf(rows))[0]));
}
