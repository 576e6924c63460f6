import { isatty } from 'node:tty';

/** npm passes on the SIGINT that the terminal has sent to the whole group: both are one Ctrl-C. */
const SAME_SIGNAL_MS = 1000;
const STDIN = 0;

/** What signals ask of a supervisor. */
export interface SignalHandlers {
  /** SIGTERM or SIGINT, the first time. */
  stop(signal: NodeJS.Signals): void;
  /** The same again, at least a second later. */
  kill(signal: NodeJS.Signals): void;
  /** SIGHUP. */
  restart(): void;
}

/**
 * Listens to the signals that end and restart a supervisor.
 *
 * @returns stops listening
 */
export function onSignals(
  handlers: SignalHandlers,
  host: Pick<NodeJS.Process, 'on' | 'off'> = process,
  nowMs: () => number = () => performance.now(),
): () => void {
  let firstAt: number | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    if (firstAt === null) {
      firstAt = nowMs();
      handlers.stop(signal);
    } else if (nowMs() - firstAt > SAME_SIGNAL_MS) handlers.kill(signal);
  };
  // A terminal that closes means the end of what ran in its foreground; without one it is the operator's word for restart.
  const hangUp = isatty(STDIN) ? stop : () => handlers.restart();
  const listeners = [
    ['SIGTERM', stop],
    ['SIGINT', stop],
    ['SIGHUP', hangUp],
  ] as const;
  for (const [signal, listener] of listeners) host.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) host.off(signal, listener);
  };
}
