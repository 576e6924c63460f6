import type { GrowthReport } from '../types.ts';

/** Major GCs further apart than this make every verdict slow. */
const RARE_GC_MS = 120_000;

export interface EvidenceFacts {
  majorGcs: number;
  forcedGcs: number;
  rows: number;
  majorGcsNeeded: number;
  /** Between major GCs, null while there were too few. */
  intervalMs: number | null;
  /** When the last one was, null while there was none. */
  lastMs: number | null;
  nowMs: number;
  /** The level wants forced GCs and none can be forced. */
  lacksForcedGc: boolean;
  /** Canaries are off to stay inside `maxOverhead`. */
  lacksCanaries: boolean;
  /** Why the profiler does not run, null where it does or will. */
  sitesLack: string | null;
  profiler: { reads: number; hindrance: string | null };
  /** What cannot be measured inside of isolates, and why; null where all can. */
  isolatesLack: string | null;
  evicted: Evidence['evicted'];
}

type Evidence = GrowthReport['evidence'];

/** What the verdicts of a report rest on, and how much more they need. */
export function evidenceReport(facts: EvidenceFacts): Evidence {
  const { majorGcs, forcedGcs, rows, majorGcsNeeded, intervalMs, lastMs, nowMs, evicted } = facts;
  const sinceLast = lastMs === null ? 0 : nowMs - lastMs;
  return {
    majorGcs,
    forcedGcs,
    rows,
    majorGcsNeeded,
    etaMs: intervalMs === null ? null : majorGcsNeeded * intervalMs,
    majorGcIntervalMs: intervalMs,
    rareGcs: Math.max(intervalMs ?? 0, sinceLast) > RARE_GC_MS,
    profilerReads: facts.profiler.reads,
    profilerWaits: facts.profiler.hindrance,
    unavailable: unavailable(facts),
    evicted,
  };
}

function unavailable({
  lacksForcedGc,
  lacksCanaries,
  isolatesLack,
  sitesLack,
}: EvidenceFacts): Evidence['unavailable'] {
  const channels: Evidence['unavailable'] = [];
  if (lacksForcedGc) {
    channels.push({
      channel: 'floors',
      reason: 'no GC can be forced here; start Node with --expose-gc',
    });
  }
  if (isolatesLack !== null) channels.push({ channel: 'floors', reason: isolatesLack });
  if (sitesLack !== null) channels.push({ channel: 'sites', reason: sitesLack });
  if (lacksCanaries) {
    channels.push({ channel: 'survivors', reason: 'switched off for now to stay inside maxOverhead' });
  }
  return channels;
}
