import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { heapBytes } from './heap-bytes.ts';

/** A GC for the limit's sake may take this part of the time, at most: 1 in 20. */
const PAUSE_SHARE = 1 / 20;

/** What it reads and forces; injected in tests. */
export interface HeapGauge {
  read(): number;
  forceGc(): void;
  nowMs(): number;
}

/** Whether an isolate holds more than it may, asked after each job. */
export class HeapLimit {
  readonly #maxBytes: number;
  readonly #gauge: HeapGauge;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #wasAbove = false;

  constructor(maxBytes: number, gauge: HeapGauge = ownGauge()) {
    this.#maxBytes = maxBytes;
    this.#gauge = gauge;
  }

  /** What a fresh isolate holds, without garbage where that would make it look too big. */
  baselineBytes(): number {
    const raw = this.#gauge.read();
    return raw > this.#maxBytes ? this.#afterGc() : raw;
  }

  /**
   * The bytes held, if they are above the limit also after a GC; else null. Garbage alone may raise the first reading at any
   * time, so where live memory is just below the limit each job would force a GC: those are kept to a part of the time.
   */
  bytesAbove(): number | null {
    if (this.#gauge.read() <= this.#maxBytes || this.#gauge.nowMs() < this.#notBeforeMs) return null;
    const live = this.#afterGc();
    if (live <= this.#maxBytes) return null;
    this.#wasAbove = true;
    return live;
  }

  /** What it holds when it leaves; without garbage where it was above, for the pool compares it with what it held then. */
  lastBytes(): number {
    return this.#wasAbove ? this.#afterGc() : this.#gauge.read();
  }

  #afterGc(): number {
    const startMs = this.#gauge.nowMs();
    this.#gauge.forceGc();
    const endMs = this.#gauge.nowMs();
    this.#notBeforeMs = endMs + (endMs - startMs) / PAUSE_SHARE;
    return this.#gauge.read();
  }
}

function ownGauge(): HeapGauge {
  const own = globalThis.gc;
  let gc = own && ((): void => void own());
  return {
    read: heapBytes,
    forceGc: () => {
      gc ??= exposedGc();
      gc?.();
    },
    nowMs: () => performance.now(),
  };
}

/** The flag takes effect in contexts made after it; it is taken back, for the app did not ask for `gc` in its own. */
function exposedGc(): (() => void) | undefined {
  try {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
    return gc;
  } catch {
    return undefined;
  }
}
