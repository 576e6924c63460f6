import { briefTextOf } from '../contain.ts';
import { LeakguardError } from '../errors.ts';

/** Signals that end nothing in Node and belong to nobody else, once something listens for them. */
const SIGNALS = ['SIGUSR2', 'SIGALRM', 'SIGIO', 'SIGPWR', 'SIGURG', 'SIGWINCH'] as const;
export type OnDemandSignal = (typeof SIGNALS)[number];

const REASONS: Readonly<Record<string, string>> = {
  SIGUSR1: "Node starts its debugger on SIGUSR1, so that it cannot be leakguard's",
  SIGTERM: 'a listener for it would keep the process from ending',
  SIGINT: 'a listener for it would keep the process from ending',
  SIGHUP: 'a listener for it would keep the process from ending',
};

/**
 * The signal that asks for a snapshot: what the option says, else what `LEAKGUARD_SIGNAL` says, else none.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION` for any other signal, of the option or of the environment
 */
export function signalOption(
  option: unknown,
  env: Readonly<Record<string, string | undefined>> = process.env,
): OnDemandSignal | null {
  if (option === false) return null;
  if (option !== undefined) return known('signal', option);
  const variable = env.LEAKGUARD_SIGNAL;
  return variable === undefined || variable === '' ? null : known('LEAKGUARD_SIGNAL', variable);
}

function known(name: string, value: unknown): OnDemandSignal {
  const signal = SIGNALS.find((allowed) => allowed === value);
  if (signal !== undefined) return signal;
  const reason = typeof value === 'string' && Object.hasOwn(REASONS, value) ? `: ${REASONS[value]}` : '';
  throw new LeakguardError(
    'ERR_LEAKGUARD_OPTION',
    `leakguard: ${name} must be one of ${SIGNALS.join(', ')}, got ${JSON.stringify(briefTextOf(value))}${reason}`,
  );
}
