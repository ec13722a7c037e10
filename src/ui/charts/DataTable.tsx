import type { ReactNode } from 'react';
import { t } from '../../i18n';

export interface TableData {
  caption: string;
  head: string[];
  /** Cells as text; the first of a row is its name. */
  rows: string[][];
}

/** A table twin that has no more room than its picture: it scrolls, by keyboard too. */
export function ScrolledTable({
  className,
  children,
  ...table
}: TableData & { className: string; children?: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
    <section className={className} aria-label={table.caption} tabIndex={0}>
      <DataTable {...table} />
      {children}
    </section>
  );
}

/** The table twin of a picture. */
export function DataTable({ caption, head, rows }: TableData) {
  return (
    <table className="twin">
      <caption>{caption}</caption>
      <thead>
        <tr>
          {head.map((cell) => (
            <th key={cell} scope="col">
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          // Rows keep their place: the name alone need not be unique.
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are positions
          <tr key={i}>
            {row.map((cell, column) =>
              column === 0 ? (
                <th key={head[column]} scope="row">
                  {cell}
                </th>
              ) : (
                <td key={head[column]}>{cell}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Switches between a picture and its table. */
export function TableToggle({
  on,
  onChange,
  children,
}: {
  on: boolean;
  onChange: (on: boolean) => void;
  children?: ReactNode;
}) {
  const label = t(on ? 'table.hide' : 'table.show');
  return (
    <button
      type="button"
      className="twin-toggle"
      aria-pressed={on}
      title={label}
      aria-label={children ? undefined : label}
      onClick={() => onChange(!on)}
    >
      {children ?? (
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
          <path
            d="M1.5 2h11v10h-11zM1.5 5.3h11M1.5 8.6h11M5.5 2v10"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.3"
          />
        </svg>
      )}
    </button>
  );
}
