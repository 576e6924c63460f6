/** When `prove` forces its next GC. */
export interface ForcedGcState {
  nowMs: number;
  /** When the last forced GC ended. */
  lastMs: number;
  lastPauseMs: number;
  unitsSinceLast: number;
}

/** Enough traffic between two rows to move every busy scope, and no more rows than the analysis needs in a minute. */
const MIN_UNITS = 250;
const MIN_INTERVAL_MS = 250;

/** With no traffic to speak of a row still comes now and then: it shows growth that needs no requests. */
const IDLE_INTERVAL_MS = 2000;

/** Share of wall time that forced GCs may take at `prove`, in this process and in isolates. */
export const PROVE_PAUSE_SHARE = 0.2;

/** True if a forced GC is due at `prove`: enough units, not too soon, at most a fifth of the time. */
export function isForcedGcDue({ nowMs, lastMs, lastPauseMs, unitsSinceLast }: ForcedGcState): boolean {
  const elapsedMs = nowMs - lastMs;
  if (elapsedMs < Math.max(MIN_INTERVAL_MS, lastPauseMs / PROVE_PAUSE_SHARE)) return false;
  return unitsSinceLast >= MIN_UNITS || elapsedMs >= IDLE_INTERVAL_MS;
}

/** A process that is idle and collects rarely, for the option `idleGc`. */
export interface IdleGcState {
  nowMs: number;
  /** When the last major GC of any kind was seen. */
  lastMajorMs: number;
  lastPauseMs: number;
  inFlight: number;
  heapUsedBytes: number;
}

const IDLE_GC_INTERVAL_MS = 120_000;
const IDLE_GC_SHARE = 0.001;
/** A larger heap would stop the process for longer than anyone should wait unasked: about 0.3 s. */
const IDLE_GC_MAX_HEAP_BYTES = 256 * 1024 * 1024;

/** True if `idleGc` may force one: nothing in flight, none for two minutes, a small heap, at most 0.1 % of time. */
export function isIdleGcDue({
  nowMs,
  lastMajorMs,
  lastPauseMs,
  inFlight,
  heapUsedBytes,
}: IdleGcState): boolean {
  const quietMs = nowMs - lastMajorMs;
  return (
    inFlight === 0 &&
    heapUsedBytes <= IDLE_GC_MAX_HEAP_BYTES &&
    quietMs >= Math.max(IDLE_GC_INTERVAL_MS, lastPauseMs / IDLE_GC_SHARE)
  );
}
