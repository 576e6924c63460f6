const COLUMNS = [
  'case',
  'expect',
  'verdict',
  'first scope',
  'truth',
  'B/unit',
  '95 %',
  'growing',
  'leaking',
  's',
  'result',
];

/**
 * The results as a table for people: truth and size in bytes per unit, `growing` and `leaking` as units until the
 * leaking scope (a clean case: any scope) was first seen with that verdict.
 *
 * @param {readonly import('./run-case.mjs').RunResult[]} results
 * @returns {string}
 */
export function resultTable(results) {
  return alignedTable([COLUMNS, ...results.map(cells)]);
}

/**
 * @param {readonly (readonly string[])[]} rows the first one holds the names of the columns
 * @returns {string} one line a row, columns aligned, a rule below the names
 */
export function alignedTable(rows) {
  const columns = rows[0] ?? [];
  const widths = columns.map((_name, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return lines.join('\n');
}

/** @param {import('./run-case.mjs').RunResult} result @returns {string[]} */
function cells({ name, expect, leaks, final, firstSeen, seconds, judgement }) {
  const [first] = final.scopes;
  return [
    name,
    expect,
    first?.verdict ?? '-',
    first?.scope ?? '-',
    leaks.map(({ bytesPerRequest }) => bytesPerRequest).join(', ') || '-',
    rounded(first?.bytesPerUnit),
    first?.ci95 ? first.ci95.map(rounded).join('..') : '-',
    earliest(leaks, firstSeen, 'growing'),
    earliest(leaks, firstSeen, 'leaking'),
    seconds.toFixed(0),
    judgement.pass ? 'pass' : 'FAIL',
  ];
}

/** @param {number | null | undefined} bytes */
function rounded(bytes) {
  return bytes == null ? '-' : String(Math.round(bytes));
}

/**
 * @param {readonly import('./cases.mjs').Leak[]} leaks
 * @param {Record<string, import('./run-history.mjs').FirstSeen>} firstSeen
 * @param {'growing' | 'leaking'} verdict
 */
function earliest(leaks, firstSeen, verdict) {
  const scopes = leaks.length > 0 ? leaks.map(({ scope }) => scope) : Object.keys(firstSeen);
  const marks = scopes.map((scope) => firstSeen[scope]?.[verdict]).filter((mark) => mark != null);
  return marks.length > 0 ? String(Math.min(...marks)) : '-';
}
