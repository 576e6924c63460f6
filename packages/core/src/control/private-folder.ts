import { chmodSync, lstatSync, mkdirSync, type Stats } from 'node:fs';

/** Rights of anybody but the owner. */
const OTHERS = 0o077;

/** Why a folder is not this user's own, null where it is. In a shared folder such as /tmp others may have made it first. */
export function foreignReason(folder: string, uid: number): string | null {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat === undefined ? `${folder} does not exist` : reasonOf(folder, stat, uid);
}

/**
 * Makes a folder that only this user can enter, or takes the one that is there.
 *
 * @throws Error where it cannot be made or is another user's, a link, or open to others
 */
export function makePrivateFolder(folder: string, uid: number): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    // The umask may have taken the owner's own rights.
    chmodSync(folder, 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const reason = foreignReason(folder, uid);
  if (reason !== null) throw new Error(reason);
}

function reasonOf(folder: string, stat: Stats, uid: number): string | null {
  if (!stat.isDirectory()) return `${folder} is no folder`;
  if (stat.uid !== uid) return `${folder} belongs to user ${stat.uid}`;
  return (stat.mode & OTHERS) === 0 ? null : `${folder} is open to other users`;
}
