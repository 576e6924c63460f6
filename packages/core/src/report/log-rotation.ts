import { existsSync, renameSync } from 'node:fs';
import { format, parse } from 'node:path';

/**
 * Names of one process's growth log: `growth.ndjson` becomes `growth.1234.ndjson` (in a worker thread
 * `growth.1234-5.ndjson`), and rotated `growth.1234.1.ndjson`, `growth.1234.2.ndjson` ..., the newest first. The extension stays,
 * so that one pattern finds all.
 *
 * @param threadId null in the main thread
 * @param slot 0 for the file being written
 */
export function logFileName(logFile: string, pid: number, threadId: number | null, slot: number): string {
  const { dir, name, ext } = parse(logFile);
  const thread = threadId === null ? '' : `-${threadId}`;
  const rotated = slot === 0 ? '' : `.${slot}`;
  return format({ dir, name: `${name}.${pid}${thread}${rotated}`, ext });
}

/**
 * Moves every file one slot on, up to the first free slot; where none is free the oldest is overwritten. Stopping at a free
 * slot, a rotation that failed half-way and is tried again and again throws no further history away.
 *
 * @param files slots in all, 1 or more
 * @throws what the file system says, an entry that another process moved first excepted
 */
export function rotate(nameOf: (slot: number) => string, files: number): void {
  let last = 1;
  while (last < files - 1 && existsSync(nameOf(last))) last += 1;
  for (let slot = last; slot > 0; slot--) move(nameOf(slot - 1), nameOf(slot));
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
