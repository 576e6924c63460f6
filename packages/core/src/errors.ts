/** Codes of every error that leakguard throws. */
export type LeakguardErrorCode =
  | 'ERR_LEAKGUARD_BUDGET'
  | 'ERR_LEAKGUARD_OPTION'
  | 'ERR_LEAKGUARD_CLOSED'
  | 'ERR_LEAKGUARD_GC_UNAVAILABLE'
  | 'ERR_LEAKGUARD_REDIS'
  | 'ERR_LEAKGUARD_TRACK'
  | 'ERR_LEAKGUARD_TYPES';

/** An error of leakguard: `code` says which, `message` says what to do. */
export class LeakguardError extends Error {
  readonly code: LeakguardErrorCode;

  constructor(code: LeakguardErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LeakguardError';
    this.code = code;
  }
}
