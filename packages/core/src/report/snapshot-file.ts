import { randomBytes } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { LeakguardError } from '../errors.ts';
import { AllocationSnapshot } from './allocation-snapshot.ts';

/** Largest file read, bytes; of 5,000 stacks with all their ordinals ours are smaller. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * Reads a snapshot file, as `leakguard snapshot --out` and the signal write it.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_SNAPSHOT_FILE` for a file that cannot be read, else as `AllocationSnapshot.from`
 */
export async function readSnapshotFile(file: string): Promise<AllocationSnapshot> {
  return AllocationSnapshot.from(await textOfFile(file), file);
}

/**
 * Writes a snapshot so that nobody ever sees half of it, readable by its owner alone: a new temporary file in the same folder,
 * mode 0600, then renamed. Replaces a file of that name. Synchronous: it may be the last thing that a process does.
 */
export function writeSnapshotFile(file: string, snapshot: AllocationSnapshot): void {
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    writeNew(temporary, `${JSON.stringify(snapshot)}\n`);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function textOfFile(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES)
      throw new Error(`it has ${size} bytes, a snapshot has at most ${MAX_FILE_BYTES}`);
    return await readFile(file, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? `missing file: ${file}` : `cannot read ${file}: ${(cause as Error).message}`;
    throw new LeakguardError('ERR_LEAKGUARD_SNAPSHOT_FILE', `leakguard: ${why}`, { cause });
  }
}

/** `wx`: where the folder is another user's too, a link that waits under that name is not followed. */
function writeNew(file: string, text: string): void {
  const fd = openSync(file, 'wx', 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
  } finally {
    closeSync(fd);
  }
}
