import type { NamedGrowth } from './decide/channel-growth.ts';
import type { FloorChannel } from './decide/floor-channel.ts';
import type { HeapForecaster } from './decide/heap-forecast.ts';
import type { SiteGrowth } from './decide/site-verdicts.ts';
import type { Runtime } from './internal-types.ts';
import type { IsolateGrowth } from './isolate-growth.ts';
import type { CostMeter } from './measure/cost-meter.ts';
import { FIRST_SCOPE } from './measure/floor.ts';
import type { FloorSlope } from './measure/floor-slope.ts';
import type { Ledger } from './measure/ledger.ts';
import type { ResolvedOptions } from './options.ts';
import { evidenceReport } from './report/evidence.ts';
import { type ScopeFacts, scopeReports } from './report/growth-report.ts';
import { unattributedReport } from './report/unattributed.ts';
import type { SideCounts } from './side-counts.ts';
import type { SiteChannel } from './site-channel.ts';
import type { SiteReader } from './site-reader.ts';
import type { EvidenceReport, GrowthReport, MemoryReport, ScopeReport } from './types.ts';

/** All that a detector knows when it is asked. */
export interface DetectorState {
  options: ResolvedOptions;
  runtime: Runtime;
  uptimeMs: number;
  /** On the detector's clock. */
  nowMs: number;
  ledger: Ledger;
  meter: CostMeter;
  floors: FloorChannel;
  isolates: IsolateGrowth;
  sideCounts: SideCounts;
  sites: { channel: SiteChannel; reader: SiteReader; growths: readonly SiteGrowth[] };
  slope: FloorSlope;
  forecaster: HeapForecaster;
  scopes: readonly ScopeFacts[];
  gcs: { majorGcs: number; forcedGcs: number };
}

/** The report of what a detector knows. */
export function detectorReport(state: DetectorState): GrowthReport {
  const { options, runtime, ledger, meter, scopes } = state;
  const own = state.floors.growths();
  const growths = [...own, ...state.isolates.growths()];
  const sight = state.isolates.sight();
  const perSecondOf = ({ isolates }: NamedGrowth): number =>
    scopes
      .filter(({ slot }) => isolates === undefined || sight?.knows(FIRST_SCOPE + slot))
      .reduce((sum, { unitsPerSecond }) => sum + unitsPerSecond, 0);
  return {
    v: 1,
    time: runtime.date().toISOString(),
    pid: process.pid,
    node: process.version,
    level: options.level,
    uptimeMs: state.uptimeMs,
    memory: memory(state, own),
    scopes: scopesOf(state, growths, sight),
    unattributed: unattributedReport(
      [...growths, ...unplaced(state.sites.growths, own)],
      (slot) => ledger.nameOf(slot) ?? '',
      perSecondOf,
      () => state.sites.channel.site(null),
    ),
    ...state.sideCounts.reports((slot) => ledger.nameOf(slot) ?? ''),
    evidence: evidence(state),
    overhead: meter.overhead(runtime.processCpuMs()),
  };
}

/** What survivors show that follows no scope, where the floors of the heap have not found it as well. */
function unplaced(sites: readonly SiteGrowth[], floors: readonly NamedGrowth[]): readonly SiteGrowth[] {
  return floors.some(({ signal }) => signal === 'heap' || signal === 'oldSpace') ? [] : sites;
}

/** Of this process: what grows in an isolate does not fill this heap. */
function memory({ runtime, slope, forecaster, nowMs }: DetectorState, own: NamedGrowth[]): MemoryReport {
  const reading = runtime.readMemory();
  return {
    floorBytes: slope.lastBytes,
    ...reading,
    floorSlopeBytesPerHour: slope.bytesPerHour,
    growing: own.map(({ signal }) => signal),
    forecast: forecaster.forecast(own, reading.heapLimitBytes, nowMs),
  };
}

function scopesOf(
  { options, floors, ledger, scopes }: DetectorState,
  growths: readonly NamedGrowth[],
  isolates: ReturnType<IsolateGrowth['sight']>,
): ScopeReport[] {
  const oldSpace = floors.tracker('oldSpace');
  return scopeReports(scopes, {
    growths,
    warmingUp: oldSpace.verdict === 'warming-up',
    oldSpace: oldSpace.analyse(),
    heap: floors.tracker('heap').analyse(),
    minBytesPerUnit: options.minBytesPerUnit,
    minTotalBytes: options.minTotalBytes,
    amountOf: (source) => oldSpace.amount(source),
    nameOf: (slot) => ledger.nameOf(slot) ?? '',
    isolates,
  });
}

function evidence(state: DetectorState): EvidenceReport {
  const { options, runtime, floors, slope, meter, isolates, ledger } = state;
  return evidenceReport({
    ...state.gcs,
    rows: floors.rows,
    majorGcsNeeded: floors.majorGcsNeeded,
    intervalMs: slope.intervalMs,
    lastMs: slope.lastTimeMs,
    nowMs: state.nowMs,
    lacksForcedGc: options.level === 'prove' && !runtime.canForceGc(),
    lacksCanaries: meter.canaryOneIn === null,
    isolatesLack: isolates.lack,
    sitesLack: state.sites.reader.unavailable,
    profiler: state.sites.reader,
    evicted: { ...ledger.evicted },
  });
}
