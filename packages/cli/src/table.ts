/** A column of a {@link formatTable}. */
export interface Column {
  readonly title: string;
  /** Numbers stand right-aligned. Default `left`. */
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

/**
 * Rows as aligned text with a line of titles.
 * @param rows - cells must hold no line breaks
 * @returns lines without trailing spaces, no final line break; titles only when there are no rows
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), displayWidth(column.title)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => pad(cells[index] ?? '', widths[index]!, column.align ?? 'left'))
      .join(GAP)
      .trimEnd();
  return [columns.map((column) => column.title), ...rows].map(line).join('\n');
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const fill = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + fill : fill + text;
}

/** Columns on a terminal, near enough: one per code point, two for East Asian wide characters and emoji. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : 1;
  return width;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
