import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import type { WriteStream } from 'node:tty';

/** Where a demo shows what goes on. */
export interface Screen {
  /** Shows the present state: redrawn in place on a terminal; elsewhere `short` as a line, and not too often. */
  live(lines: readonly string[], short: string): void;
  /** Writes something that stays. */
  print(text: string): void;
}

const PLAIN_INTERVAL_MS = 5000;

/** A terminal is redrawn; files, pipes and CI logs get plain lines. */
export function openScreen(out: WriteStream, env: NodeJS.ProcessEnv = process.env): Screen {
  return out.isTTY && env.CI === undefined ? new TerminalScreen(out) : plainScreen(out);
}

/** The live lines stay at the bottom; what is printed scrolls by above them. */
class TerminalScreen implements Screen {
  readonly #out: WriteStream;
  #shown: readonly string[] = [];

  constructor(out: WriteStream) {
    this.#out = out;
  }

  live(lines: readonly string[]): void {
    this.#erase();
    // A line that wraps, or more lines than there are rows, could not be erased again.
    this.#shown = lines.slice(0, this.#out.rows - 1).map((line) => line.slice(0, this.#out.columns - 1));
    for (const line of this.#shown) this.#out.write(`${line}\n`);
  }

  print(text: string): void {
    const shown = this.#shown;
    this.#erase();
    this.#out.write(`${text}\n`);
    this.live(shown);
  }

  #erase(): void {
    moveCursor(this.#out, 0, -this.#shown.length);
    cursorTo(this.#out, 0);
    clearScreenDown(this.#out);
    this.#shown = [];
  }
}

function plainScreen(out: NodeJS.WritableStream): Screen {
  let nextMs = 0;
  const print = (text: string): void => void out.write(`${text}\n`);
  return {
    print,
    live: (_lines, short) => {
      if (performance.now() < nextMs) return;
      nextMs = performance.now() + PLAIN_INTERVAL_MS;
      print(short);
    },
  };
}
