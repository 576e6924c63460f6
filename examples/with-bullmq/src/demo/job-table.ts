import type { GrowthReport } from '@leakguard/core';
import { isNamed, kilobytes } from 'demo-kit';
import { sparkline } from './sparkline.ts';

/** What is shown of one of the two. */
export interface VariantView {
  name: string;
  done: number;
  recycled: number;
  report: GrowthReport;
  /** Memory of the process tree over time, oldest first; empty where the system does not tell. */
  rssBytes: readonly number[];
}

const NAME = 24;
const BARS = 40;

/** Both, as a table; plain text, one string a line. */
export function jobTable(views: readonly VariantView[]): string[] {
  return [...memoryLines(views), '', ...verdictLines(views)];
}

/** A line per variant: jobs, recycles, memory as bars on one scale, so that they can be compared. */
export function memoryLines(views: readonly VariantView[]): string[] {
  const all = views.flatMap(({ rssBytes }) => rssBytes);
  const scale = [Math.min(...all), Math.max(...all)] as const;
  const rows = views.map(({ name, done, recycled, rssBytes }) => {
    const now = rssBytes.at(-1);
    const memory =
      now === undefined ? 'unknown' : `${kilobytes(now).padStart(6)}  ${sparkline(rssBytes, scale, BARS)}`;
    return row(name, done, recycled, memory);
  });
  return [row('', 'jobs', 'recycled', 'memory of all its processes'), ...rows];
}

/** The state in one line; for output that cannot be redrawn. */
export function jobLine(views: readonly VariantView[]): string {
  return views
    .map(({ name, done, recycled, report, rssBytes }) => {
      const memory = rssBytes.at(-1);
      const named = report.scopes.filter(isNamed).map(({ scope, verdict }) => `${scope} ${verdict}`);
      const parts = [`${done} jobs`, `${recycled} recycled`];
      if (memory !== undefined) parts.push(kilobytes(memory));
      return `${name}: ${[...parts, named.join(', ') || 'nothing named yet'].join(', ')}`;
    })
    .join('   ');
}

function row(name: string, jobs: string | number, recycled: string | number, memory: string): string {
  return `${name.padEnd(NAME)}${String(jobs).padStart(6)}  ${String(recycled).padStart(8)}   ${memory}`;
}

function verdictLines(views: readonly VariantView[]): string[] {
  const names = [...new Set(views.flatMap(({ report }) => report.scopes.map(({ scope }) => scope)))];
  const cellsOf = (scope: string): string[] => views.map(({ report }) => verdictOf(report, scope));
  const lines = names.map((scope) => [scope, ...cellsOf(scope)]);
  return [['verdict and growth per job', ...views.map(({ name }) => name)], ...lines].map((cells) =>
    cells
      .map((cell) => cell.padEnd(28))
      .join('')
      .trimEnd(),
  );
}

function verdictOf(report: GrowthReport, wanted: string): string {
  const scope = report.scopes.find(({ scope }) => scope === wanted);
  if (scope === undefined) return '';
  const { verdict, bytesPerUnit } = scope;
  if (!isNamed(scope)) return verdict;
  return `${verdict.toUpperCase()}${bytesPerUnit === null ? '' : ` ${kilobytes(bytesPerUnit)}`}`;
}
