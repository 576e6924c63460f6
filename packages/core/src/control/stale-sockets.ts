import { readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { contained } from '../contain.ts';
import { parseTarget } from './control-address.ts';

/** Sockets looked at in one go. */
const MAX_LOOKS = 16;
const SUFFIX = '.sock';

/** Calls back with true where nobody listens on a socket any more. In doubt somebody does. */
export function isDead(path: string, tell: (dead: boolean) => void): void {
  const socket = connect({ path });
  socket.unref();
  socket.once('connect', () => {
    socket.destroy();
    tell(false);
  });
  socket.once('error', ({ code }: NodeJS.ErrnoException) =>
    tell(code === 'ECONNREFUSED' || code === 'ENOENT'),
  );
}

/**
 * Removes what processes left that were killed. A pid that is unknown here may be alive in another container that shares the folder,
 * so each is asked first.
 */
export function removeStaleSockets(folder: string): void {
  const names = readdirSync(folder).filter((name) => name.endsWith(SUFFIX) && isGone(name));
  for (const name of names.slice(0, MAX_LOOKS)) {
    const path = join(folder, name);
    isDead(path, (dead) => {
      if (dead) contained(() => rmSync(path, { force: true }), undefined);
    });
  }
}

function isGone(name: string): boolean {
  const target = parseTarget(name.slice(0, -SUFFIX.length));
  if (target === null || target.pid === process.pid) return false;
  try {
    process.kill(target.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
