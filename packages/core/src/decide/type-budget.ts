/** What a tally may cost. */
export interface TypeLimits {
  /** Longest pause, milliseconds. */
  maxPauseMs: number;
  /** Largest heap that is looked through, bytes. */
  maxHeapBytes: number;
  /** Most objects: each takes about 110 B of RSS while they are counted. */
  maxObjects: number;
}

/** For whoever sets none. The pause that is expected at first, of 15 ms per MB, allows 130 MB. */
export const TYPE_LIMITS: TypeLimits = {
  maxPauseMs: 2000,
  maxHeapBytes: 512 * 2 ** 20,
  maxObjects: 5_000_000,
};

/** What one tally cost. */
export interface TallyCost {
  heapBytes: number;
  objects: number;
  pauseMs: number;
}

/**
 * Before the first tally: what it takes where the heap is full of small objects. A first one took 11 to 14 ms of CPU per MB of
 * `{ id, of: {}, tags: [] }`, 20,000 to 22,000 objects per MB, and 8 to 11 ms per MB of class instances or arrays, on Node 20 to 26.
 */
const FIRST: TallyCost = { heapBytes: 2 ** 20, objects: 22_000, pauseMs: 15 };

/** A tally takes so long also of an empty heap. */
const LEAST_MS = 50;

const MB = 2 ** 20;

/**
 * Why a tally of this heap would cost too much, with the figures; null where it is within the limits.
 *
 * @param last the tally before, from which the next is expected; null before the first
 */
export function tallyRefusal(heapBytes: number, last: TallyCost | null, limits: TypeLimits): string | null {
  const { maxPauseMs, maxHeapBytes, maxObjects } = limits;
  if (heapBytes > maxHeapBytes)
    return `the heap holds ${inMb(heapBytes)}, more than maxHeapForReads (${inMb(maxHeapBytes)})`;
  const share = heapBytes / (last ?? FIRST).heapBytes;
  const pauseMs = LEAST_MS + share * Math.max(0, (last ?? FIRST).pauseMs - (last === null ? 0 : LEAST_MS));
  const basis = `as expected of ${inMb(heapBytes)} from ${last === null ? 'a heap full of small objects' : 'the call before'}`;
  if (pauseMs > maxPauseMs)
    return `it would stop the program for about ${Math.round(pauseMs)} ms, ${basis}; maxPause is ${maxPauseMs} ms`;
  const objects = share * (last ?? FIRST).objects;
  if (objects > maxObjects)
    return `it would count about ${Math.round(objects)} objects and take ${inMb(110 * objects)} of memory, ${basis}; at most ${maxObjects} are counted`;
  return null;
}

function inMb(bytes: number): string {
  return `${Math.round(bytes / MB)} MB`;
}
