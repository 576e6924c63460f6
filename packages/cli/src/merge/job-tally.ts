import type { AuditState, LogEvent } from '../read/log-event.ts';
import { BoundedCount } from './bounded-count.ts';
import type { LogReport } from './log-report.ts';

const MAX_QUEUES = 100;
const OTHER_QUEUES = '(other)';
const MAX_REASONS = 10;
const MAX_AUDITS = 20;

/** What a log tells of queues: recycled workers, and findings of audits. */
export class JobTally {
  auditsLeftOut = 0;
  readonly #recycles = new Map<string, { count: number; reasons: BoundedCount }>();
  readonly #audits = new Map<string, AuditState & { lastMs: number }>();

  add({ recycle, audit, time }: LogEvent): void {
    if (recycle !== null) this.#addRecycle(recycle);
    if (audit !== null) this.#addAudit(audit, time);
  }

  get recycles(): LogReport['recycles'] {
    return [...this.#recycles]
      .map(([queue, { count, reasons }]) => ({ queue, count, reasons: reasons.toRecord() }))
      .sort((a, b) => b.count - a.count || (a.queue < b.queue ? -1 : 1));
  }

  get audits(): LogReport['audits'] {
    return [...this.#audits.values()].map(({ lastMs, ...audit }) => ({
      ...audit,
      last: new Date(lastMs).toISOString(),
    }));
  }

  #addRecycle({ queue, reason }: NonNullable<LogEvent['recycle']>): void {
    const isKept = this.#recycles.has(queue) || this.#recycles.size < MAX_QUEUES;
    const key = isKept ? queue : OTHER_QUEUES;
    const tally = this.#recycles.get(key) ?? { count: 0, reasons: new BoundedCount(MAX_REASONS) };
    tally.count += 1;
    tally.reasons.add(reason);
    this.#recycles.set(key, tally);
  }

  #addAudit(audit: AuditState, time: number): void {
    const key = `${audit.finding}\n${audit.queue}`;
    const known = this.#audits.get(key);
    if (known === undefined && this.#audits.size >= MAX_AUDITS) this.auditsLeftOut += 1;
    else if (known === undefined || known.lastMs <= time) this.#audits.set(key, { ...audit, lastMs: time });
  }
}
