/** Codes of every error that leakguard throws. */
export type LeakguardErrorCode =
  | 'ERR_LEAKGUARD_BUDGET'
  | 'ERR_LEAKGUARD_OPTION'
  | 'ERR_LEAKGUARD_CLOSED'
  | 'ERR_LEAKGUARD_GC_UNAVAILABLE'
  | 'ERR_LEAKGUARD_REDIS'
  | 'ERR_LEAKGUARD_TRACK'
  | 'ERR_LEAKGUARD_TYPES'
  | SnapshotErrorCode
  | ControlErrorCode;

/** Why a snapshot cannot be read or compared. */
type SnapshotErrorCode =
  | 'ERR_LEAKGUARD_SNAPSHOT_FILE'
  | 'ERR_LEAKGUARD_SNAPSHOT_FORMAT'
  | 'ERR_LEAKGUARD_SNAPSHOT_VERSION'
  | 'ERR_LEAKGUARD_SNAPSHOT_PROCESS'
  | 'ERR_LEAKGUARD_SNAPSHOT_STACKS';

/** Why a running process did not answer. */
export type ControlErrorCode =
  | 'ERR_LEAKGUARD_NOT_LISTENING'
  | 'ERR_LEAKGUARD_CONTROL'
  | 'ERR_LEAKGUARD_CONTROL_BUSY'
  | 'ERR_LEAKGUARD_CONTROL_TIMEOUT';

/** An error of leakguard: `code` says which, `message` says what to do. */
export class LeakguardError extends Error {
  readonly code: LeakguardErrorCode;

  constructor(code: LeakguardErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LeakguardError';
    this.code = code;
  }
}
