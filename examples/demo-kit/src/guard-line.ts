/** One line of a program's stderr, as a demo shows it: the guard's log lines (NDJSON) by their message. */
export function readableLine(program: string, line: string): string {
  const { event, msg } = parse(line);
  return event === undefined || msg === undefined ? `${program}: ${line}` : `the guard logs: ${msg}`;
}

/** The periodic table is not worth a line beside a live one. */
export function isPeriodic(line: string): boolean {
  return parse(line).event === 'memory';
}

/** Nor is each recycled isolate, where they are counted. */
export function isRecycle(line: string): boolean {
  return parse(line).event === 'recycle';
}

function parse(line: string): { event?: string; msg?: string } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
