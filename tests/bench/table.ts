/** Numbers and columns of the report. */

export function median(a: number[]): number {
  const sorted = [...a].sort((x, y) => x - y);
  return sorted[sorted.length >> 1];
}

/** Rows of cells as lines: the first two columns flush left, the others flush right. */
export function table(rows: string[][]): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows
    .map((row) => row.map((cell, c) => (c < 2 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** "ok" or "over". */
export const verdict = (value: number, limit: number): string => (value <= limit ? 'ok' : 'over');
