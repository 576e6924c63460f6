/** One line of the server's stderr, as the demo shows it: the guard's log lines (NDJSON) by their message. */
export function readableLine(line: string): string {
  const { event, msg } = parse(line);
  return event === undefined || msg === undefined ? `server: ${line}` : `the guard logs: ${msg}`;
}

/** The periodic table is not worth a line beside a live one. */
export function isPeriodic(line: string): boolean {
  return parse(line).event === 'memory';
}

function parse(line: string): { event?: string; msg?: string } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
