import { type Finding, UNDECIDED } from './decide/findings.ts';
import type { FloorChannel } from './decide/floor-channel.ts';
import type { HeapForecaster } from './decide/heap-forecast.ts';
import type { Runtime } from './internal-types.ts';
import type { IsolateGrowth } from './isolate-growth.ts';
import type { CostMeter } from './measure/cost-meter.ts';
import { BACKGROUND, FIRST_SCOPE } from './measure/floor.ts';
import type { FloorSlope } from './measure/floor-slope.ts';
import type { Ledger } from './measure/ledger.ts';
import type { ResolvedOptions } from './options.ts';
import { evidenceReport } from './report/evidence.ts';
import { type ScopeFacts, scopeReports } from './report/growth-report.ts';
import { unattributedReport } from './report/unattributed.ts';
import type { SideCounts } from './side-counts.ts';
import type { SiteChannel } from './site-channel.ts';
import type { SiteReader } from './site-reader.ts';
import type { EvidenceReport, GrowthReport, MemoryReport, ScopeReport, UnattributedReport } from './types.ts';

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
  sites: { channel: SiteChannel; reader: SiteReader };
  findings: readonly Finding[];
  slope: FloorSlope;
  forecaster: HeapForecaster;
  scopes: readonly ScopeFacts[];
  gcs: { majorGcs: number; forcedGcs: number };
}

/** The report of what a detector knows. */
export function detectorReport(state: DetectorState): GrowthReport {
  const { options, runtime, ledger, meter } = state;
  const sight = state.isolates.sight();
  return {
    v: 1,
    time: runtime.date().toISOString(),
    pid: process.pid,
    node: process.version,
    level: options.level,
    uptimeMs: state.uptimeMs,
    memory: memory(state),
    scopes: scopesOf(state, sight),
    unattributed: unattributedOf(state),
    site: state.sites.channel.site(null),
    ...state.sideCounts.reports((slot) => ledger.nameOf(slot) ?? ''),
    evidence: evidence(state),
    overhead: meter.overhead(runtime.processCpuMs()),
  };
}

/** Growth that follows no scope. @param preferred the one of this source, where there are several */
export function unattributedOf(state: DetectorState, preferred?: number): UnattributedReport | null {
  const { ledger, scopes, findings, isolates, sites } = state;
  const sight = isolates.sight();
  const nameOf = (slot: number): string => ledger.nameOf(slot) ?? '';
  return unattributedReport({
    findings,
    nameOf,
    ...(preferred === undefined ? {} : { preferred }),
    perSecondOf: (growth) =>
      scopes
        .filter(({ slot }) => growth.isolates === undefined || sight?.knows(FIRST_SCOPE + slot))
        .reduce((sum, { unitsPerSecond }) => sum + unitsPerSecond, 0),
    siteOf: () => sites.channel.site(null),
  });
}

/** Of this process: what grows in an isolate does not fill this heap. */
function memory(state: DetectorState): MemoryReport {
  const { runtime, slope, forecaster, nowMs, floors } = state;
  const own = floors.growths();
  const reading = runtime.readMemory();
  return {
    floorBytes: slope.lastBytes,
    ...reading,
    floorSlopeBytesPerHour: slope.bytesPerHour,
    growing: own.map(({ signal }) => signal),
    forecast: isIdle(state) ? null : forecaster.forecast(own, reading.heapLimitBytes, nowMs),
  };
}

/** Without units what grows by the unit goes nowhere: a moment at which it would reach the limit is not known. */
function isIdle({ scopes, findings }: DetectorState): boolean {
  const isTimed = findings.some(({ source }) => source === BACKGROUND || source === UNDECIDED);
  return !isTimed && scopes.length > 0 && scopes.every(({ unitsPerSecond }) => unitsPerSecond === 0);
}

function scopesOf(
  { options, floors, ledger, scopes, findings }: DetectorState,
  isolates: ReturnType<IsolateGrowth['sight']>,
): ScopeReport[] {
  const oldSpace = floors.tracker('oldSpace');
  return scopeReports(scopes, {
    findings,
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
