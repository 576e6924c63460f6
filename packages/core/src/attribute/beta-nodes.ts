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
  const weights = shares.map((share) => share ** (alpha - 1) * (1 - share) ** (beta - 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return shares.map((share, k) => ({ share, logWeight: Math.log(weights[k]! / total) }));
}
