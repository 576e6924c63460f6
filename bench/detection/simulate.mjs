/**
 * A generated run of a server: counts per route, requests in flight and live heap at each major GC. The
 * noise figures were fitted on recorded traces of a live Express server; see parameters.json.
 */

import { normal, poisson, seededRandom } from './random.mjs';

/**
 * @param {object} p parameters.json
 * @param {object} world one of its worlds
 * @param {{route: number, bytes: number} | null} leak
 * @param {number} seed
 * @returns {{ timeMs: number, heapBytes: number, units: Float64Array, inFlight: number }[]} one row per major GC
 */
export function simulateRun(p, world, leak, seed) {
  const random = seededRandom(seed);
  const base = Array.from({ length: p.routes }, (_, r) => 1 / (r + 1));
  const logSd = world.logSd ?? p.mix.logSd;
  const levels = world.inFlightLevels ?? p.inFlight.levels;
  const walkBytes = world.randomWalkBytes ?? p.noise.randomWalkBytes;
  const units = new Float64Array(p.routes);
  let mood = base.map(() => normal(random));
  let level = 1e7;
  let total = 0;
  const rows = [];
  for (let gc = 0; gc < p.majorGcs; gc++) {
    const keep = p.mix.persistence;
    mood = mood.map((z) => keep * z + Math.sqrt(1 - keep * keep) * normal(random));
    const active = levels[Math.floor(random() * levels.length)];
    const weights = base.map((w, r) => w * Math.exp(logSd * mood[r]));
    const weightSum = weights.reduce((a, b) => a + b, 0);
    const counts = weights.map((w) => poisson(((w / weightSum) * p.unitsPerGc * active) / 100, random));
    counts[p.collinearPair.follower] = Math.round(counts[p.collinearPair.leader] * p.collinearPair.ratio);
    for (let r = 0; r < p.routes; r++) {
      units[r] += counts[r];
      total += counts[r];
    }
    level += walkBytes * normal(random);
    const inFlight = Math.max(
      0,
      Math.round(active * (p.inFlight.usedShare + p.inFlight.relativeSd * normal(random))),
    );
    let heapBytes = level + p.noise.whiteBytes * normal(random) + p.inFlight.bytesEach * inFlight;
    if (world.store)
      heapBytes += world.store.bytes * (1 - Math.exp(-units[world.store.route] / world.store.units));
    if (world.warmUpBytes) heapBytes += world.warmUpBytes * Math.log1p(total / world.warmUpUnits);
    if (leak) heapBytes += leak.bytes * units[leak.route];
    rows.push({ timeMs: gc * 1000, heapBytes, units: units.slice(), inFlight });
  }
  return rows;
}
