import { formatByteRange, formatBytes, formatDuration } from '@leakguard/core/quantities';
import type { LogReport, LogUnattributed } from '../merge/log-report.ts';
import { counted, formatCount, formatTime } from './quantities.ts';

const MAX_DAMAGED_SHOWN = 5;

/** The lines below the table: what it leaves out, and how much of the log it stands on. */
export function logSummary(report: LogReport): string[] {
  return [
    ...leftOut(report),
    ...report.unattributed.map((growth) => unattributed(growth, report.processes)),
    span(report),
    ...spikes(report.spikes),
    ...(report.snapshots > 0 ? [counted(report.snapshots, 'snapshot')] : []),
    ...report.recycles.map(recycles),
    ...audits(report),
    ...notices(report),
    ...lines(report.lines),
    ...damaged(report),
  ];
}

function leftOut({ scopesLeftOut, statesDropped }: LogReport): string[] {
  return [
    ...(scopesLeftOut > 0 ? [`${counted(scopesLeftOut, 'more scope')} (--all shows them)`] : []),
    ...(statesDropped > 0 ? ['more than 10,000 scopes: the others are not counted'] : []),
  ];
}

function unattributed(growth: LogUnattributed, processes: number): string {
  const { source, verdict, bytesPerUnit, bytesPerHour, ci95, totalBytes } = growth;
  const interval = ci95 === null ? '' : ` (95 %: ${formatByteRange(ci95)})`;
  const perUnit = bytesPerUnit === null ? '' : `  ${formatBytes(bytesPerUnit)} per unit${interval}`;
  const perHour = bytesPerHour === null ? '' : `  ${formatBytes(bytesPerHour)} per hour`;
  const total = totalBytes === null ? '' : `  total ${formatBytes(totalBytes)}`;
  const share = `${growth.verdicts[verdict] ?? 0} of ${counted(processes, 'process', 'processes')}`;
  return `no single scope (${source}): ${verdict} in ${share}${perUnit || perHour}${total}`;
}

function span({ processes, from, to, since }: LogReport): string {
  if (from === null || to === null) return since === null ? 'no event' : `no event since ${since}`;
  const [first, last] = [Date.parse(from), Date.parse(to)];
  const duration = formatDuration(last - first);
  return `${counted(processes, 'process', 'processes')}, ${formatTime(first)} to ${formatTime(last)} (${duration})`;
}

function spikes({ count, suppressed, largest }: LogReport['spikes']): string[] {
  if (largest === null) return [];
  const more = suppressed > 0 ? `; ${formatCount(suppressed)} more were not logged` : '';
  return [`${counted(count, 'spike')}, largest ${formatBytes(largest.bytes)} in ${largest.scope}${more}`];
}

/** "12 recycles of queue 'emails' (jobs 10, heap 2)". */
function recycles({ queue, count, reasons }: LogReport['recycles'][number]): string {
  const parts = Object.entries(reasons).map(([reason, times]) => `${reason} ${formatCount(times)}`);
  return `${counted(count, 'recycle')} of queue '${queue}' (${parts.join(', ')})`;
}

function audits({ audits: kept, auditsLeftOut }: LogReport): string[] {
  const shown = kept.map(({ queue, severity, text }) => `audit ${severity} of queue '${queue}': ${text}`);
  return auditsLeftOut > 0
    ? [...shown, `${counted(auditsLeftOut, 'more line')} of audits, of further findings`]
    : shown;
}

function notices({ notices: kept, noticesLeftOut }: LogReport): string[] {
  const shown = kept.map(({ message, count }) => `notice${count > 1 ? ` (${count} times)` : ''}: ${message}`);
  return noticesLeftOut > 0 ? [...shown, `${counted(noticesLeftOut, 'more notice')}`] : shown;
}

function lines({ read, unknown, newer, other }: LogReport['lines']): string[] {
  const unread = Object.entries(unknown).map(([event, count]) => `${event} ${formatCount(count)}`);
  const parts = [
    ...(other > 0 ? [`${formatCount(other)} of other software`] : []),
    ...(unread.length > 0 ? [`of unknown events: ${unread.join(', ')}`] : []),
    ...(newer > 0 ? [`${formatCount(newer)} of a newer version of leakguard`] : []),
  ];
  return parts.length === 0 ? [] : [`${counted(read, 'line')}, not used: ${parts.join('; ')}`];
}

function damaged({ damaged: kept, lines: { damaged: count } }: LogReport): string[] {
  if (count === 0) return [];
  const places = kept
    .slice(0, MAX_DAMAGED_SHOWN)
    .map(({ file, line, damage }) => `${line === null ? file : `${file}:${line}`} (${damage})`);
  const more = count > places.length ? ` and ${formatCount(count - places.length)} more` : '';
  return [`${counted(count, 'damaged line')}: ${places.join(', ')}${more}`];
}
