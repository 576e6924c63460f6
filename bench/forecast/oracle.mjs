import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix';
import { firstCrossing } from './first-crossing.mjs';
import { normalQuantile } from './quantiles.mjs';

/**
 * The interval of one who is told the noise model with its figures (white noise, random walk, how the rate varies),
 * the shape of the store's curve, when the leak began and which floors carry garbage, but neither level nor slope nor
 * the store's size: best linear prediction from all single floors with these unknown (universal kriging), inverted for time.
 *
 * @returns {{ low: number, high: number } | null} milliseconds from the last floor
 */
export function oracleInterval(run, confidence) {
  const { leakBytes, onsetGc, stored, world, p } = run.facts;
  const rows = run.floors.filter((floor) => !floor.isDisturbed);
  const times = rows.map(({ timeMs }) => timeMs / p.gcIntervalMs);
  const nowGc = run.floors.at(-1).timeMs / p.gcIntervalMs;
  const y = Matrix.columnVector(rows.map(({ value }) => value));
  const basis = (t) => [1, Math.max(0, t - onsetGc), ...(world.store ? [stored(t) / 1e6] : [])];
  const latent = (s, t) => {
    const walk = (world.walkBytes ?? 0) ** 2 * Math.min(s, t);
    if (!world.rate) return walk;
    const { relativeSd, correlationGcs: c } = world.rate;
    const integrated =
      c *
      (2 * Math.min(s, t) - c * (1 - Math.exp(-s / c) - Math.exp(-t / c) + Math.exp(-Math.abs(s - t) / c)));
    return walk + (leakBytes * relativeSd) ** 2 * integrated;
  };
  const covariance = new Matrix(
    times.map((s, i) =>
      times.map((t, j) => latent(Math.min(s, t), Math.max(s, t)) + (i === j ? p.whiteBytes ** 2 : 0)),
    ),
  );
  const cholesky = new CholeskyDecomposition(covariance);
  const x = new Matrix(times.map(basis));
  const whiteX = cholesky.solve(x);
  const betaCovariance = inverse(x.transpose().mmul(whiteX));
  const beta = betaCovariance.mmul(whiteX.transpose().mmul(y));
  const whiteResidual = cholesky.solve(Matrix.sub(y, x.mmul(beta)));
  const z = normalQuantile((1 + confidence) / 2);
  /** How many standard deviations the level then lies above the limit. */
  const score = (aheadGcs) => {
    const t = nowGc + aheadGcs;
    const k = Matrix.columnVector(times.map((s) => latent(s, t)));
    const x0 = Matrix.columnVector(basis(t));
    const d = Matrix.sub(x0, whiteX.transpose().mmul(k));
    const mean = x0.dot(beta) + k.dot(whiteResidual);
    const variance = latent(t, t) - k.dot(cholesky.solve(k)) + d.dot(betaCovariance.mmul(d));
    return (mean - run.limitBytes) / Math.sqrt(Math.max(variance, 1));
  };
  const low = firstCrossing(score, -z, 100 * times.length);
  const high = firstCrossing(score, z, 100 * times.length);
  return high === null ? null : { low: low * p.gcIntervalMs, high: high * p.gcIntervalMs };
}
