import { seededRandom } from '../detection/simulate.mjs';

/** Runs that would take longer than so many observed spans count as never. */
const LONGEST = 100;

/**
 * A leaking process: floors up to now, and the moment at which its live heap really reaches the limit.
 *
 * @param {object} p parameters.json
 * @param {object} world one of its worlds
 * @param {number} seed
 * @returns {{ floors: { timeMs: number, value: number, isDisturbed: boolean }[], limitBytes: number, inMs: number, facts: object }}
 *   `inMs` from the last floor; `facts` is what the oracle is told
 */
export function simulateRun(p, world, seed) {
  const random = seededRandom(seed);
  for (let warmUp = 0; warmUp < 10; warmUp++) random();
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const uniform = ([low, high]) => low + (high - low) * random();
  const logUniform = ([low, high]) => low * (high / low) ** random();
  const count = p.floors[Math.floor(random() * p.floors.length)];
  const leakBytes = logUniform(p.leakBytesPerGc);
  const ahead = logUniform(p.aheadPerObserved);
  const store = world.store && {
    bytes: uniform(world.store.bytes),
    fillGcs: count * uniform(world.store.fillShare),
  };
  const onsetGc = world.onset === undefined ? 0 : count * uniform(world.onset);
  const stored = (gc) =>
    store
      ? (store.bytes * Math.floor(world.store.steps * (1 - Math.exp(-gc / store.fillGcs)))) /
        world.store.steps
      : 0;
  let [gc, mood, drifted] = [0, normal(), p.startBytes];
  const next = () => {
    const step = 1 + p.gcJitter * (2 * random() - 1);
    gc += step;
    if (world.rate) {
      const keep = Math.exp(-step / world.rate.correlationGcs);
      mood = keep * mood + Math.sqrt(1 - keep * keep) * normal();
    }
    const rate = leakBytes * (1 + (world.rate?.relativeSd ?? 0) * mood);
    const leaking = Math.min(step, Math.max(0, gc - onsetGc));
    drifted += rate * leaking + (world.walkBytes ?? 0) * Math.sqrt(step) * normal();
    return drifted + stored(gc);
  };
  const floors = [];
  let level = 0;
  for (let k = 0; k < count; k++) {
    level = next();
    const isDisturbed = world.garbage !== undefined && random() < world.garbage.probability;
    const garbage = isDisturbed ? -world.garbage.meanBytes * Math.log(1 - random()) : 0;
    floors.push({
      timeMs: gc * p.gcIntervalMs,
      value: level + p.whiteBytes * normal() + garbage,
      isDisturbed,
    });
  }
  const now = gc;
  const limitBytes = level + leakBytes * ahead * (count - onsetGc);
  while (level < limitBytes && gc < now + LONGEST * count) {
    const [before, beforeGc] = [level, gc];
    level = next();
    if (level >= limitBytes) gc = beforeGc + ((gc - beforeGc) * (limitBytes - before)) / (level - before);
  }
  const inMs = level >= limitBytes ? (gc - now) * p.gcIntervalMs : Number.POSITIVE_INFINITY;
  return { floors, limitBytes, inMs, facts: { leakBytes, onsetGc, stored, world, p } };
}
