const ROW = /^( *)\|(.*)\| *$/;
const DELIMITER = /^:?-+:?$/;
const FENCE = /^ *(?:```|~~~)/;

/**
 * Markdown with the columns of each table under one another. Names of a tier are longer and shorter than their placeholders, and a terminal shows the
 * text as it is. What stands in a block of code is left alone.
 */
export function alignTables(text: string): string {
  const lines: string[] = [];
  let table: string[] = [];
  let isCode = false;
  const endTable = (): void => {
    lines.push(...aligned(table));
    table = [];
  };
  for (const line of text.split('\n')) {
    if (!isCode && ROW.test(line)) {
      table.push(line);
      continue;
    }
    endTable();
    if (FENCE.test(line)) isCode = !isCode;
    lines.push(line);
  }
  endTable();
  return lines.join('\n');
}

/** Rows that have no row of delimiters below the first are no table. */
function aligned(rows: readonly string[]): readonly string[] {
  const cells = rows.map(cellsOf);
  if (cells[1]?.every((cell) => DELIMITER.test(cell)) !== true) return rows;
  const [, indent = ''] = ROW.exec(rows[0] ?? '') ?? [];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.filter((_row, index) => index !== 1).map((row) => widthOf(row[column] ?? ''))),
  );
  return cells.map((row, index) => {
    const padded = widths.map((width, column) => {
      const cell = row[column] ?? '';
      return index === 1 ? delimiter(cell, width) : cell + ' '.repeat(width - widthOf(cell));
    });
    return `${indent}| ${padded.join(' | ')} |`;
  });
}

/** A pipe that is escaped is part of its cell. */
const cellsOf = (row: string): readonly string[] =>
  (ROW.exec(row)?.[2] ?? '').split(/(?<!\\)\|/).map((cell) => cell.trim());

/** Characters, however many units of JavaScript each takes. */
const widthOf = (text: string): number => [...text].length;

const delimiter = (cell: string, width: number): string =>
  `${cell.startsWith(':') ? ':' : '-'}${'-'.repeat(width - 2)}${cell.endsWith(':') ? ':' : '-'}`;
