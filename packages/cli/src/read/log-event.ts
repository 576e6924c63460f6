import type { ScopeKind, Verdict } from '@leakguard/core';

/** What one line says of a scope. Bytes; units are cumulative since the start of the process. */
export interface ScopeState {
  scope: string;
  /** Null in lines that do not say it. */
  kind: ScopeKind | null;
  /** Null in lines about growth that follows no scope. */
  units: number | null;
  /** Higher where the scope lost its place and got one again, so that its units count from 0; null in lines that do not say it. */
  turn: number | null;
  verdict: Verdict;
  bytesPerUnit: number | null;
  ci95: [number, number] | null;
  totalBytes: number | null;
}

/** Growth that follows no scope. */
export interface UnattributedState extends Omit<ScopeState, 'scope' | 'kind' | 'units' | 'turn'> {
  source: string;
  bytesPerHour: number | null;
}

/** A line of a growth log, version 1. */
export interface LogEvent {
  event: string;
  /** Epoch milliseconds. */
  time: number;
  /** Where it ran: host name (where the line has one), pid and thread. */
  isolate: string;
  pid: number | null;
  /** Epoch milliseconds at which the guard of that process started; null where the line has no `uptimeMs`. */
  startMs: number | null;
  scopes: ScopeState[];
  /** Undefined where the line says nothing of it; null: nothing of the kind grows. */
  unattributed: UnattributedState | null | undefined;
  spike: { scope: string; bytes: number; suppressed: number } | null;
  notice: string | null;
  /** A worker of jobs was recycled. */
  recycle: { queue: string; reason: string } | null;
  /** A queue keeps too much in Redis. */
  audit: AuditState | null;
}

/** A finding of a queue's audit. */
export interface AuditState {
  queue: string;
  finding: string;
  severity: 'warning' | 'info';
  text: string;
  bytes: number | null;
}

type Fields = Record<string, unknown>;

/** Events whose content is read. */
export const KNOWN_EVENTS: readonly string[] = [
  ...['memory', 'growth', 'leak', 'cleared', 'spike', 'notice', 'recycle', 'audit', 'snapshot'],
];

/** Events that are about no scope's growth. */
const WITHOUT_SCOPES = new Set(['spike', 'notice', 'recycle', 'audit', 'snapshot']);

/** Longest name kept; longer ones are cut, so that no line can hold much memory. */
const MAX_NAME = 1024;

/** The event of a line's fields, or null where its shape is not that of version 1. */
export function logEvent(fields: Fields): LogEvent | null {
  const event = fields.event as string;
  const time = timeOf(fields.time);
  if (time === null) return null;
  const scopes = scopesOf(event, fields);
  const message = messageOf(event, fields);
  if (scopes === null || message === null) return null;
  const uptimeMs = amount(fields.uptimeMs);
  return {
    event,
    time,
    isolate: JSON.stringify([name(fields.hostname), label(fields.pid), label(fields.threadId) ?? 0]),
    pid: amount(fields.pid),
    startMs: uptimeMs === null ? null : time - uptimeMs,
    scopes,
    unattributed: unattributedOf(event, fields),
    ...message,
  };
}

type Message = Pick<LogEvent, 'spike' | 'notice' | 'recycle' | 'audit'>;

/** What a line says that is no state of a scope; null where it does not say what its event should. */
function messageOf(event: string, fields: Fields): Message | null {
  const message: Message = {
    spike: event === 'spike' ? spikeOf(fields) : null,
    notice: event === 'notice' ? (name(fields.message) ?? name(fields.msg)) : null,
    recycle: event === 'recycle' ? recycleOf(fields) : null,
    audit: event === 'audit' ? auditOf(fields) : null,
  };
  return event in message && message[event as keyof Message] === null ? null : message;
}

function scopesOf(event: string, fields: Fields): ScopeState[] | null {
  if (WITHOUT_SCOPES.has(event)) return [];
  if (event !== 'memory') return fields.scope === null ? [] : allOf([fields]);
  return Array.isArray(fields.scopes) ? allOf(fields.scopes) : null;
}

function allOf(values: readonly unknown[]): ScopeState[] | null {
  const states = values.map(scopeState);
  return states.every((state) => state !== null) ? states : null;
}

function scopeState(value: unknown): ScopeState | null {
  if (!isFields(value)) return null;
  const scope = name(value.scope);
  const units = amount(value.units);
  if (scope === null || units === null || !isVerdict(value.verdict)) return null;
  const { verdict } = value;
  return { scope, kind: kindOf(value.kind), units, turn: amount(value.turn), verdict, ...sizes(value) };
}

function unattributedOf(event: string, fields: Fields): LogEvent['unattributed'] {
  const isAbout = (event === 'memory' && 'unattributed' in fields) || fields.scope === null;
  if (!isAbout) return undefined;
  const value = fields.unattributed;
  if (event === 'cleared' || !isFields(value) || !isVerdict(value.verdict)) return null;
  const source = name(value.source) ?? 'unknown';
  return { source, verdict: value.verdict, bytesPerHour: finite(value.bytesPerHour), ...sizes(value) };
}

function sizes(value: Fields): Pick<ScopeState, 'bytesPerUnit' | 'ci95' | 'totalBytes'> {
  const [low, high] = Array.isArray(value.ci95) ? value.ci95.map(finite) : [];
  return {
    bytesPerUnit: finite(value.bytesPerUnit),
    ci95: typeof low === 'number' && typeof high === 'number' && low <= high ? [low, high] : null,
    totalBytes: finite(value.totalBytes),
  };
}

function spikeOf(fields: Fields): LogEvent['spike'] {
  const bytes = amount(fields.bytes);
  const scope = name(fields.scope);
  return bytes === null || scope === null
    ? null
    : { scope, bytes, suppressed: amount(fields.suppressed) ?? 0 };
}

function recycleOf(fields: Fields): LogEvent['recycle'] {
  const [queue, reason] = [name(fields.queue), name(fields.reason)];
  return queue === null || reason === null ? null : { queue, reason };
}

function auditOf(fields: Fields): AuditState | null {
  const [queue, finding, text] = [name(fields.queue), name(fields.finding), name(fields.text)];
  if (queue === null || finding === null || text === null) return null;
  const severity = fields.severity === 'warning' ? 'warning' : 'info';
  return { queue, finding, severity, text, bytes: amount(fields.bytes) };
}

/** ISO 8601, or epoch milliseconds as pino writes by default. */
function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : value;
  return typeof time === 'number' && Math.abs(time) <= 8.64e15 ? time : null;
}

function isVerdict(value: unknown): value is Verdict {
  return value === 'stable' || value === 'warming-up' || value === 'growing' || value === 'leaking';
}

function kindOf(value: unknown): ScopeKind | null {
  return value === 'job' || value === 'route' ? value : null;
}

/** A figure of a process; none is larger than 2^53, and sums of larger ones would swallow those of other lines. */
function finite(value: unknown): number | null {
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : null;
}

function amount(value: unknown): number | null {
  const number = finite(value);
  return number !== null && number >= 0 ? number : null;
}

function name(value: unknown): string | null {
  return typeof value === 'string' ? shortened(value) : null;
}

/** What tells processes apart; lists and objects do not, and may be nested deeper than can be written again. */
function label(value: unknown): string | number | null {
  return name(value) ?? finite(value);
}

/** A slice would keep the whole string alive; a copy through a buffer does not. */
function shortened(value: string): string {
  if (value.length <= MAX_NAME) return value;
  return `${Buffer.from(value.slice(0, MAX_NAME), 'utf16le').toString('utf16le')}…`;
}

/** Whether a JSON value is an object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
