import { logSumExp } from './credible-set.ts';

/** A value of a share, with the logarithm of its prior weight. */
export interface ShareNode {
  share: number;
  logWeight: number;
}

/**
 * Midpoints of equal steps with the weights of a Beta distribution, normalised: enough to average a likelihood over an
 * unknown share.
 */
export function betaNodes(alpha: number, beta: number, count: number): ShareNode[] {
  const shares = Array.from({ length: count }, (_, k) => (k + 0.5) / count);
  const logs = shares.map((share) => (alpha - 1) * Math.log(share) + (beta - 1) * Math.log(1 - share));
  const total = logSumExp(logs);
  return shares.map((share, k) => ({ share, logWeight: logs[k]! - total }));
}
