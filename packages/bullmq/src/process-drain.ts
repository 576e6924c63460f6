/** The number is the protocol between copies of this module: ESM, CommonJS, installed twice. */
const OPEN = Symbol.for('leakguard.bullmq.open-workers/1');

type Close = () => Promise<void>;

const host = globalThis as typeof globalThis & { [OPEN]?: Set<Close> };
host[OPEN] ??= new Set();
const open: Set<Close> = host[OPEN];

/** Joins the workers that must close before this process exits; gives the function that takes it back. */
export function joinProcess(close: Close): () => void {
  open.add(close);
  return () => void open.delete(close);
}

/** Closes all guarded workers of this process, then exits with 0. Workers and servers of others it does not know. */
export async function drainAndExit(): Promise<never> {
  await Promise.allSettled([...open].map((close) => close()));
  process.exit(0);
}
