import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contained } from '../contain.ts';
import { ownFolders, preparedFolder } from './control-places.ts';

/** What a guard that listens for a signal leaves beside its socket. */
interface Marker {
  signal: string;
  /** When the process started, in ticks since boot: a pid is given to another process one day. Null where the system does not tell. */
  startTicks: string | null;
}

/**
 * Leaves word that this process takes a snapshot on a signal: whoever sends it can tell a guard from a program that catches the same
 * signal for something else, or to end. Where no file can be left there is none, and nobody has to know.
 *
 * @returns what takes it away again
 */
export function leaveSignalMarker(signal: string): () => void {
  const path = contained(() => join(preparedFolder(), `${process.pid}.signal`), null);
  if (path === null) return () => undefined;
  const marker: Marker = { signal, startTicks: startTicks('self') };
  contained(() => writeFileSync(path, JSON.stringify(marker), { mode: 0o600 }), undefined);
  const remove = (): void => contained(() => rmSync(path, { force: true }), undefined);
  process.once('exit', remove);
  return () => {
    process.off('exit', remove);
    remove();
  };
}

/** True if a guard of that process has left word that it listens for this signal. */
export function hasSignalMarker(pid: number, signal: string): boolean {
  return ownFolders(pid).some((folder) => {
    const marker = contained(
      () => JSON.parse(readFileSync(join(folder, `${pid}.signal`), 'utf8')) as Marker,
      null,
    );
    return (
      marker?.signal === signal && marker.startTicks !== null && marker.startTicks === startTicks(`${pid}`)
    );
  });
}

/** The 22nd field of `/proc/<pid>/stat`; the second one, the program's name, may hold blanks and brackets. */
function startTicks(process: string): string | null {
  const text = contained(() => readFileSync(`/proc/${process}/stat`, 'utf8'), '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
