import type { GrowthReport, Guard } from '@leakguard/core';

/** More than any run was seen to need: the guard leaves out the first 3,000 as warm-up. */
const MAX_ROUNDS = 120;
const REQUESTS_PER_ROUND = 250;

/** What to send, and until when. */
export interface LeakingMix {
  guard: Guard;
  /** The route that leaks; the mix ends when the guard has named it. */
  leak: { scope: string; path(n: number): string };
  /** The paths of the others, sent in turn. */
  honest: ((n: number) => string)[];
  send(path: string): Promise<unknown>;
}

/**
 * Sends requests whose shares vary from round to round, as those of real traffic do, and finishes a window after each,
 * until the guard, which is at `prove`, has named the leak; gives the last report.
 */
export async function sendLeakingMix({ guard, leak, honest, send }: LeakingMix): Promise<GrowthReport> {
  let report = guard.report();
  for (let round = 0; round < MAX_ROUNDS && !isNamed(report, leak.scope); round++) {
    const share = 0.3 + 0.25 * Math.sin(round);
    const paths = Array.from({ length: REQUESTS_PER_ROUND }, (_, at) => {
      const n = round * REQUESTS_PER_ROUND + at;
      return (n * 0.618) % 1 < share ? leak.path(n) : honest[n % honest.length]!(n);
    });
    await Promise.all(paths.map(send));
    report = await guard.analyze();
  }
  return report;
}

function isNamed({ scopes }: GrowthReport, scope: string): boolean {
  return scopes.some(
    (each) => each.scope === scope && (each.verdict === 'growing' || each.verdict === 'leaking'),
  );
}
