import { isMainThread, threadId } from 'node:worker_threads';
import type { CollectionReport, CounterReport, TopSite } from '../site-types.ts';
import type {
  AuditEvent,
  GrowthReport,
  Level,
  MemoryReport,
  OverheadReport,
  RecycleEvent,
  ScopeReport,
  SpikeReport,
  UnattributedReport,
} from '../types.ts';
import { formatScope, formatUnattributed } from './leak-text.ts';

/** What a change of verdict is called in log and events. */
export type VerdictEvent = 'growth' | 'leak' | 'cleared';

/** Every line of the growth log, and every message of the channels `leakguard:<event>`. */
export type GrowthLogLine = LineHead & LineBody;

/** What every line begins with. */
interface LineHead {
  v: 1;
  /** ISO 8601. */
  time: string;
  pid: number;
  /** In worker threads only. */
  threadId?: number;
}

export type LineBody =
  | VerdictBody
  | UnattributedBody
  | SpikeBody
  | MemoryBody
  | NoticeBody
  | RecycleEvent
  | AuditEvent
  | SnapshotBody;

/** A scope's verdict changed. `text` is the report's text of it; `cleared` has none. */
export type VerdictBody = ScopeReport & {
  event: VerdictEvent;
  memory: MemoryReport;
  text?: string;
  /** Of `growth` and `leak`: what grew most, five functions; missing where the profiler was not read. */
  topSites?: TopSite[];
};

/** Growth that follows no scope began, was confirmed or has stopped. */
export interface UnattributedBody {
  event: VerdictEvent;
  scope: null;
  unattributed: UnattributedReport | null;
  memory: MemoryReport;
  text?: string;
  /** As in a scope's line. */
  topSites?: TopSite[];
}

/** One unit allocated a lot. */
type SpikeBody = SpikeReport & { event: 'spike' };

/** The state of the process, once per `reportInterval` and at `close()`. */
export interface MemoryBody {
  event: 'memory';
  level: Level;
  /** `process.version`. */
  node: string;
  uptimeMs: number;
  memory: MemoryReport;
  /** All scopes, worst first; units count from the start. */
  scopes: MemoryScope[];
  unattributed: UnattributedReport | null;
  /** What was tracked, and the counts that grow when something leaks. */
  collections: CollectionReport[];
  counters: CounterReport[];
  overhead: OverheadReport;
}

type MemoryScope = Pick<
  ScopeReport,
  | 'scope'
  | 'kind'
  | 'units'
  | 'turn'
  | 'inFlight'
  | 'verdict'
  | 'bytesPerUnit'
  | 'ci95'
  | 'totalBytes'
  | 'unitsPerSecond'
>;

/** A snapshot was taken: what it says in short. */
export interface SnapshotBody {
  event: 'snapshot';
  /** Who asked: `takeSnapshot()`, the signal or the control socket. Those of the guard's own schedule have no line. */
  trigger: 'call' | 'signal' | 'control';
  memory: MemoryReport;
  /** Bytes per sample on average; null where the profiler does not run. */
  samplingIntervalBytes: number | null;
  /** Alive; null without stacks. */
  samples: number | null;
  /** Live bytes as the samples tell; null without stacks. */
  bytes: number | null;
  /** ISO 8601 time of the snapshot that it was compared with, null for none. */
  since: string | null;
  /** What grew most since then; of a first one what is largest. */
  topSites: TopSite[];
  /** Why it holds no stacks, else null. */
  unavailable: string | null;
  costMs: number;
  pauseMs: number;
  /** Where it was written, null for nowhere. */
  file: string | null;
  /** As people read it, in lines. */
  text: string;
}

/** Something the operator should know once. */
interface NoticeBody {
  event: 'notice';
  message: string;
}

/** A body with its head, in the order in which a line is best read. */
export function growthLogLine(time: string, { event, ...fields }: LineBody): GrowthLogLine {
  const thread = isMainThread ? {} : { threadId };
  return { v: 1, time, event, pid: process.pid, ...thread, ...fields } as GrowthLogLine;
}

export function verdictBody(
  event: VerdictEvent,
  scope: ScopeReport,
  report: GrowthReport,
  topSites: TopSite[],
): VerdictBody {
  const body = { event, ...scope, memory: report.memory };
  return event === 'cleared' ? body : { ...body, text: formatScope(scope, report), ...grown(topSites) };
}

/** Nothing where the profiler was not read. */
function grown(topSites: TopSite[]): { topSites?: TopSite[] } {
  return topSites.length === 0 ? {} : { topSites };
}

export function unattributedBody(
  event: VerdictEvent,
  report: GrowthReport,
  topSites: TopSite[],
): UnattributedBody {
  const { unattributed, memory } = report;
  const body = { event, scope: null, unattributed, memory };
  return event === 'cleared' || unattributed === null
    ? body
    : { ...body, text: formatUnattributed(unattributed, report), ...grown(topSites) };
}

export function memoryBody(report: GrowthReport): MemoryBody {
  const { level, node, uptimeMs, memory, unattributed, collections, counters, overhead } = report;
  const scopes = report.scopes.map(memoryScope);
  const state = { level, node, uptimeMs, memory, scopes, unattributed, collections, counters, overhead };
  return { event: 'memory', ...state };
}

function memoryScope(report: ScopeReport): MemoryScope {
  const { scope, kind, units, turn, inFlight, verdict, bytesPerUnit, ci95, totalBytes, unitsPerSecond } =
    report;
  return { scope, kind, units, turn, inFlight, verdict, bytesPerUnit, ci95, totalBytes, unitsPerSecond };
}
