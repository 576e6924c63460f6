import type { ParsedLine } from '../read/parse-log-line.ts';
import { BoundedCount } from './bounded-count.ts';
import type { LogLineCounts, LogReport } from './log-report.ts';

const MAX_DAMAGED_KEPT = 20;

/** Counts the lines of a log by what they were, and remembers where the first damaged ones are. */
export class LineTally {
  readonly damaged: LogReport['damaged'] = [];
  readonly #events = new BoundedCount(20);
  readonly #unknown = new BoundedCount(20);
  #read = 0;
  #newer = 0;
  #other = 0;
  #damaged = 0;

  add(line: ParsedLine, file: string, number: number): void {
    if (line.type === 'empty') return;
    this.#read += 1;
    if (line.type === 'event') this.#events.add(line.event.event);
    else if (line.type === 'unknown') this.#unknown.add(line.event);
    else if (line.type === 'newer') this.#newer += 1;
    else if (line.type === 'other') this.#other += 1;
    else this.addDamage({ file, line: number, damage: line.damage });
  }

  addDamage(damage: LogReport['damaged'][number]): void {
    this.#damaged += 1;
    if (this.damaged.length < MAX_DAMAGED_KEPT) this.damaged.push(damage);
  }

  get counts(): LogLineCounts {
    return {
      read: this.#read,
      events: this.#events.toRecord(),
      unknown: this.#unknown.toRecord(),
      newer: this.#newer,
      other: this.#other,
      damaged: this.#damaged,
    };
  }
}
