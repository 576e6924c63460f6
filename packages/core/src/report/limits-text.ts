import type { GrowthReport } from '../types.ts';
import { formatDuration } from './quantities.ts';

/** What keeps a report from saying more, line by line; empty where nothing does. */
export function formatLimits(report: GrowthReport): string {
  const { evidence } = report;
  const lines: string[] = [];
  if (evidence.majorGcsNeeded > 0 && !hasVerdict(report)) lines.push(moreNeeded(report));
  if (evidence.rareGcs) {
    lines.push(
      'major GCs are rarer than one in two minutes, so verdicts come slowly; the option idleGc helps',
    );
  }
  for (const { channel, reason } of evidence.unavailable)
    lines.push(`channel ${channel} is unavailable: ${reason}`);
  return lines.map((line) => `  ${line}`).join('\n');
}

/** Whether scopes were found stable though this process has no verdict yet: their units run in isolates, which have one. */
export function isJudgedInIsolates({ evidence, scopes }: GrowthReport): boolean {
  return evidence.majorGcsNeeded > 0 && scopes.some(({ verdict }) => verdict === 'stable');
}

/** That something grows is a verdict: what GCs of this process are missing for would read as if it were not. */
function hasVerdict({ scopes, unattributed }: GrowthReport): boolean {
  return (
    unattributed !== null || scopes.some(({ verdict }) => verdict === 'growing' || verdict === 'leaking')
  );
}

function moreNeeded(report: GrowthReport): string {
  const { evidence, level } = report;
  const pace =
    evidence.etaMs === null
      ? 'when that will be is not known yet'
      : `in about ${formatDuration(evidence.etaMs)} at the present pace`;
  const kind = level === 'prove' ? 'forced GCs' : 'major GCs';
  const what = isJudgedInIsolates(report) ? " on this process's own memory" : '';
  return `${evidence.majorGcsNeeded} more ${kind} needed for the first verdict${what}, ${pace}`;
}
