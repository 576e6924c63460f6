/** The first argument from 0 on at which `score` reaches `target`, null beyond `horizon`. */
export function firstCrossing(score, target, horizon) {
  if (score(0) >= target) return 0;
  let [low, high] = [0, 0.25];
  while (score(high) < target) {
    if (high > horizon) return null;
    [low, high] = [high, high * 1.3];
  }
  for (let halving = 0; halving < 16; halving++) {
    const middle = (low + high) / 2;
    if (score(middle) < target) low = middle;
    else high = middle;
  }
  return high;
}
