/** A whole number from 0 to below `n`, from a source of numbers in [0, 1). */
export const int = (random, n) => Math.floor(random() * n);

export const pick = (random, list) => list[int(random, list.length)];
