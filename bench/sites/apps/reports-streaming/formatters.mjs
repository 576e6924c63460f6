import { Transform } from 'node:stream';

const quote = (value) => {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export class CsvFormatter extends Transform {
  constructor({ name, columns, ledger = null }) {
    super({ writableObjectMode: true, highWaterMark: 32 });
    this.name = name;
    this.columns = columns;
    this.ledger = ledger;
    this.lines = 0;
    this.push(`${columns.join(',')}\r\n`);
  }

  _transform(row, _encoding, done) {
    this.lines++;
    done(null, `${this.columns.map((column) => quote(row[column])).join(',')}\r\n`);
  }

  _flush(done) {
    this.enterInLedger();
    done();
  }

  enterInLedger() {
    this.ledger?.enter({ name: this.name, lines: this.lines });
  }
}

export class LineFormatter extends Transform {
  constructor() {
    super({ writableObjectMode: true });
  }

  _transform(row, _encoding, done) {
    done(null, `${JSON.stringify(row)}\n`);
  }
}
