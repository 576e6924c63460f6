import { styleText } from 'node:util';
import type { AuditFinding } from '@leakguard/bullmq/audit';
import { formatBytes } from '@leakguard/core/quantities';
import { escapeControls } from './escape-controls.ts';
import { counted } from './quantities.ts';

/** One of `queues` in what `leakguard audit --json` prints, `{ v: 1, queues }`; a later version 1 may add fields. */
export interface QueueAudit {
  queue: string;
  findings: AuditFinding[];
}

/**
 * Findings as a person reads them: each with its bytes, what it is and the line that mends it. Nothing in it can control a
 * terminal.
 */
export function auditText(audits: readonly QueueAudit[], { color }: { color: boolean }): string {
  return audits.map((audit) => queueText(audit, color)).join('\n');
}

function queueText({ queue, findings }: QueueAudit, color: boolean): string {
  const name = escapeControls(queue);
  if (findings.length === 0) return `${name}: nothing found\n`;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const rest = findings.length - warnings;
  const counts = [
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
    ...(rest > 0 ? [counted(rest, 'piece of information', 'pieces of information')] : []),
  ];
  return `${name}: ${counts.join(', ')}\n\n${findings.map((finding) => findingText(finding, color)).join('\n')}`;
}

function findingText({ finding, severity, text, bytes, fix }: AuditFinding, color: boolean): string {
  const size = bytes === null ? '' : `  ${formatBytes(bytes)}`;
  const head = severity === 'warning' ? painted('WARNING', color) : 'info   ';
  const lines = [`${head}  ${finding}${size}`, `  ${text}`, `  fix: ${fix}`];
  return `${lines.map((line, index) => (index === 0 ? line : escapeControls(line))).join('\n')}\n`;
}

/** The stream was judged by the caller, so styleText must not judge the process's own again. */
function painted(text: string, color: boolean): string {
  return color ? styleText('yellow', text, { validateStream: false }) : text;
}
