import type { LogEvent } from '../read/log-event.ts';
import type { LogReport } from './log-report.ts';

const MAX_NOTICES = 20;

/** Spikes, notices and snapshots of a log. */
export class MessageTally {
  readonly spikes: LogReport['spikes'] = { count: 0, suppressed: 0, largest: null };
  noticesLeftOut = 0;
  snapshots = 0;
  readonly #notices = new Map<string, { count: number; lastMs: number }>();

  add({ event, spike, notice, time }: LogEvent): void {
    if (event === 'snapshot') this.snapshots += 1;
    if (spike !== null) this.#addSpike(spike);
    if (notice !== null) this.#addNotice(notice, time);
  }

  get notices(): LogReport['notices'] {
    return [...this.#notices].map(([message, { count, lastMs }]) => ({
      message,
      count,
      last: new Date(lastMs).toISOString(),
    }));
  }

  #addSpike({ scope, bytes, suppressed }: NonNullable<LogEvent['spike']>): void {
    this.spikes.count += 1;
    this.spikes.suppressed += suppressed;
    if (bytes > (this.spikes.largest?.bytes ?? -1)) this.spikes.largest = { scope, bytes };
  }

  #addNotice(message: string, time: number): void {
    const known = this.#notices.get(message);
    if (known === undefined && this.#notices.size >= MAX_NOTICES) {
      this.noticesLeftOut += 1;
      return;
    }
    const lastMs = Math.max(known?.lastMs ?? time, time);
    this.#notices.set(message, { count: (known?.count ?? 0) + 1, lastMs });
  }
}
