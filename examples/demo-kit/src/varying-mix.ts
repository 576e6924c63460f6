/** A source of numbers in [0, 1). */
export type Random = () => number;

/** Something that comes with a weight: its share of the whole on average, in percent or any other unit. */
export interface Weighted {
  weight: number;
}

/** Shares are between a third and three times their average. */
const SPREAD = Math.log(3);

/**
 * Draws from `mix` by weight, with shares that are drawn anew after every `drawsPerMix` draws, as real traffic varies over
 * time: routes or jobs that always come in the same proportion could not be told apart.
 */
export function varyingMix<T extends Weighted>(
  mix: readonly T[],
  drawsPerMix: number,
  random: Random,
): () => T {
  let shares: number[] = [];
  let draws = 0;
  return () => {
    if (draws % drawsPerMix === 0) {
      shares = mix.map(({ weight }) => weight * Math.exp((2 * random() - 1) * SPREAD));
    }
    draws += 1;
    return pick(mix, shares, random());
  };
}

function pick<T>(mix: readonly T[], shares: readonly number[], uniform: number): T {
  let rest = uniform * shares.reduce((sum, share) => sum + share, 0);
  const at = shares.findIndex((share) => {
    rest -= share;
    return rest < 0;
  });
  return mix[at] ?? mix[0]!;
}

/** A small generator with a seed (Tommy Ettinger's mulberry32); `Math.random` has none. */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number below the limit. */
export function upTo(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}
