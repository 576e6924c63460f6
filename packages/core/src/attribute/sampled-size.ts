import type { SlopeEstimate } from './single-source.ts';

/** Bytes told by samples, with the sum of squares of what each of these stands for. */
export interface SampledBytes {
  bytes: number;
  variance: number;
}

const Z95 = 1.96;

/**
 * Bytes per unit. The interval is Wilson's score interval of a Poisson count, for the number of equal samples that would
 * have the same relative error: with few samples it is lopsided, as the truth is.
 *
 * @returns null where nothing stayed or nothing was done
 */
export function sampledSize({ bytes, variance }: SampledBytes, units: number): SlopeEstimate | null {
  if (!(bytes > 0 && units > 0)) return null;
  const perSample = variance / bytes;
  const samples = bytes / perSample;
  const middle = samples + Z95 ** 2 / 2;
  const reach = Z95 * Math.sqrt(samples + Z95 ** 2 / 4);
  const scale = perSample / units;
  return {
    bytesPerUnit: bytes / units,
    standardError: Math.sqrt(variance) / units,
    ci95: [Math.max(0, scale * (middle - reach)), scale * (middle + reach)],
  };
}
