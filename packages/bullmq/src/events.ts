/** Given to listeners of `recycled`. */
export interface RecycledEvent {
  reason: 'jobs' | 'heap';
  /** Jobs that it had finished. */
  jobs: number;
  /** Its heap and external memory before, bytes, garbage included; null where it could not say any more. */
  heapBytes: number | null;
  /** Who left: a child process (its pid), a worker thread (its threadId), or this process (of a processor function). */
  isolate: { kind: 'process' | 'thread'; id: number };
  /**
   * From the request to leave to its end, milliseconds; for this process under a supervisor until its replacement was ready,
   * null with `recycle: 'exit'`: it has not ended yet.
   */
  ms: number | null;
}
