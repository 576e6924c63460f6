import { EventEmitter } from 'node:events';

const RETENTION = 12 * 60 * 60 * 1000;

/** The first rows of an export, each of two cells: about 112 bytes a row. */
function* sampleRows(bytes, exported) {
  const rows = Math.max(1, Math.round(bytes / 112));
  for (let row = 0; row < rows; row++) yield { row, cells: [exported.lines, row] };
}

/** What was exported and when: made for audits, and never emptied. */
export class ExportLedger {
  #kind;
  #bytes;
  #kept = [];
  #byNumber = new Map();
  #signals = new EventEmitter().setMaxListeners(0);

  constructor({ kind, bytes }) {
    this.#kind = kind;
    this.#bytes = bytes;
  }

  enter(exported) {
    switch (this.#kind) {
      case 'object':
        return this.#enterSummary(exported);
      case 'closure':
        return this.#enterReplay(exported);
      case 'string':
        return this.#enterDigest(exported);
      case 'listener':
        return this.#enterRecall(exported);
      case 'timer':
        return this.#enterExpiry(exported);
      case 'promise':
        return this.#enterReceipt(exported);
      case 'map':
        return this.#enterNumber(exported);
      case 'array':
        return this.#enterOffsets(exported);
      default:
        return this.#enterChunk(exported);
    }
  }

  #sample(exported, overhead) {
    return [...sampleRows(this.#bytes - overhead, exported)];
  }

  #enterSummary(exported) {
    const sample = this.#sample(exported, 80);
    this.#kept.push({ name: exported.name, lines: exported.lines, sample });
  }

  #enterReplay(exported) {
    const sample = this.#sample(exported, 140);
    this.#kept.push(function* replay() {
      yield* sample;
    });
  }

  #enterDigest(exported) {
    let text = exported.name;
    while (text.length < this.#bytes - 30) text += `;${exported.lines}`;
    // Through a buffer: what was added up piece by piece would stay in its pieces.
    this.#kept.push(Buffer.from(text).toString('latin1'));
  }

  #enterRecall(exported) {
    const sample = this.#sample(exported, 140);
    this.#signals.on('recall', (name) => {
      if (name === exported.name) sample.length = 0;
    });
  }

  #enterExpiry(exported) {
    const sample = this.#sample(exported, 400);
    const expire = (rows) => rows.splice(0);
    setTimeout(expire, RETENTION, sample).unref();
  }

  async #enterReceipt(exported) {
    const sample = this.#sample(exported, 700);
    const { confirm, receipt } = this.#openReceipt();
    this.#kept.push(confirm);
    await receipt;
    sample.length = 0;
  }

  #openReceipt() {
    let confirm;
    const receipt = new Promise((resolve) => {
      confirm = resolve;
    });
    return { confirm, receipt };
  }

  #enterNumber(exported) {
    const byRow = new Map();
    // An entry with its object is 68 bytes, and the map's table has room to double: some 80 in all.
    const rows = Math.max(1, Math.round(this.#bytes / 80));
    for (let row = 0; row < rows; row++) byRow.set(row, { row, lines: exported.lines });
    this.#byNumber.set(this.#byNumber.size, byRow);
  }

  #enterOffsets(exported) {
    const offsets = new Array(Math.max(1, Math.round((this.#bytes - 60) / 8)));
    for (let n = 0; n < offsets.length; n++) offsets[n] = n * exported.lines;
    this.#kept.push(offsets);
  }

  #enterChunk(exported) {
    this.#kept.push(Buffer.alloc(this.#bytes, exported.name));
  }
}

const names = {
  object: '#enterSummary',
  closure: '#enterReplay',
  string: '#enterDigest',
  listener: '#enterRecall',
  timer: '#enterExpiry',
  promise: '#enterReceipt',
  map: '#enterNumber',
  array: '#enterOffsets',
  buffer: '#enterChunk',
};
const sampling = ['object', 'closure', 'listener', 'timer', 'promise'];

/** A private method is named with its `#` by some tools and without by others: both are right. */
export const ledgerNames = (kind) => {
  const own = [names[kind], ...(sampling.includes(kind) ? ['#sample', 'sampleRows'] : [])];
  return own.flatMap((name) => (name.startsWith('#') ? [name, name.slice(1)] : [name]));
};
