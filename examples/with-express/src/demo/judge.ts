import type { GrowthReport } from '@leakguard/core';

/** What the demo makes of a run. */
export interface Judgement {
  passed: boolean;
  /** Planted routes that the last report names. */
  named: string[];
  /** Planted routes that it does not. */
  missed: string[];
  /** Honest routes that it names, or that were ever called leaking. */
  accused: string[];
}

/** The routes that a report calls growing or leaking. */
export function namedRoutes(report: GrowthReport): string[] {
  return report.scopes
    .filter(({ verdict }) => verdict === 'growing' || verdict === 'leaking')
    .map(({ scope }) => scope);
}

/** The routes that a report calls leaking. */
export function leakingRoutes(report: GrowthReport): string[] {
  return report.scopes.filter(({ verdict }) => verdict === 'leaking').map(({ scope }) => scope);
}

/**
 * Compares the last report with what was planted. For an honest route `growing` counts against the guard only in the
 * last report (a store that is still filling may rightly be growing for a while), `leaking` at any time.
 *
 * @param everLeaking routes that were leaking in any report of the run
 */
export function judge(
  report: GrowthReport,
  planted: readonly string[],
  everLeaking: ReadonlySet<string> = new Set(),
): Judgement {
  const now = namedRoutes(report);
  const missed = planted.filter((route) => !now.includes(route));
  const accused = [...new Set([...now, ...everLeaking])].filter((route) => !planted.includes(route));
  return {
    passed: missed.length === 0 && accused.length === 0,
    named: planted.filter((route) => now.includes(route)),
    missed,
    accused,
  };
}
