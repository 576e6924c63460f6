/** Why a growth log could not be read. */
export type LogFileErrorCode = 'ERR_LEAKGUARD_LOG_FILE' | 'ERR_LEAKGUARD_LOG_FORMAT';

/** A growth log that cannot be read: `code` says why, `message` which file. */
export class LogFileError extends Error {
  readonly code: LogFileErrorCode;

  constructor(code: LogFileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LogFileError';
    this.code = code;
  }
}

/** The error for an input that the system does not let us read. */
export function unreadable(name: string, cause: unknown): LogFileError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why =
    code === 'ENOENT'
      ? `missing file: ${name}`
      : code === 'EISDIR'
        ? `is a directory: ${name}; name its files, such as ${name.replace(/\/+$/, '')}/*.ndjson*`
        : `cannot read ${name}: ${message}`;
  return new LogFileError('ERR_LEAKGUARD_LOG_FILE', why, { cause });
}
