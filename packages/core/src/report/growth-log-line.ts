import { isMainThread, threadId } from 'node:worker_threads';
import type { CollectionReport, CounterReport } from '../site-types.ts';
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
  | AuditEvent;

/** A scope's verdict changed. `text` is the report's text of it; `cleared` has none. */
export type VerdictBody = ScopeReport & { event: VerdictEvent; memory: MemoryReport; text?: string };

/** Growth that follows no scope began, was confirmed or has stopped. */
export interface UnattributedBody {
  event: VerdictEvent;
  scope: null;
  unattributed: UnattributedReport | null;
  memory: MemoryReport;
  text?: string;
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

export function verdictBody(event: VerdictEvent, scope: ScopeReport, report: GrowthReport): VerdictBody {
  const body = { event, ...scope, memory: report.memory };
  return event === 'cleared' ? body : { ...body, text: formatScope(scope, report) };
}

export function unattributedBody(event: VerdictEvent, report: GrowthReport): UnattributedBody {
  const { unattributed, memory } = report;
  const body = { event, scope: null, unattributed, memory };
  return event === 'cleared' || unattributed === null
    ? body
    : { ...body, text: formatUnattributed(unattributed, report) };
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
