/** A number of events of which so many are expected, drawn by chance. */
export function poisson(mean: number, random: () => number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * gaussian(random)));
  const limit = Math.exp(-mean);
  let [count, product] = [0, random()];
  while (product > limit) {
    count += 1;
    product *= random();
  }
  return count;
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Requests per second at a second of the run. */
export type Load = (second: number, random: () => number) => number;

export const LOADS: Record<string, Load> = {
  steady: () => 30,
  bursty: (second, random) => (Math.floor(second / 40) % 5 === 0 ? 90 : 15) * (0.7 + 0.6 * random()),
  doubled: (second) => (second < 3600 ? 20 : 40),
  'that of a day, faster': (second) => 30 + 25 * Math.sin(second / 900),
};
