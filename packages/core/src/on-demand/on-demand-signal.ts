import { isMainThread } from 'node:worker_threads';
import { toError } from '../contain.ts';
import { leaveSignalMarker } from '../control/signal-marker.ts';
import { LeakguardError } from '../errors.ts';
import type { AllocationSnapshot } from '../report/allocation-snapshot.ts';
import type { OnDemandSignal } from './signal-option.ts';
import { SnapshotFolder } from './snapshot-folder.ts';
import { isUnderNodemon } from './under-nodemon.ts';

/** Milliseconds between two snapshots; signals that come sooner are dropped. */
const MIN_INTERVAL_MS = 1000;

/** A snapshot that was asked for by signal. */
interface SignalledSnapshot {
  snapshot: AllocationSnapshot;
  /** The one before that, null for the first. */
  older: AllocationSnapshot | null;
  /** Where it was written; null where it could not be, and `failure` says why. */
  file: string | null;
  failure: string | null;
}

export interface OnDemandSignalOptions {
  /** As `signalOption` gave it; null for none. */
  signal: OnDemandSignal | null;
  /** Folder of the files, absolute; null for this user's own below the temporary folder. */
  snapshotDir: string | null;
  /** Takes a snapshot. */
  take: () => Promise<AllocationSnapshot>;
  /** Gets each snapshot with its file, to log it. Must not throw. */
  tell: (snapshot: SignalledSnapshot) => void;
  /** Something the operator should know. */
  notice: (message: string) => void;
  /** Gets what could not be taken or written, `ERR_LEAKGUARD_SNAPSHOT_FILE` for a file. Must not throw. */
  onError: (error: unknown) => void;
  /** Monotonic milliseconds. */
  now: () => number;
}

/**
 * Listens for the signal that asks for a snapshot, in the main thread alone: worker threads get none. Off where there is none asked
 * for, and under nodemon, whose restarts a listener for SIGUSR2 would swallow. A signal keeps no process alive.
 *
 * @returns what takes the listener away
 */
export function openOnDemandSignal(options: OnDemandSignalOptions): { close(): void } {
  const { signal, notice } = options;
  if (signal === null || !isMainThread) return { close: () => undefined };
  if (signal === 'SIGUSR2' && isUnderNodemon()) {
    notice('nodemon restarts by SIGUSR2: no snapshot on that signal here');
    return { close: () => undefined };
  }
  return listen(signal, options);
}

function listen(signal: OnDemandSignal, options: OnDemandSignalOptions): { close(): void } {
  const taking = new SignalledTaking(options);
  const onSignal = (): void => taking.ask();
  try {
    process.on(signal, onSignal);
  } catch (error) {
    // A signal that this system does not have.
    options.notice(`cannot listen for ${signal} here: ${toError(error).message}`);
    return { close: () => undefined };
  }
  const removeMarker = leaveSignalMarker(signal, taking.folder);
  options.notice(`kill -${signal} ${process.pid} writes a snapshot into ${taking.folder}`);
  return {
    close: () => {
      process.off(signal, onSignal);
      removeMarker();
    },
  };
}

/** One snapshot at a time, at most one a second. */
class SignalledTaking {
  readonly #options: OnDemandSignalOptions;
  readonly #folder: SnapshotFolder;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isTaking = false;
  #older: AllocationSnapshot | null = null;
  /** Its files cannot be written, and that has been told. */
  #isOut = false;

  constructor(options: OnDemandSignalOptions) {
    this.#options = options;
    this.#folder = new SnapshotFolder(options.snapshotDir);
  }

  get folder(): string {
    return this.#folder.path;
  }

  ask(): void {
    const nowMs = this.#options.now();
    if (this.#isTaking || nowMs - this.#lastMs < MIN_INTERVAL_MS) return;
    this.#isTaking = true;
    this.#lastMs = nowMs;
    this.#take()
      .catch(this.#options.onError)
      .finally(() => {
        this.#isTaking = false;
      });
  }

  async #take(): Promise<void> {
    const snapshot = await this.#options.take();
    const older = this.#older;
    this.#older = snapshot;
    this.#options.tell({ snapshot, older, ...this.#write(snapshot) });
  }

  #write(snapshot: AllocationSnapshot): Pick<SignalledSnapshot, 'file' | 'failure'> {
    try {
      const file = this.#folder.write(snapshot);
      this.#resumed();
      return { file, failure: null };
    } catch (cause) {
      const reason = toError(cause).message;
      this.#failed(`cannot write a snapshot into ${this.folder} (${reason})`, cause);
      return { file: null, failure: reason };
    }
  }

  /** Each one that is lost is an error, for somebody asked for it; the log is told once. */
  #failed(message: string, cause: unknown): void {
    const { notice, onError } = this.#options;
    onError(new LeakguardError('ERR_LEAKGUARD_SNAPSHOT_FILE', `leakguard: ${message}`, { cause }));
    if (!this.#isOut) notice(`${message}; the next signal tries again`);
    this.#isOut = true;
  }

  #resumed(): void {
    if (this.#isOut) this.#options.notice(`snapshots are written into ${this.folder} again`);
    this.#isOut = false;
  }
}
