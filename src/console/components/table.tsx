import type { ComponentChildren } from 'preact';

interface TableProps<Row> {
  /** What a screen reader says that it is. */
  readonly caption: string;
  readonly columns: readonly {
    readonly key: string;
    readonly title: string;
    readonly cell: (row: Row) => ComponentChildren;
  }[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** Rows with the same columns. It scrolls in itself, by keyboard too. */
export function Table<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached without a mouse (WCAG 2.1.1).
    // biome-ignore lint/a11y/useSemanticElements: nothing in it is a form.
    <div class="table-box" role="group" aria-label={caption} tabIndex={0}>
      <table class="table">
        <caption class="only-spoken">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, title }) => (
              <th key={key} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ key, cell }) => (
                <td key={key}>{cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
