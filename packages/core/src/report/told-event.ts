import { textOf } from '../contain.ts';
import { scopeName } from '../measure/scope-name.ts';
import type { AuditEvent, RecycleEvent } from '../types.ts';
import { formatBytes } from './quantities.ts';

/** Longest text of a finding or of its fix; ours are shorter. */
const MAX_TEXT = 2000;

const ISOLATES: Readonly<Record<RecycleEvent['isolate']['kind'], string>> = {
  process: 'process',
  thread: 'thread',
  supervised: 'supervised process',
};

/**
 * What an adapter told, as the schema of its line wants it: its own fields alone, figures that are figures, names of one
 * line. Null for an event that is none of ours.
 */
export function toldBody(event: RecycleEvent | AuditEvent): RecycleEvent | AuditEvent | null {
  if (event.event === 'recycle') return recycleBody(event);
  return event.event === 'audit' ? auditBody(event) : null;
}

/** One line for the logger. */
export function formatTold(body: RecycleEvent | AuditEvent): string {
  return body.event === 'recycle' ? formatRecycle(body) : formatAudit(body);
}

function recycleBody({ event, queue, reason, jobs, heapBytes, isolate, ms }: RecycleEvent): RecycleEvent {
  const { kind, id } = isolate;
  return {
    event,
    queue: scopeName(queue),
    reason: scopeName(reason),
    jobs: Math.trunc(amount(jobs) ?? 0),
    heapBytes: amount(heapBytes),
    isolate: {
      kind: Object.hasOwn(ISOLATES, kind) ? kind : 'process',
      id: amount(id) ?? scopeName(id),
    },
    ms: amount(ms),
  };
}

function auditBody({ event, queue, finding, severity, text, bytes, fix }: AuditEvent): AuditEvent {
  return {
    event,
    queue: scopeName(queue),
    finding: scopeName(finding),
    severity: severity === 'warning' ? 'warning' : 'info',
    text: textOf(text).slice(0, MAX_TEXT),
    bytes: amount(bytes),
    fix: textOf(fix).slice(0, MAX_TEXT),
  };
}

/** 'RECYCLED  emails  thread 7 after 500 jobs  reason: jobs, heap 212 MB, handed over in 0.8 s'. */
function formatRecycle({ queue, reason, jobs, heapBytes, isolate, ms }: RecycleEvent): string {
  const who = `${ISOLATES[isolate.kind]} ${isolate.id}`;
  const heap = heapBytes === null ? '' : `, heap ${formatBytes(heapBytes)}`;
  const took = ms === null ? '' : `, handed over in ${(ms / 1000).toFixed(1)} s`;
  const count = `${jobs} ${jobs === 1 ? 'job' : 'jobs'}`;
  return `RECYCLED  ${queue}  ${who} after ${count}  reason: ${reason}${heap}${took}`;
}

function formatAudit({ queue, text, fix }: AuditEvent): string {
  return `AUDIT  ${queue}  ${text}${fix === '' ? '' : `  fix: ${fix}`}`;
}

function amount(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}
