import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AllocationSnapshot, LeakguardError } from '@leakguard/core/snapshot';

/** Signals that a guard may listen for, as core's option `signal` allows them; the first is the usual one. */
export const SNAPSHOT_SIGNALS = ['SIGUSR2', 'SIGALRM', 'SIGIO', 'SIGPWR', 'SIGURG', 'SIGWINCH'] as const;

/** Milliseconds for a file to appear, as long as a process has for an answer through its socket. */
const FILE_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
/** A guard drops a signal that comes within a second of another one. */
const RESEND_MS = 1500;

/** A snapshot that a process took on a signal, and the file that it wrote. */
export interface SignalledSnapshot {
  snapshot: AllocationSnapshot;
  file: string;
}

/**
 * Asks by signal, and gives the file that the process then writes. Sends it only to a process that catches it and whose guard has left word
 * that it listens for it: any other one would be ended by it, and shells, scripts and other tools catch signals, too.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_NOT_LISTENING`, `ERR_LEAKGUARD_CONTROL_TIMEOUT` where no file comes, or what reading it says
 */
export async function signalledSnapshot(
  name: string,
  signal: string,
  timeoutMs: number = FILE_TIMEOUT_MS,
): Promise<SignalledSnapshot> {
  const [{ controlError }, { readSnapshotFile }] = await Promise.all([
    import('@leakguard/core/control'),
    import('@leakguard/core/snapshot'),
  ]);
  const { pid, folder } = await listening(name, signal);
  const known = new Set(filesIn(folder, pid));
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += POLL_MS) {
    // Looked at again each time: the guard may have been closed, and its handler with it.
    if (waitedMs % RESEND_MS === 0) process.kill((await listening(name, signal)).pid, signal);
    await delay(POLL_MS);
    const file = filesIn(folder, pid).find((found) => !known.has(found));
    if (file !== undefined) return { snapshot: await readSnapshotFile(file), file };
  }
  throw controlError(
    'ERR_LEAKGUARD_CONTROL_TIMEOUT',
    `${name} got ${signal} and wrote no snapshot into ${folder} within ${timeoutMs / 1000} s: its log says why`,
  );
}

/** The process, and where it writes; refuses one that this signal could end. */
async function listening(name: string, signal: string): Promise<{ pid: number; folder: string }> {
  const { controlError, parseTarget, signalledFolder } = await import('@leakguard/core/control');
  const { pid, threadId } = parseTarget(name)!;
  const refusal = (why: string): LeakguardError =>
    controlError('ERR_LEAKGUARD_NOT_LISTENING', `${name} does not listen, and gets no ${signal}: ${why}`);
  if (threadId !== 0) throw refusal('worker threads get no signals');
  const caught = caughtSignals(pid);
  if (caught === null)
    throw refusal(
      'its signal handlers cannot be read here (/proc/<pid>/status), and without one it would be ended',
    );
  if (!catches(caught, signal))
    throw refusal(
      `it has no handler for it and would be ended; start it with LEAKGUARD_SIGNAL=${signal}, or, under nodemon, which restarts by SIGUSR2, with another one`,
    );
  const folder = signalledFolder(pid, signal);
  if (folder === null)
    throw refusal(
      'it catches that signal, but no guard in it says that it listens for it, and whatever does may end it',
    );
  return { pid, folder };
}

/** Its snapshot files in a folder; none where that cannot be read, or is not there yet. */
function filesIn(folder: string, pid: number): string[] {
  const isFile = (name: string): boolean => name.startsWith(`allocations-${pid}-`) && name.endsWith('.json');
  try {
    return readdirSync(folder)
      .filter(isFile)
      .map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

/** The mask of the signals that a process handles; null where the system does not tell (Linux does). */
export function caughtSignals(pid: number): bigint | null {
  try {
    const mask = /^SigCgt:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return mask === undefined ? null : BigInt(`0x${mask}`);
  } catch {
    return null;
  }
}

/** Whether a signal is in such a mask: signal n is bit n - 1. */
export function catches(mask: bigint, signal: string): boolean {
  const number = constants.signals[signal as NodeJS.Signals];
  return number !== undefined && ((mask >> BigInt(number - 1)) & 1n) === 1n;
}
