const MAX_LENGTH = 80;

/** Source in one line, at most 80 characters of it. */
export function shortText(source: string): string {
  // Cut first: what is shown of a function of a thousand lines is its start.
  const line = source
    .slice(0, 10 * MAX_LENGTH)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > MAX_LENGTH || source.length > 10 * MAX_LENGTH
    ? `${line.slice(0, MAX_LENGTH - 1)}…`
    : line;
}
