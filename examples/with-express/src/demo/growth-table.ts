import type { GrowthReport, ScopeReport } from '@leakguard/core';
import { isNamed, kilobytes } from 'demo-kit';

const COLUMNS = [
  { title: 'route', width: 28 },
  { title: 'requests', width: 9 },
  { title: 'verdict', width: 11 },
  { title: 'per request', width: 12 },
  { title: 'so far', width: 9 },
  { title: 'kept alive', width: 11 },
] as const;

/** The report as a table, worst route first; plain text, one string a line. */
export function growthTable(report: GrowthReport): string[] {
  const rows = report.scopes.map(cells);
  return [COLUMNS.map(({ title }) => title), ...rows].map((row) => row.map(aligned).join('  ').trimEnd());
}

/** What is growing, in one line; for output that cannot be redrawn. */
export function growthLine(report: GrowthReport): string {
  const growing = report.scopes.filter(isNamed).map(({ scope, verdict }) => `${scope} ${verdict}`);
  if (growing.length > 0) return growing.join(', ');
  const { majorGcsNeeded } = report.evidence;
  return majorGcsNeeded > 0
    ? `warming up, ${majorGcsNeeded} more GCs to the first verdict`
    : 'nothing grows yet';
}

function cells(scope: ScopeReport): string[] {
  const { units, verdict, bytesPerUnit, totalBytes, survivors } = scope;
  return [
    scope.scope,
    String(units),
    verdict === 'stable' || verdict === 'warming-up' ? verdict : verdict.toUpperCase(),
    bytesPerUnit === null ? '' : kilobytes(bytesPerUnit),
    totalBytes === null ? '' : kilobytes(totalBytes),
    survivors === null || !isNamed(scope) ? '' : `${survivors.alive} of ${survivors.sampled}`,
  ];
}

function aligned(text: string, column: number): string {
  const { width } = COLUMNS[column]!;
  return column === 0 || column === 2 ? text.padEnd(width) : text.padStart(width);
}
