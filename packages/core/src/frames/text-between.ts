import { lineStarts } from './line-table.ts';
import type { Position } from './script-outline.ts';
import type { OriginalPosition } from './source-map.ts';

/** An expression is seldom longer; then source maps have led astray. */
const MAX_LENGTH = 2000;

/** The text of a source from one position to another; to the end of its line where the other is of no use. */
export function textBetween(source: string, start: OriginalPosition, end: OriginalPosition | null): string {
  const lines = lineStarts(source);
  const offset = ({ line, column }: Position) => (lines[line] ?? source.length) + column;
  const from = offset(start);
  const to = end?.path === start.path ? offset(end) : -1;
  if (to > from && to - from <= MAX_LENGTH) return source.slice(from, to);
  return source.slice(from, lines[start.line + 1] ?? source.length);
}
