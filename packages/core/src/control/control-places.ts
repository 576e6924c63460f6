import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { contained } from '../contain.ts';
import { type ControlTarget, controlFolder, pipeName, privateFolder, socketPath } from './control-address.ts';
import { foreignReason, makePrivateFolder } from './private-folder.ts';

/**
 * Addresses on which a target may listen, likeliest first: a server that was started elsewhere has its own idea of the temporary
 * folder. Only folders of the target's user that nobody else can enter are looked into, so that no other user can answer in its place.
 */
export function controlAddresses(target: ControlTarget): string[] {
  if (process.geteuid === undefined) return [pipeName(target)];
  return ownFolders(target.pid)
    .map((folder) => socketPath(folder, target))
    .filter((path) => path !== null);
}

/**
 * The first folder that can be this user's own, made if need be.
 *
 * @param isFit false for a folder that does not do
 * @throws Error where there is none, with the reason of the last
 */
export function preparedFolder(isFit: (folder: string) => boolean = () => true): string {
  const uid = process.geteuid!();
  let reason: unknown = new Error('every folder that there is, is too long for the path of a socket');
  for (const folder of new Set(
    [controlFolder(process.env, uid), privateFolder(tmpdir(), uid)].filter(isFit),
  )) {
    try {
      makePrivateFolder(folder, uid);
      return folder;
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}

/** Worker threads of a process that have a socket, `4242-3`; empty on Windows. */
export function listeningThreads(pid: number): string[] {
  const names = process.geteuid === undefined ? [] : ownFolders(pid).flatMap((folder) => readdirSync(folder));
  return [...new Set(names.filter((name) => name.startsWith(`${pid}-`)))].map((name) =>
    name.replace(/\.sock$/, ''),
  );
}

/** Folders in which a process may have left something for its own user, and in which nobody else can have. */
export function ownFolders(pid: number): string[] {
  if (process.geteuid === undefined) return [];
  const uid = userOf(pid);
  const env = environmentOf(pid);
  const shared = [env.TMPDIR, tmpdir(), '/tmp'].filter(
    (folder) => folder !== undefined && isAbsolute(folder),
  );
  const folders = [
    ...[env, process.env].map((environment) => controlFolder(environment, uid)),
    join('/run/user', `${uid}`, 'leakguard'),
    ...shared.map((folder) => privateFolder(folder!, uid)),
  ];
  return [...new Set(folders)].filter((folder) =>
    contained(() => foreignReason(folder, uid) === null, false),
  );
}

/** Whose process it is, as far as the system tells; only root may ask other users' processes. */
function userOf(pid: number): number {
  const own = process.geteuid!();
  return own === 0 ? contained(() => statSync(`/proc/${pid}`).uid, own) : own;
}

/** What the process was started with; empty where that cannot be read. */
function environmentOf(pid: number): Record<string, string> {
  const text = contained(() => readFileSync(`/proc/${pid}/environ`, 'utf8'), '');
  return Object.fromEntries(text.split('\0').map((entry) => entry.split(/=(.*)/s, 2)));
}
