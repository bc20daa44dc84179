import type { Page, PageRequest } from '../paging.ts';
import type { Database, Value } from './database.ts';

/** The conditions of a WHERE clause that a filter asks for. */
export class Conditions {
  readonly #terms: string[] = [];
  readonly #values: Value[] = [];

  /** Adds `sql`, whose placeholders take `values`. */
  add(sql: string, ...values: readonly Value[]): this {
    this.#terms.push(sql);
    this.#values.push(...values);
    return this;
  }

  /** Adds `sql` when the filter has this part. */
  when(value: Value | undefined, sql: string): this {
    return value === undefined ? this : this.add(sql, value);
  }

  /** Adds that the column is one of `values`, when the filter has this part; an empty list matches nothing. */
  whenIn(column: string, values: readonly Value[] | undefined): this {
    // One parameter, however long the list: the statement stays the same, and no limit of SQLite is met.
    return values === undefined
      ? this
      : this.add(`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(values));
  }

  /** Adds that one of the columns (or other expressions) contains `text`, whatever its case. */
  whenContains(text: string | undefined, columns: readonly string[]): this {
    if (text === undefined) return this;
    const folded = text.toLowerCase();
    return this.add(
      `(${columns.map((column) => `instr(folded(${column}), ?) > 0`).join(' OR ')})`,
      ...columns.map(() => folded),
    );
  }

  get sql(): string {
    return this.#terms.length === 0 ? 'TRUE' : this.#terms.join(' AND ');
  }

  get values(): readonly Value[] {
    return this.#values;
  }
}

/**
 * One page of `select` (a statement up to its WHERE, with a column `sequence` from `table`), in order of sequence.
 */
export function readPage<Row extends { readonly sequence: number }, T>(
  database: Database,
  select: string,
  table: string,
  conditions: Conditions,
  request: PageRequest,
  decode: (row: Row) => T,
): Page<T> {
  const rows = database.all<Row>(
    `${select} WHERE ${table}.sequence > ? AND ${conditions.sql} ORDER BY ${table}.sequence LIMIT ? OFFSET ?`,
    request.after,
    ...conditions.values,
    request.limit + 1,
    request.offset ?? 0,
  );
  const shown = rows.slice(0, request.limit);
  return {
    rows: shown.map(decode),
    nextAfter: rows.length > request.limit ? (shown.at(-1)?.sequence ?? null) : null,
  };
}
