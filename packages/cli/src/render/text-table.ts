import truncatedWidth from 'fast-string-truncated-width';

/** A column of a {@link textTable}. */
export interface Column {
  title: string;
  align: 'left' | 'right';
  /** Narrowest width that is still of use; without it the column never shrinks. */
  minWidth?: number;
  /** Left out first where the terminal is too narrow; the highest number goes first. */
  dropOrder?: number;
}

/** A cell: its text without any escape sequence, and how it is painted after it was padded. */
export interface Cell {
  text: string;
  paint?: (text: string) => string;
}

const GAP = '  ';

/**
 * Rows under their titles, in as many terminal cells as the text takes: wide characters count two, combining ones none. What does
 * not fit into `width` is shortened with an ellipsis, then columns are left out.
 *
 * @param width cells, Infinity where there is no terminal
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): string {
  const all = [columns.map(({ title }): Cell => ({ text: title })), ...rows];
  const wanted = columns.map((_, index) => Math.max(...all.map((row) => cellWidth(row[index]!.text))));
  const kept = keptColumns(columns, wanted, width);
  const widths = shrunk(columns, wanted, kept, width);
  return all
    .map((row) => kept.map((index) => padded(row[index]!, widths[index]!, columns[index]!.align)).join(GAP))
    .map((line) => line.trimEnd())
    .join('\n');
}

function cellWidth(text: string): number {
  return truncatedWidth(text).width;
}

function keptColumns(columns: readonly Column[], wanted: readonly number[], width: number): number[] {
  const kept = columns.map((_, index) => index);
  const narrowest = (index: number): number =>
    Math.min(wanted[index]!, columns[index]!.minWidth ?? wanted[index]!);
  const droppable = kept
    .filter((index) => columns[index]!.dropOrder !== undefined)
    .sort((a, b) => columns[b]!.dropOrder! - columns[a]!.dropOrder!);
  for (const index of droppable) {
    if (total(kept.map(narrowest)) <= width) break;
    kept.splice(kept.indexOf(index), 1);
  }
  return kept;
}

function shrunk(
  columns: readonly Column[],
  wanted: readonly number[],
  kept: readonly number[],
  width: number,
): number[] {
  const widths = [...wanted];
  for (const index of kept) {
    const excess = total(kept.map((i) => widths[i]!)) - width;
    const { minWidth } = columns[index]!;
    if (excess > 0 && minWidth !== undefined) {
      widths[index] = Math.min(widths[index]!, Math.max(minWidth, widths[index]! - excess));
    }
  }
  return widths;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);
}

function padded({ text, paint = (plain) => plain }: Cell, width: number, align: Column['align']): string {
  const fitting = fit(text, width);
  const padding = ' '.repeat(Math.max(0, width - cellWidth(fitting)));
  return align === 'left' ? paint(fitting) + padding : padding + paint(fitting);
}

function fit(text: string, limit: number): string {
  const { truncated, ellipsed, index } = truncatedWidth(text, { limit, ellipsis: '…', ellipsisWidth: 1 });
  return truncated ? text.slice(0, index) + (ellipsed ? '…' : '') : text;
}
