import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { contained } from '../contain.ts';
import { ownFolders, preparedFolder } from './control-places.ts';

/** What a guard that listens for a signal leaves beside its socket. */
interface Marker {
  signal: string;
  /** Where its snapshots go, absolute. */
  folder: string;
  /** When the process started, in ticks since boot: a pid is given to another process one day. Null where the system does not tell. */
  startTicks: string | null;
}

/**
 * Leaves word that this process takes a snapshot on a signal: whoever sends it can tell a guard from a program that catches the same
 * signal for something else, or to end. Where no file can be left there is none, and nobody has to know.
 *
 * @returns what takes it away again
 */
export function leaveSignalMarker(signal: string, folder: string): () => void {
  const path = contained(() => join(preparedFolder(), `${process.pid}.signal`), null);
  if (path === null) return () => undefined;
  const marker: Marker = { signal, folder, startTicks: startTicks('self') };
  contained(() => writeFileSync(path, JSON.stringify(marker), { mode: 0o600 }), undefined);
  const remove = (): void => contained(() => rmSync(path, { force: true }), undefined);
  process.once('exit', remove);
  return () => {
    process.off('exit', remove);
    remove();
  };
}

/** The folder into which a guard of that process writes a snapshot on this signal; null where none has left word that it does. */
export function signalledFolder(pid: number, signal: string): string | null {
  const ticks = startTicks(`${pid}`);
  if (ticks === null) return null;
  const markers = ownFolders(pid).map((folder) => markerIn(folder, pid));
  const marker = markers.find((left) => left?.signal === signal && left.startTicks === ticks);
  return typeof marker?.folder === 'string' && isAbsolute(marker.folder) ? marker.folder : null;
}

function markerIn(folder: string, pid: number): Partial<Marker> | null {
  return contained(
    () => JSON.parse(readFileSync(join(folder, `${pid}.signal`), 'utf8')) as Partial<Marker> | null,
    null,
  );
}

/** The 22nd field of `/proc/<pid>/stat`; the second one, the program's name, may hold blanks and brackets. */
function startTicks(process: string): string | null {
  const text = contained(() => readFileSync(`/proc/${process}/stat`, 'utf8'), '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
