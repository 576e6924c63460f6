/**
 * Longest line that is read: a `memory` line of 10,000 scopes has about 2.5 MB, and 11 MB where every name has 256 characters of
 * three bytes. Longer ones count as damaged.
 */
const MAX_LINE_BYTES: number = 16 * 1024 ** 2;

/** One line, without its line feed. */
export interface Line {
  /** From 1. */
  number: number;
  /** Null for a line above {@link MAX_LINE_BYTES}, whose bytes were dropped as they came. */
  text: string | null;
  /** False for a last line without a line feed: its writer may not have finished it. */
  ended: boolean;
}

const LINE_FEED = 0x0a;

/**
 * Lines of a byte stream, with no more than one line and one chunk in memory. UTF-8; bytes that are not become U+FFFD. A byte order mark is
 * dropped; a carriage return stays (JSON ignores it).
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<Line, void, undefined> {
  const line = new LineBuffer(maxLineBytes);
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      line.append(chunk.subarray(from, end));
      yield line.take(true);
      from = end + 1;
    }
    line.append(chunk.subarray(from));
  }
  if (!line.isEmpty) yield line.take(false);
}

/** The line being read. */
class LineBuffer {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #number = 1;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  append(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) this.#parts = [];
    else this.#parts.push(part);
  }

  take(ended: boolean): Line {
    const text = this.#bytes > this.#maxBytes ? null : this.#text();
    const line = { number: this.#number, text, ended };
    this.#parts = [];
    this.#bytes = 0;
    this.#number += 1;
    return line;
  }

  #text(): string {
    const text = Buffer.concat(this.#parts).toString('utf8');
    return this.#number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text;
  }
}
