import { styleText } from 'node:util';
import type { Verdict } from '@leakguard/core';
import { formatByteRange, formatBytes } from '@leakguard/core/quantities';
import type { LogGrowth, LogReport, LogScope } from '../merge/log-report.ts';
import { escapeControls } from './escape-controls.ts';
import { logSummary } from './log-summary.ts';
import { formatCount } from './quantities.ts';
import { sparkline } from './sparkline.ts';
import { type Cell, type Column, textTable } from './text-table.ts';

/** How a report is drawn. */
export interface TableStyle {
  /** Terminal cells, Infinity where there is no terminal. */
  width: number;
  color: boolean;
}

const NONE = '-';
/** Below this many cells the trend gets fewer bars, so that it fits beside the figures in 80. */
const NARROW = 100;
const NARROW_BARS = 8;
const COLUMNS: readonly Column[] = [
  { title: 'Scope', align: 'left', minWidth: 16 },
  { title: 'Units', align: 'right' },
  { title: 'Bytes/unit', align: 'right' },
  { title: '95 %', align: 'left', dropOrder: 1 },
  { title: 'Total', align: 'right' },
  { title: 'Verdict', align: 'left' },
  { title: 'Trend', align: 'left', dropOrder: 2 },
];

/** The report as a person reads it: the table of scopes, then what is not in it. Nothing in it can control a terminal. */
export function logTable(report: LogReport, style: TableStyle): string {
  const rows = report.scopes.map((scope) => scopeRow(scope, style));
  const table = rows.length === 0 ? 'No scope in these lines.' : textTable(COLUMNS, rows, style.width);
  return `${table}\n\n${logSummary(report).map(escapeControls).join('\n')}\n`;
}

function scopeRow(scope: LogScope, { color, width }: TableStyle): Cell[] {
  return [
    { text: escapeControls(scope.kind === 'job' ? `job ${scope.scope}` : scope.scope) },
    { text: formatCount(scope.units) },
    { text: scope.bytesPerUnit === null ? NONE : formatBytes(scope.bytesPerUnit) },
    { text: scope.ci95 === null ? NONE : formatByteRange(scope.ci95) },
    { text: scope.totalBytes === null ? NONE : formatBytes(scope.totalBytes) },
    { text: verdictShare(scope), paint: color ? verdictPaint(scope.verdict) : plain },
    { text: scope.trend === null ? NONE : sparkline(scope.trend, width < NARROW ? NARROW_BARS : undefined) },
  ];
}

/** 'leaking 2/4': two of the four processes that name the scope say so; no share where all of them do. */
function verdictShare({ verdict, verdicts, processes }: LogGrowth): string {
  const agreeing = verdicts[verdict] ?? 0;
  return agreeing === processes ? verdict : `${verdict} ${agreeing}/${processes}`;
}

function plain(text: string): string {
  return text;
}

/** The stream was judged by the caller, so styleText must not judge the process's own again. */
function verdictPaint(verdict: Verdict): (text: string) => string {
  if (verdict !== 'leaking' && verdict !== 'growing') return plain;
  const color = verdict === 'leaking' ? 'red' : 'yellow';
  return (text) => styleText(color, text, { validateStream: false });
}
