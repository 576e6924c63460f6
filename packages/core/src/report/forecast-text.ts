import type { GrowthReport, ScopeReport } from '../types.ts';
import { formatBytes, formatDuration, formatDurationRange } from './quantities.ts';

/** As wide as a verdict and the space after it, so that the line stands under the scope's name. */
const INDENT = ' '.repeat(9);

/** 'heap limit (2.1 GB) in about 2 h 10 min (1 h 50..2 h 40)', indented; empty while nothing is forecast. */
export function formatForecast({ memory }: GrowthReport): string {
  // A report stored by an older version has no such field.
  const forecast = memory.forecast ?? null;
  if (forecast === null) return '';
  const { limitBytes, inMs, ci95Ms } = forecast;
  return `${INDENT}heap limit (${formatBytes(limitBytes)}) in about ${formatDuration(inMs)} (${formatDurationRange(ci95Ms)})`;
}

/** The forecast is one for the whole heap: only the worst scope that grows there carries it. */
export function carriesForecast(scope: ScopeReport, report: GrowthReport): boolean {
  const worst = report.scopes.find(
    ({ verdict, signal }) => (verdict === 'growing' || verdict === 'leaking') && isHeap(signal),
  );
  return worst !== undefined && worst.scope === scope.scope && worst.kind === scope.kind;
}

/** Growth without a scope carries the forecast if no scope does. */
export function unattributedCarriesForecast(report: GrowthReport): boolean {
  const carried = report.scopes.some((scope) => carriesForecast(scope, report));
  return !carried && isHeap(report.unattributed?.signal ?? null);
}

function isHeap(signal: ScopeReport['signal']): boolean {
  return signal === 'heap' || signal === 'oldSpace';
}
