import type { ScopeReport } from '@leakguard/core';

/** As much of a report as is judged. */
export interface Verdicts {
  scopes: readonly Pick<ScopeReport, 'scope' | 'verdict'>[];
}

/** What a demo makes of a run. */
export interface Judgement {
  passed: boolean;
  /** Planted scopes that the last report names. */
  named: string[];
  /** Planted scopes that it does not. */
  missed: string[];
  /** Honest scopes that it names, or that were ever called leaking. */
  accused: string[];
}

/** Whether it is called growing or leaking. */
export function isNamed({ verdict }: Verdicts['scopes'][number]): boolean {
  return verdict === 'growing' || verdict === 'leaking';
}

/** The scopes that a report calls leaking. */
export function leakingScopes({ scopes }: Verdicts): string[] {
  return scopes.filter(({ verdict }) => verdict === 'leaking').map(({ scope }) => scope);
}

/**
 * Compares the last report with what was planted. For an honest scope `growing` counts against the guard only in the
 * last report (a store that is still filling may rightly be growing for a while), `leaking` at any time.
 *
 * @param everLeaking scopes that were leaking in any report of the run
 */
export function judge(
  report: Verdicts,
  planted: readonly string[],
  everLeaking: ReadonlySet<string> = new Set(),
): Judgement {
  const now = report.scopes.filter(isNamed).map(({ scope }) => scope);
  const missed = planted.filter((scope) => !now.includes(scope));
  const accused = [...new Set([...now, ...everLeaking])].filter((scope) => !planted.includes(scope));
  return {
    passed: missed.length === 0 && accused.length === 0,
    named: planted.filter((scope) => now.includes(scope)),
    missed,
    accused,
  };
}

/** A judgement in lines, one per scope. */
export function verdictText({ named, missed, accused }: Judgement): string {
  return [
    ...named.map((scope) => `  planted and named      ${scope}`),
    ...missed.map((scope) => `  planted, NOT named     ${scope}`),
    ...accused.map((scope) => `  named, but NOT leaking ${scope}`),
  ].join('\n');
}
