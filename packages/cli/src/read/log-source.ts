import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LogFileError, unreadable } from './log-file-error.ts';

/** One input of `leakguard report`. */
export interface LogSource {
  /** The path as given, or 'stdin'. */
  name: string;
  /** Bytes on disk, null where it is not known (stdin, a pipe). */
  sizeBytes: number | null;
  /** Its bytes, decompressed; `onBytes` hears of the bytes read before that. */
  open(onBytes?: (bytes: number) => void): AsyncIterable<Uint8Array>;
  /** Whether it can be opened again, which stdin and pipes cannot. */
  isRepeatable: boolean;
}

/**
 * The source of a path, or of '-' for stdin.
 *
 * @throws LogFileError `ERR_LEAKGUARD_LOG_FILE`
 */
export async function logSource(path: string, stdin: AsyncIterable<Uint8Array | string>): Promise<LogSource> {
  if (path === '-') {
    return {
      name: 'stdin',
      sizeBytes: null,
      open: (on) => contents('stdin', stdin, on),
      isRepeatable: false,
    };
  }
  const stats = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (stats.isDirectory()) throw unreadable(path, { code: 'EISDIR' });
  return {
    name: path,
    sizeBytes: stats.isFile() ? stats.size : null,
    open: (on) => contents(path, createReadStream(path, { highWaterMark: 256 * 1024 }), on),
    isRepeatable: stats.isFile(),
  };
}

async function* contents(
  name: string,
  stream: AsyncIterable<Uint8Array | string>,
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = counting(name, stream, onBytes);
  const first = await firstBytes(chunks, 2);
  const all = startingWith(first, chunks);
  if (first[0] !== 0x1f || first[1] !== 0x8b) yield* all;
  else yield* gunzipped(name, all);
}

/** Whole chunks of so many bytes or more, fewer where there are no more: a pipe may give them one by one. */
async function firstBytes(chunks: AsyncIterator<Uint8Array>, wanted: number): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array();
  while (first.length < wanted) {
    const chunk = await chunks.next();
    if (chunk.done === true) break;
    first = first.length === 0 ? chunk.value : Buffer.concat([first, chunk.value]);
  }
  return first;
}

async function* counting(
  name: string,
  stream: AsyncIterable<Uint8Array | string>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      onBytes(bytes.length);
      if (bytes.length > 0) yield bytes;
    }
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  yield first;
  yield* rest;
}

/** A gzip stream that is cut off or damaged ends here as an error of its own, so that what came before it is kept. */
async function* gunzipped(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const compressed = Readable.from(chunks, { objectMode: false });
  const gunzip = createGunzip();
  compressed.on('error', (error) => gunzip.destroy(error));
  try {
    yield* compressed.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    if (cause instanceof LogFileError) throw cause;
    throw new DamagedGzipError(name, cause);
  } finally {
    compressed.destroy();
  }
}

/** A gzip stream that could not be read to its end. */
export class DamagedGzipError extends Error {
  constructor(name: string, cause: unknown) {
    super(`gzip of ${name} is cut off or damaged`, { cause });
    this.name = 'DamagedGzipError';
  }
}
