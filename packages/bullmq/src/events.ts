/** Given to listeners of `recycled`. */
export interface RecycledEvent {
  reason: 'jobs' | 'heap';
  /** Jobs that it had finished. */
  jobs: number;
  /** Its heap and external memory before, bytes, garbage included; null where it could not say any more. */
  heapBytes: number | null;
  /** Who left: a child process (its pid), a worker thread (its threadId), or this process (`recycle: 'exit'`). */
  isolate: { kind: 'process' | 'thread'; id: number };
  /** From the request to leave to its end, milliseconds; null for this process, which has not ended yet. */
  ms: number | null;
}
