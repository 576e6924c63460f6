import type { BufferReading } from './memory-reading.ts';

/** Below this many bytes of ArrayBuffers dead ones cannot blur a floor by more than `minTotalBytes`. */
const SETTLE_ABOVE_BYTES = 1024 * 1024;

/**
 * Dead Buffers are freed by a background thread after a major GC: 40-90 MB of them took it 5-20 ms on Node 20, 24 and
 * 26, and 0.5 ms after the GC all of them may still be counted (a floor of 34 MB read as 93 MB). So the counts are read
 * again a few times.
 */
const LOOKS = 4;
const LOOK_INTERVAL_MS = 6;

/** Calls back once after a delay; returns the function that calls it off. */
export type Delay = (delayMs: number, run: () => void) => () => void;

/**
 * Reads Buffers now and, if there are any to speak of, four times more within 24 ms, and delivers the lowest counts.
 * Whatever blurs them (dead Buffers still counted, new ones made meanwhile) only adds. Returns the function that ends
 * the wait: `true` delivers what is known so far, `false` nothing.
 */
export function settleBuffers(
  read: () => BufferReading,
  delay: Delay,
  deliver: (lowest: BufferReading) => void,
): (deliverNow: boolean) => void {
  let lowest = read();
  let looksLeft = lowest.arrayBuffersBytes < SETTLE_ABOVE_BYTES ? 0 : LOOKS;
  let cancel = (): void => undefined;
  const end = (deliverNow: boolean): void => {
    cancel();
    if (looksLeft < 0) return;
    looksLeft = -1;
    if (deliverNow) deliver(lowest);
  };
  const wait = (): void => {
    if (looksLeft === 0) end(true);
    else cancel = delay(LOOK_INTERVAL_MS, lookAgain);
  };
  const lookAgain = (): void => {
    lowest = lower(lowest, read());
    looksLeft -= 1;
    wait();
  };
  wait();
  return end;
}

/**
 * External memory other than ArrayBuffers is lowered by itself, as a difference taken at one moment: V8 forgets a dead
 * ArrayBuffer after its memory was freed, so the difference of counts from two moments would show Buffers in it.
 */
function lower(one: BufferReading, other: BufferReading): BufferReading {
  const arrayBuffersBytes = Math.min(one.arrayBuffersBytes, other.arrayBuffersBytes);
  return { arrayBuffersBytes, externalBytes: arrayBuffersBytes + Math.min(apart(one), apart(other)) };
}

function apart(reading: BufferReading): number {
  return reading.externalBytes - reading.arrayBuffersBytes;
}
