/**
 * The rival that sites started from: nine reads, a sample is of age once it has lived through two of them, and a binomial
 * test of what came of age against what died (p <= 1e-4 for a route and for all, 1e-5 for a function), births in three
 * windows and in the later half.
 */
import jStat from 'jstat';

const AGE = 2;
const LIMITS = { all: 1e-4, route: 1e-4, site: 1e-5 };
const MIN_SURVIVAL = 0.6;
const MIN_LATE_SHARE = 0.35;

/** @returns {{ at: number | null, fired: Set<string> }} units at the first alarm, and every key that ever fired: `all`, `route 3`, `site 7` */
export function signTest(reads) {
  const keys = new Map();
  const fired = new Set();
  const firstSeen = new Map();
  let at = null;
  reads.forEach((read, index) => {
    const alive = new Set(read.samples.map(({ ordinal }) => ordinal));
    for (const sample of read.samples) {
      const born = firstSeen.get(sample.ordinal) ?? index;
      firstSeen.set(sample.ordinal, born);
      if (index - born < AGE) continue;
      for (const key of keysOf(sample)) {
        if (!keys.has(key)) keys.set(key, new Map());
        keys.get(key).set(sample.ordinal, born);
      }
    }
    for (const [key, aged] of keys) {
      if (!fires(aged, alive, { key, index })) continue;
      at ??= read.units;
      fired.add(key);
    }
  });
  return { at, fired };
}

function keysOf({ slots, site }) {
  return ['all', ...(slots.length === 1 ? [`route ${slots[0]}`] : []), `site ${site}`];
}

function fires(aged, alive, { key, index }) {
  if (index < AGE + 2) return false;
  const [from, to] = [1, index - AGE];
  const half = from + (to - from + 1) / 2;
  const windows = new Set();
  let [gain, churn, late, early] = [0, 0, 0, 0];
  for (const [ordinal, born] of aged) {
    if (!alive.has(ordinal)) {
      churn += 1;
      continue;
    }
    if (born < from) continue;
    gain += 1;
    windows.add(born);
    if (born >= half) late += 1;
    else early += 1;
  }
  const survives = 1 - churn / aged.size >= MIN_SURVIVAL;
  const goesOn = windows.size >= 3 && late >= 3 && late / (early + 0.5) >= MIN_LATE_SHARE;
  return survives && goesOn && jStat.beta.cdf(0.5, gain, churn + 1) <= LIMITS[key.split(' ')[0]];
}
