import { constants } from 'node:os';

const EXIT_GRACE_MS = 500;

/**
 * Runs a demo as this process. Exit code 0: it resolved to true; 1: to false; 2: it threw; 130 and the like: it was stopped
 * by a signal. `run` has to end with everything stopped when its signal is aborted.
 */
export async function runAsDemo(run: (signal: AbortSignal) => Promise<boolean>): Promise<void> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      process.exitCode = 128 + constants.signals[signal];
      // The second Ctrl-C does not wait for anything.
      if (abort.signal.aborted) process.exit();
      abort.abort();
    });
  }
  try {
    const passed = await run(abort.signal);
    if (!abort.signal.aborted) process.exitCode = passed ? 0 : 1;
  } catch (error) {
    if (abort.signal.aborted) {
      console.error('stopped');
    } else {
      console.error(error);
      process.exitCode = 2;
    }
  }
  // A connection that still tries to come back must not keep the process.
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}
