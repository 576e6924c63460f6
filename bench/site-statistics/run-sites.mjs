import { SiteSurvival } from '../../packages/core/dist/attribute/site-survival.js';
import { GrowthTracker } from '../../packages/core/dist/decide/growth-tracker.js';
import { siteCandidates, siteEvidence } from '../../packages/core/dist/decide/site-naming.js';
import { siteGrowths } from '../../packages/core/dist/decide/site-verdicts.js';
import { growthThresholds } from '../../packages/core/dist/decide/thresholds.js';
import { BACKGROUND, FIRST_SCOPE, sourceAmounts } from '../../packages/core/dist/measure/floor.js';
import { simulateSamples } from './simulate-samples.mjs';

const WARM_UP_UNITS = 3000;

/** The rival has its own schedule. */
const RIVAL_EVERY = 2000;

/** Units at which to read, counted from the start of the profiler. */
function readsAt(every, units, before) {
  return Array.from({ length: Math.floor(units / every) }, (_, k) => before + (k + 1) * every);
}

export function thresholdsOf(p, { prove }) {
  const { heapLimitBytes } = p;
  return growthThresholds({ minBytesPerUnit: 128, minTotalBytes: 1 << 20, heapLimitBytes, prove });
}

/**
 * Runs the product's statistics over a generated run, read by read, with the floors between.
 *
 * @returns {{ reads, rivalReads, states: Set<string>, growths: object[][], names: { floors, sites, both } }} what any key ever was, the
 *   growths after each read, and the most probable source by either and by both at the end
 */
export function runSites(world, { seed, schedule, thresholds }) {
  const before = world.before ?? 1000;
  const { interval, every, units } = schedule;
  const own = new Set(readsAt(every, units, before));
  const rivals = new Set(readsAt(RIVAL_EVERY, units, before));
  const readAt = [...new Set([...own, ...rivals])].sort((a, b) => a - b);
  const run = simulateSamples(world, { seed, interval, readAt });
  const reads = run.reads.filter((read) => own.has(read.units));
  const survival = new SiteSurvival(run.start);
  const tracker = new GrowthTracker(thresholds, new Set([BACKGROUND]));
  const sources = FIRST_SCOPE + world.shares.length;
  const states = new Set();
  const growths = [];
  let rowsTaken = 0;
  for (const read of reads) {
    for (; rowsTaken < run.rows.length && run.rows[rowsTaken].units <= read.units; rowsTaken++)
      pushRow(tracker, run.rows[rowsTaken]);
    survival.push(read);
    const judgement = survival.judge();
    noteStates(judgement, states);
    tracker.siteEvidence = siteEvidence(judgement, sources)([]);
    const candidates = tracker.analyse()?.credible ?? siteCandidates(tracker.siteEvidence);
    growths.push(siteGrowths(judgement, thresholds, candidates));
  }
  const { siteEvidence: evidence } = tracker;
  const both = tracker.analyse()?.credible[0] ?? null;
  tracker.siteEvidence = null;
  const floors = tracker.analyse()?.credible[0] ?? null;
  const rivalReads = run.reads.filter((read) => rivals.has(read.units));
  return {
    reads,
    rivalReads,
    states,
    growths,
    names: { floors, sites: siteCandidates(evidence)[0] ?? null, both },
  };
}

function pushRow(tracker, { units, slotUnits, heapBytes, inFlight, timeMs }) {
  if (units < WARM_UP_UNITS) return;
  const sources = sourceAmounts({ units: slotUnits, totalUnits: units, inFlight }, timeMs);
  tracker.push({ value: heapBytes, sources, inFlight, totalUnits: units }, timeMs);
}

function noteStates({ all, scopes, sites }, states) {
  states.add(`all ${all.state}`);
  for (const { state } of scopes.values()) states.add(`scope ${state}`);
  for (const { state } of sites.values()) states.add(`function ${state}`);
}
