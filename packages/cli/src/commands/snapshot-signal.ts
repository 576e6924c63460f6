import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** Signals that a guard may listen for, as core's option `signal` allows them; the first is the usual one. */
export const SNAPSHOT_SIGNALS = ['SIGUSR2', 'SIGALRM', 'SIGIO', 'SIGPWR', 'SIGURG', 'SIGWINCH'] as const;

/**
 * Asks by signal, and only a process that catches it and whose guard has left word that it listens for it: any other one would be ended by
 * it, and shells, scripts and other tools catch signals, too.
 *
 * @returns what to print
 * @throws LeakguardError `ERR_LEAKGUARD_NOT_LISTENING`
 */
export async function sendSnapshotSignal(name: string, signal: string): Promise<string> {
  const { controlError, hasSignalMarker, parseTarget } = await import('@leakguard/core/control');
  const { pid, threadId } = parseTarget(name)!;
  const refuse = (why: string): never => {
    throw controlError(
      'ERR_LEAKGUARD_NOT_LISTENING',
      `${name} does not listen, and gets no ${signal}: ${why}`,
    );
  };
  if (threadId !== 0) refuse('worker threads get no signals');
  const caught = caughtSignals(pid);
  if (caught === null)
    refuse('its signal handlers cannot be read here (/proc/<pid>/status), and without one it would be ended');
  if (!catches(caught!, signal))
    refuse(`it has no handler for it and would be ended; start it with LEAKGUARD_SIGNAL=${signal}`);
  if (!hasSignalMarker(pid, signal))
    refuse(
      `it catches that signal, but no guard in it says that it listens for it, and whatever does may end it`,
    );
  process.kill(pid, signal as NodeJS.Signals);
  return `sent ${signal} to ${pid}: it writes its snapshot into its snapshotDir, and says where in its log\n`;
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
