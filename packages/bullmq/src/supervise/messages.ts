/** What a supervised worker process finds in its environment: who forked it, and which of the workers it is. */
export interface Birth {
  protocol: typeof PROTOCOL;
  /** The supervisor's pid. A child of the worker inherits the environment, and must not take the worker for its supervisor. */
  supervisor: number;
  slot: SupervisedSlot;
  /** How long the last worker took from fork to ready; null before the first one was. */
  bootMs: number | null;
  drainTimeoutMs: number;
}

/** Which of the supervisor's workers a process is. */
export interface SupervisedSlot {
  /** 0 to `count` - 1. */
  index: number;
  count: number;
  /**
   * The part of `maxJobsPerWorker` after which this process shall ask for a replacement: spread evenly over 0.5 to 1
   * among workers that started together, so that they do not all reach their limit at once; 1 for a replacement.
   */
  limitShare: number;
}

/** Why a worker process asks to be replaced. */
export type ReplacementReason = 'jobs' | 'heap' | 'signal';

/** What a worker process knows of itself when it asks. */
export interface ReplacementFacts {
  /** Jobs it has finished. */
  jobs?: number;
  /** Its heap and external memory. */
  heapBytes?: number | null;
}

/** Why a worker process shall finish its jobs and end. */
export type DrainReason = 'replaced' | 'shutdown' | 'failed-start' | 'supervisor-gone';

/** Given to each drain callback. */
export interface DrainRequest {
  reason: DrainReason;
  /** The process is killed when this has passed. */
  timeoutMs: number;
}

/** From a worker process to its supervisor. `joined`: from now on it answers `drain` and takes a SIGTERM for itself. */
export type WorkerMessage =
  | { type: 'joined' }
  | { type: 'ready' }
  | { type: 'replace'; reason: ReplacementReason; facts: ReplacementFacts }
  | { type: 'drained' };

/** From the supervisor to a worker process. */
export type SupervisorMessage = ({ type: 'drain' } & DrainRequest) | { type: 'boot-time'; bootMs: number };

/** Raised when the messages change so that older copies would misread them. */
export const PROTOCOL = 1;
export const BIRTH_VARIABLE = 'LEAKGUARD_SUPERVISED';

/** Messages share the channel with the app's own, which are left alone. */
const ENVELOPE = `leakguard.supervise/${PROTOCOL}`;

/** The message as it goes over the channel. */
export function sealed(message: WorkerMessage | SupervisorMessage): object {
  return { leakguard: ENVELOPE, ...message };
}

/** The worker's message in what came over the channel, or null for one of the app's, or one that says nothing we know. */
export function fromWorker(received: unknown): WorkerMessage | null {
  const message = opened(received);
  switch (message?.type) {
    case 'joined':
    case 'ready':
    case 'drained':
      return { type: message.type };
    case 'replace':
      return isReason(message.reason)
        ? { type: 'replace', reason: message.reason, facts: factsIn(message.facts) }
        : null;
    default:
      return null;
  }
}

/** The supervisor's message, as {@link fromWorker} gives the worker's. */
export function fromSupervisor(received: unknown): SupervisorMessage | null {
  const message = opened(received);
  if (message?.type === 'boot-time' && isAmount(message.bootMs))
    return { type: 'boot-time', bootMs: message.bootMs };
  if (message?.type !== 'drain' || !isAmount(message.timeoutMs)) return null;
  return { type: 'drain', reason: message.reason as DrainReason, timeoutMs: message.timeoutMs };
}

/** What carries our envelope; its fields are whatever the other process sent, maybe another version's. */
function opened(received: unknown): Record<string, unknown> | null {
  if (typeof received !== 'object' || received === null) return null;
  const message = received as Record<string, unknown>;
  return message.leakguard === ENVELOPE ? message : null;
}

/** A worker that asks is replaced, however little it says of itself. */
function factsIn(given: unknown): ReplacementFacts {
  const { jobs, heapBytes } = (given ?? {}) as Record<string, unknown>;
  return { ...(isAmount(jobs) && { jobs }), ...(isAmount(heapBytes) && { heapBytes }) };
}

function isReason(value: unknown): value is ReplacementReason {
  return value === 'jobs' || value === 'heap' || value === 'signal';
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}

/** What the environment says, or null where this process is nobody's worker. */
export function birthOf(env: NodeJS.ProcessEnv, parentPid: number): Birth | null {
  try {
    const birth = JSON.parse(env[BIRTH_VARIABLE] ?? 'null') as Birth | null;
    return birth?.protocol === PROTOCOL && birth.supervisor === parentPid ? birth : null;
  } catch {
    return null;
  }
}
