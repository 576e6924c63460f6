import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { LogMerger } from '../../src/merge/log-merger.ts';
import type { LogReport } from '../../src/merge/log-report.ts';
import { parseLogLine } from '../../src/read/parse-log-line.ts';
import { logTable } from '../../src/render/log-table.ts';
import { memoryLine, type ScopeFields } from '../log-fixture.ts';

const wide = { width: Number.POSITIVE_INFINITY, color: false };

function report(...scopes: ScopeFields[]): LogReport {
  const merger = new LogMerger(null);
  const text = JSON.stringify(memoryLine({ minute: 1, scopes }));
  merger.add(parseLogLine({ number: 1, text, ended: true }), 'growth.ndjson', 1);
  return merger.report();
}

const leaking: ScopeFields = {
  ...{ scope: 'GET /cart', units: 7000, verdict: 'leaking' },
  ...{ bytesPerUnit: 10_100, ci95: [9800, 10_400], totalBytes: 66_000_000 },
};

test('shows scope, units, bytes per unit, interval, total, verdict and trend', () => {
  expect(logTable(report(leaking, { scope: 'resize', kind: 'job', units: 3 }), wide)).toBe(
    `Scope       Units  Bytes/unit  95 %          Total  Verdict  Trend
GET /cart   7,000      9.9 KB  9.6..10.2 KB  63 MB  leaking  █
job resize      3           -  -                 -  stable   -

1 process, 2026-11-22 14:01:00 UTC to 2026-11-22 14:01:00 UTC (0 s)
`,
  );
});

test('nothing in a log controls a terminal: names, files, notices and events are escaped', () => {
  const hostile = '\u001b]0;x\u0007\u009b31m\r\n\u202e\u2028';
  const merger = new LogMerger(null);
  const lines = [
    memoryLine({ minute: 1, scopes: [{ ...leaking, scope: hostile }] }),
    { v: 1, time: 0, event: 'notice', message: hostile },
    { v: 1, time: 0, event: hostile },
    { v: 1, time: 0, event: 'spike', scope: hostile, bytes: 5 },
    { v: 1, time: 0, event: 'recycle', queue: hostile, reason: hostile },
    { v: 1, time: 0, event: 'audit', queue: hostile, finding: hostile, text: hostile },
    hostile,
  ];
  for (const line of lines) {
    const text = typeof line === 'string' ? line : JSON.stringify(line);
    merger.add(parseLogLine({ number: 1, text, ended: true }), hostile, 1);
  }
  const table = logTable(merger.report(), wide);
  expect(table.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(table).toContain('\\x1b]0;x\\x07\\x9b31m\\x0d\\x0a\\u202e\\u2028');
});

test('wide and combining characters keep the columns aligned', () => {
  const table = logTable(
    report({ scope: '日本', units: 1 }, { scope: 'cafe\u0301', units: 1 }, { scope: '🚀', units: 1 }),
    wide,
  );
  const [head, ...rows] = table.split('\n').slice(0, 4);
  expect(head).toBe('Scope  Units  Bytes/unit  95 %  Total  Verdict  Trend');
  expect(rows).toContain('日本       1           -  -         -  stable   -');
  expect(rows).toContain('cafe\u0301       1           -  -         -  stable   -');
  expect(rows).toContain('🚀         1           -  -         -  stable   -');
});

test.each([40, 60, 80, 120])('fits a terminal of %i cells', (width) => {
  const scope = `GET /${'very-long-name/'.repeat(10)}`;
  const table = logTable(report({ ...leaking, scope }), { width, color: false })
    .split('\n')
    .slice(0, 2);
  for (const line of table) expect(line.length).toBeLessThanOrEqual(Math.max(width, 51));
  expect(table[1]).toContain('…');
});

test('colour marks the verdict only, and only where it is wanted', () => {
  const colored = logTable(report(leaking), { ...wide, color: true });
  expect(colored).toContain('\u001b[31mleaking\u001b[39m');
  expect(stripVTControlCharacters(colored)).toBe(logTable(report(leaking), wide));
});

test('tells recycles per queue with their reasons, and audit findings', () => {
  const merger = new LogMerger(null);
  const lines = [
    ...['jobs', 'jobs', 'heap'].map((reason) => ({ event: 'recycle', queue: 'emails', reason })),
    { event: 'recycle', queue: 'images', reason: 'signal' },
    { event: 'audit', queue: 'emails', finding: 'x', severity: 'warning', text: 'keeps every job' },
  ];
  for (const line of lines) {
    const text = JSON.stringify({ v: 1, time: 0, pid: 1, ...line });
    merger.add(parseLogLine({ number: 1, text, ended: true }), 'growth.ndjson', 1);
  }
  expect(logTable(merger.report(), wide)).toContain(`
3 recycles of queue 'emails' (jobs 2, heap 1)
1 recycle of queue 'images' (signal 1)
audit warning of queue 'emails': keeps every job
`);
});

test('says so when there is nothing', () => {
  expect(logTable(new LogMerger(null).report(), wide)).toBe('No scope in these lines.\n\nno event\n');
});
