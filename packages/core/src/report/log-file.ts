import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { textOf } from '../contain.ts';
import { rotate } from './log-rotation.ts';
import { makeFolder } from './make-folder.ts';

/** Where one line would make the file larger than this, bytes, the file is rotated first. */
const MAX_BYTES = 10 * 1024 * 1024;
/** The file being written and the older ones, together. */
const MAX_FILES = 5;
/** While the file cannot be written, it is tried at most this often, so that a slow file system holds nobody up. */
const RETRY_MS = 10_000;

/** Never blocks on a FIFO that stands where the file should be. Windows has neither. */
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);
const NEWLINE = 0x0a;

export interface LogFileOptions {
  /** Absolute names: the file being written, then those that rotation fills, newest first. See `logFileName`. */
  nameOf: (slot: number) => string;
  /** Monotonic milliseconds. */
  now: () => number;
  /** The file cannot be written: called once per outage. */
  onOutage: (message: string) => void;
  /** The file is written again after an outage: called once, after the first line that arrived. */
  onResume: (message: string) => void;
  /** Bytes. @default 10 MB */
  maxBytes?: number;
  /** @default 5 */
  maxFiles?: number;
}

interface Outage {
  lostLines: number;
  retryAtMs: number;
}

/**
 * Appends whole lines to a file, rotates it by size and never throws. While it cannot be written (disk full, read-only,
 * no permission, folder gone and not to be made again), lines are lost and counted; it is tried again with later lines.
 *
 * Synchronous, because a line must be there when the process dies right after it; opened anew for each line (a few a
 * minute), because then nothing has to be closed and a file that others removed or rotated away is simply begun again.
 * pino-roll, rotating-file-stream and file-stream-rotator write or rotate asynchronously and keep a descriptor.
 * A file system that hangs (a lost network mount) holds up the caller for as long as it hangs: keep the log on a local disk.
 */
export class LogFile {
  readonly #options: Required<LogFileOptions>;
  #outage: Outage | null = null;

  constructor(options: LogFileOptions) {
    this.#options = { maxBytes: MAX_BYTES, maxFiles: MAX_FILES, ...options };
  }

  /** Makes file and folder, so that a place that cannot be written is told at once and not with the first line. */
  start(): void {
    this.#attempt('', 0);
  }

  /** Appends one line; `line` is without its newline and contains none. */
  append(line: string): void {
    if (this.#outage !== null && this.#options.now() < this.#outage.retryAtMs) this.#outage.lostLines += 1;
    else this.#attempt(`${line}\n`, 1);
  }

  #attempt(text: string, lines: number): void {
    try {
      this.#put(Buffer.from(text));
    } catch (error) {
      this.#failed(error, lines);
      return;
    }
    this.#succeeded();
  }

  #put(bytes: Buffer): void {
    const { nameOf, maxBytes, maxFiles } = this.#options;
    const size = statSync(nameOf(0), { throwIfNoEntry: false })?.size ?? 0;
    if (size > 0 && size + bytes.length > maxBytes) rotate(nameOf, maxFiles);
    const fd = openForAppend(nameOf(0));
    try {
      if (bytes.length > 0)
        writeWhole(fd, endsMidLine(fd) ? Buffer.concat([Buffer.of(NEWLINE), bytes]) : bytes);
    } finally {
      closeSync(fd);
    }
  }

  #failed(error: unknown, lines: number): void {
    const isNew = this.#outage === null;
    this.#outage ??= { lostLines: 0, retryAtMs: 0 };
    this.#outage.lostLines += lines;
    this.#outage.retryAtMs = this.#options.now() + RETRY_MS;
    if (!isNew) return;
    this.#options.onOutage(
      `cannot write the growth log ${this.#options.nameOf(0)} (${reasonOf(error)}); its lines are lost until it can be written again`,
    );
  }

  #succeeded(): void {
    if (this.#outage === null) return;
    const { lostLines } = this.#outage;
    this.#outage = null;
    this.#options.onResume(
      `the growth log ${this.#options.nameOf(0)} is written again; lines lost meanwhile: ${lostLines}`,
    );
  }
}

function reasonOf(error: unknown): string {
  // Node 20 does not say what would allow it, and later versions name only the flag that was missing first.
  if ((error as NodeJS.ErrnoException | null)?.code === 'ERR_ACCESS_DENIED')
    return 'Node runs with --permission: allow its folder with --allow-fs-read and --allow-fs-write';
  return error instanceof Error ? error.message : textOf(error);
}

/** Makes the folder where it is missing. */
function openForAppend(file: string): number {
  try {
    return openSync(file, APPEND, 0o666);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makeFolder(dirname(file));
    return openSync(file, APPEND, 0o666);
  }
}

/** A full disk or a crash may have left half a line, from this process or from an earlier one with the same id. */
function endsMidLine(fd: number): boolean {
  const stat = fstatSync(fd);
  if (!stat.isFile() || stat.size === 0) return false;
  const last = Buffer.alloc(1);
  return readSync(fd, last, 0, 1, stat.size - 1) === 1 && last[0] !== NEWLINE;
}

function writeWhole(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) {
    const written = writeSync(fd, bytes, done);
    if (written === 0) throw new Error('nothing could be written');
    done += written;
  }
}
