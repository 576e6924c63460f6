/*
 * What the pool and its isolates tell each other on BullMQ's own channel. BullMQ takes only the numbers of its enums for
 * `cmd` and passes over everything else, on both sides, in 5 and in 6.
 */

/** Marks our messages. */
const CMD = 'leakguard/1';

/** From the pool to an isolate: leave now, no job will come any more. */
export type ToIsolate =
  | { kind: 'leave' }
  /** What measures jobs shall know; see `measure/wishes.ts`. */
  | { kind: 'measure'; closer: boolean; inBudget: boolean };

/** From an isolate to the pool. */
export type FromIsolate =
  /** The processor file was loaded; the CPU that took, null where it cannot be told. */
  | { kind: 'loaded'; heapBytes: number; bootCpuMs: number | null }
  /** The job reached the processor: until then its isolate may die without costing it an attempt. */
  | { kind: 'began' }
  /** Memory is above `maxHeapBytes`, also right after a GC. */
  | { kind: 'above-limit'; heapBytes: number }
  /** An exception was thrown that nobody caught: BullMQ fails the job and exits. */
  | { kind: 'doomed' }
  /** The last message. `jobsCpuMs`: since it was loaded. */
  | { kind: 'leaving'; heapBytes: number; jobsCpuMs: number }
  /** Of what measures jobs inside of isolates, for its other side. */
  | { kind: 'measured'; message: unknown };

/** What an isolate is told at birth, in the query of the URL that BullMQ loads as the processor. */
export interface IsolateSettings {
  /** `file:` URL of the user's processor. */
  processor: string;
  /** Null: memory is not watched. */
  maxHeapBytes: number | null;
  /** What measures jobs gets this as it is; null: jobs are not measured. */
  measure: Readonly<Record<string, unknown>> | null;
}

/** The message as it goes over the channel. */
export function sealed<M extends ToIsolate | FromIsolate>(message: M): M & { cmd: string } {
  return { ...message, cmd: CMD };
}

/** The message of ours in what came over the channel, or null for one of BullMQ's or of the app's. */
export function opened<M extends ToIsolate | FromIsolate>(received: unknown): M | null {
  const isOurs =
    typeof received === 'object' && received !== null && (received as { cmd?: unknown }).cmd === CMD;
  return isOurs ? (received as M) : null;
}

/** URL of the entry with settings that {@link settingsIn} reads; what BullMQ is given as the processor file. */
export function withSettings(entryUrl: string, settings: IsolateSettings): string {
  const url = new URL(entryUrl);
  url.searchParams.set('p', settings.processor);
  url.searchParams.set(
    'o',
    JSON.stringify({ maxHeapBytes: settings.maxHeapBytes, measure: settings.measure }),
  );
  return url.href;
}

export function settingsIn(url: string): IsolateSettings {
  const query = new URL(url).searchParams;
  return { processor: query.get('p') ?? '', ...JSON.parse(query.get('o') ?? '{}') };
}
