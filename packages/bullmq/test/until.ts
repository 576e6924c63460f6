import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 15;
/** Only ends what would never end. */
const LIMIT_MS = 45_000;

/** Resolves with the first answer that is true; tests wait for conditions, never for times. */
export async function until<T>(ask: () => T | Promise<T>, what: string): Promise<NonNullable<T>> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as NonNullable<T>;
    if (performance.now() > deadline) throw new Error(`never came true: ${what}`);
    await wait(POLL_MS);
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
