/** What a tally may cost. */
export interface TypeLimits {
  /** Longest pause, milliseconds. */
  maxPauseMs: number;
  /** Largest heap that is looked through, bytes. */
  maxHeapBytes: number;
  /** Most objects, which also bounds the memory that a tally takes. */
  maxObjects: number;
}

/** Whoever asks for types accepts this; `maxPause` may allow more. The pause that is expected at first, of 15 ms per MB, allows 130 MB. */
const MIN_MAX_PAUSE_MS = 2000;

const MAX_OBJECTS = 5_000_000;

/** The limits by a guard's options. */
export function typeLimits(options: { maxPause: number; maxHeapForReads: number }): TypeLimits {
  return {
    maxPauseMs: Math.max(MIN_MAX_PAUSE_MS, options.maxPause),
    maxHeapBytes: options.maxHeapForReads,
    maxObjects: MAX_OBJECTS,
  };
}

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

/** RSS that a tally takes for each object: 105 to 115 B on Node 20 to 26. */
const OBJECT_BYTES = 110;

/** Of the memory that is left to the process. */
const SHARE_OF_AVAILABLE = 0.5;

const MB = 2 ** 20;

/** The process as it is when a tally is asked for. */
export interface TallyState {
  /** Used heap, garbage included. */
  heapBytes: number;
  /** What the system or its container has left for the process; null where that is unknown. */
  availableBytes: number | null;
  /** The tally before, from which the next is expected; null before the first. */
  last: TallyCost | null;
}

/** Why a tally would cost too much, with the figures; null where it is within the limits. */
export function tallyRefusal(state: TallyState, limits: TypeLimits): string | null {
  const { heapBytes, availableBytes } = state;
  if (heapBytes > limits.maxHeapBytes)
    return `the heap holds ${inMb(heapBytes)}, more than maxHeapForReads (${inMb(limits.maxHeapBytes)})`;
  const { pauseMs, objects } = expected(state);
  const basis = `as expected of ${inMb(heapBytes)} from ${state.last === null ? 'a heap full of small objects' : 'the call before'}`;
  if (pauseMs > limits.maxPauseMs)
    return `it would stop the program for about ${Math.round(pauseMs)} ms, ${basis}; maxPause is ${limits.maxPauseMs} ms`;
  if (objects > limits.maxObjects)
    return `it would count about ${Math.round(objects)} objects, ${basis}; at most ${limits.maxObjects} are counted`;
  const bytes = OBJECT_BYTES * objects;
  if (availableBytes !== null && bytes > SHARE_OF_AVAILABLE * availableBytes)
    return `it would take ${inMb(bytes)} of memory, ${basis}, and no more than half of the ${inMb(availableBytes)} that are left may be used`;
  return null;
}

function expected({ heapBytes, last }: TallyState): { pauseMs: number; objects: number } {
  const known = last ?? FIRST;
  const share = heapBytes / known.heapBytes;
  // What an empty heap takes is in the figure of a call, and not in the first one's figure per MB.
  const filled = Math.max(0, known.pauseMs - (last === null ? 0 : LEAST_MS));
  return { pauseMs: LEAST_MS + share * filled, objects: share * known.objects };
}

function inMb(bytes: number): string {
  return `${Math.round(bytes / MB)} MB`;
}
