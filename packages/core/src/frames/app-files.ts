import { readFileSync, statSync } from 'node:fs';
import { findSourceMap } from 'node:module';
import { contained } from '../contain.ts';

/** Larger files are not read: they would cost the host more memory and time than what they tell is worth. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

/** What is read of the app on disk. Injected, so that tests can have files of any system. Nothing here throws. */
export interface AppFiles {
  /** The working directory. */
  readonly cwd: string;
  /** The text of a file by its absolute path with forward slashes, null where it cannot be read. */
  readSource(path: string): string | null;
  /** The source map that the runtime has of a file, as its JSON; null where it has none. */
  readMap(path: string): object | null;
  /** Milliseconds, to end what takes too long. */
  now(): number;
}

/** The files of this process. Source maps are known to Node with `--enable-source-maps` and to loaders that say theirs. */
export function processFiles(now: () => number): AppFiles {
  return {
    cwd: process.cwd().replaceAll('\\', '/'),
    readSource: (path) => contained(() => readText(path), null),
    readMap: (path) => contained(() => findSourceMap(path)?.payload ?? null, null),
    now,
  };
}

function readText(path: string): string | null {
  const stats = statSync(path);
  if (!stats.isFile() || stats.size > MAX_FILE_BYTES) return null;
  const text = readFileSync(path, 'utf8');
  // Node takes it off as well, so positions in the first line count without it.
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
