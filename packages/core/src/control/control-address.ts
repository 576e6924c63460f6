import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Longest path of a unix socket, bytes: Linux has 108 with the closing zero, the BSDs and macOS 104. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/** The isolate that listens: a process, or one of its worker threads. */
export interface ControlTarget {
  pid: number;
  /** 0 in the main thread. */
  threadId: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `4242`, or `4242-3` for a worker thread; also what the socket's file is called. */
export function targetName({ pid, threadId }: ControlTarget): string {
  return threadId === 0 ? `${pid}` : `${pid}-${threadId}`;
}

/** The target of a name, null for anything else. */
export function parseTarget(name: string): ControlTarget | null {
  const [, pid, threadId = '0'] = /^([1-9]\d{0,9})(?:-([1-9]\d{0,9}))?$/.exec(name) ?? [];
  return pid === undefined ? null : { pid: Number(pid), threadId: Number(threadId) };
}

/** The private folder of a user's sockets; the runtime folder of the session where there is one. */
export function controlFolder(env: Environment, uid: number): string {
  const runtime = env.XDG_RUNTIME_DIR;
  return runtime !== undefined && isAbsolute(runtime)
    ? join(runtime, 'leakguard')
    : privateFolder(tmpdir(), uid);
}

/** The folder of a user's in a folder that all users share. */
export function privateFolder(shared: string, uid: number): string {
  return join(shared, `leakguard-${uid}`);
}

/** The socket of a target in a folder, or null where the system takes no path that long. */
export function socketPath(folder: string, target: ControlTarget): string | null {
  const path = join(folder, `${targetName(target)}.sock`);
  return Buffer.byteLength(path) <= MAX_PATH_BYTES ? path : null;
}

/** On Windows. */
export function pipeName(target: ControlTarget): string {
  return `\\\\.\\pipe\\leakguard-${targetName(target)}`;
}
