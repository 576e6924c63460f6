import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const folders: string[] = [];
const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0)) execFileSync('umount', ['-l', folder]);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-'));
  folders.push(folder);
  return folder;
}

/** Lines of every file in a folder, by file name; a last one without its newline included. */
export function linesIn(folder: string): Record<string, string[]> {
  const read = (name: string): string[] => readFileSync(join(folder, name), 'utf8').split('\n');
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, read(name).filter((line) => line !== '')]),
  );
}

/** The lines that are whole, parsed, and how many are not. */
export function parsed<T>(lines: readonly string[]): { values: T[]; damaged: number } {
  const values: T[] = [];
  for (const line of lines) {
    try {
      values.push(JSON.parse(line));
    } catch {
      // Counted below.
    }
  }
  return { values, damaged: lines.length - values.length };
}

export interface BadPlace {
  folder: string;
  /** Makes the place good again. */
  mend: () => void;
}

/** A folder on a full disk: a real one where this process may mount, else a device that is always full for `file`. */
export function fullDisk(file: string): BadPlace {
  const folder = temporaryFolder();
  if (mount(folder, 'size=64k')) {
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(40_000));
    return { folder, mend: () => rmSync(ballast) };
  }
  symlinkSync('/dev/full', join(folder, file));
  return { folder, mend: () => rmSync(join(folder, file)) };
}

/** A folder that cannot be written: a read-only disk where this process may mount, else a file in its place. */
export function readOnlyPlace(): BadPlace {
  const folder = temporaryFolder();
  if (mount(folder, 'ro')) {
    return { folder, mend: () => execFileSync('mount', ['-o', 'remount,rw', folder]) };
  }
  return fileInPlace();
}

/** A folder's name that a file has taken. */
export function fileInPlace(): BadPlace {
  const folder = join(temporaryFolder(), 'logs');
  writeFileSync(folder, '');
  return { folder, mend: () => rmSync(folder) };
}

/** @returns false where this process may not mount */
function mount(folder: string, options: string): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/proc/mounts')) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  mounted.push(folder);
  return true;
}
