import { EventEmitter } from 'node:events';

/** Which method keeps what, by kind of leak. */
export const recorders = {
  object: 'keepVersion',
  closure: 'keepUndo',
  string: 'keepEntry',
  listener: 'watchOrder',
  timer: 'scheduleReview',
  promise: 'awaitApproval',
  map: 'indexVersion',
  array: 'keepTotals',
  buffer: 'keepScan',
};

const REVIEW_AFTER = 6 * 60 * 60 * 1000;
// Four small integers, an object's header and its slot in the array.
const LINE_BYTES = 64;

/** What happened to an order, for the people of support. Nothing ever takes an entry out of it. */
export class OrderJournal {
  constructor({ kind, bytes }) {
    this.method = recorders[kind];
    this.bytes = bytes;
    this.sequence = 0;
    this.versions = [];
    this.undo = [];
    this.entries = [];
    this.totals = [];
    this.scans = [];
    this.approvals = [];
    this.byKey = new Map();
    this.changes = new EventEmitter().setMaxListeners(0);
  }

  record(order) {
    this.sequence++;
    this[this.method](order);
  }

  copyLines(order, overhead) {
    const length = Math.max(1, Math.round((this.bytes - overhead) / LINE_BYTES));
    return Array.from({ length }, (_, n) => {
      const line = order.lines[n % order.lines.length];
      return { position: n, quantity: line.quantity, cents: line.cents, revision: this.sequence };
    });
  }

  keepVersion(order) {
    this.versions.push({ orderId: order.id, revision: this.sequence, lines: this.copyLines(order, 96) });
  }

  keepUndo(order) {
    const lines = this.copyLines(order, 136);
    this.undo.push((target) => {
      target.lines = lines;
    });
  }

  keepEntry(order) {
    const words = [`#${this.sequence}`, order.status];
    // Joined, not added: the text is one flat string of its own.
    for (let length = 12; length < this.bytes - 24; length += 10) words.push(`sku ${10_000 + length}`);
    this.entries.push(words.join(' '));
  }

  watchOrder(order) {
    const lines = this.copyLines(order, 136);
    this.changes.on('recalled', (sku) => lines.some((line) => line.position === sku));
  }

  scheduleReview(order) {
    const lines = this.copyLines(order, 340);
    setTimeout(() => this.entries.push(`review of ${lines.length} lines`), REVIEW_AFTER).unref();
  }

  async awaitApproval(order) {
    const lines = this.copyLines(order, 650);
    const approved = await new Promise((resolve) => this.approvals.push(resolve));
    if (approved) this.entries.push(`approved ${lines.length} lines`);
  }

  indexVersion(order) {
    this.byKey.set(`${order.id}:${this.sequence}`, this.copyLines(order, 100));
  }

  keepTotals(order) {
    const length = Math.max(1, Math.round((this.bytes - 56) / 8));
    this.totals.push(Array.from({ length }, (_, n) => n * order.lines[0].cents));
  }

  keepScan(order) {
    this.scans.push(Buffer.alloc(this.bytes, order.id & 0xff));
  }
}
