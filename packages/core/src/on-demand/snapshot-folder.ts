import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateFolder } from '../control/control-address.ts';
import { makePrivateFolder } from '../control/private-folder.ts';
import type { AllocationSnapshot } from '../report/allocation-snapshot.ts';
import { makeFolder } from '../report/make-folder.ts';
import { writeSnapshotFile } from '../report/snapshot-file.ts';

/** Files kept, of those that this process wrote. */
const MAX_FILES = 5;

/**
 * Where a process puts its snapshot files: the folder it was given, or one of this user's own below the temporary folder. Not the
 * current directory, which in a container is often the image's, read-only or served to the world.
 */
export class SnapshotFolder {
  readonly #given: string | null;
  readonly #written: string[] = [];

  /** @param folder absolute; null for the default */
  constructor(folder: string | null) {
    this.#given = folder;
  }

  get path(): string {
    return this.#given ?? privateFolder(tmpdir(), process.geteuid?.() ?? 0);
  }

  /**
   * Writes one as `allocations-<pid>-<time>.json`, mode 0600, whole or not at all; of its earlier files the oldest goes.
   *
   * @returns the file's path
   * @throws what the file system says
   */
  write(snapshot: AllocationSnapshot): string {
    this.#make();
    const { pid, time } = snapshot.data;
    const file = join(this.path, `allocations-${pid}-${time.replace(/[-:]/g, '')}.json`);
    writeSnapshotFile(file, snapshot);
    if (!this.#written.includes(file)) this.#written.push(file);
    for (const old of this.#written.splice(0, this.#written.length - MAX_FILES)) rmSync(old, { force: true });
    return file;
  }

  #make(): void {
    const uid = process.geteuid?.();
    if (this.#given === null && uid !== undefined) makePrivateFolder(this.path, uid);
    else makeFolder(this.path);
  }
}
