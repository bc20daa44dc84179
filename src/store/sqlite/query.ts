import { folded } from '../../model/folded.ts';
import type { Cursor, Page, PageRequest, TimeCursor } from '../paging.ts';
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

  /** As whenIn, for a large table whose `column` has a unique index: the rows are looked up one by one, in order of sequence. */
  whenListed(table: string, column: string, values: readonly Value[] | undefined): this {
    return values === undefined
      ? this
      : this.add(
          `${table}.sequence IN (SELECT listed.sequence FROM json_each(?) AS wanted
             CROSS JOIN ${table} AS listed ON listed.${column} = wanted.value)`,
          JSON.stringify(values),
        );
  }

  /** Adds that one of the columns (or other expressions) contains `text`, whatever its case and however it is composed. */
  whenContains(text: string | undefined, columns: readonly string[]): this {
    if (text === undefined) return this;
    return this.add(
      `(${columns.map((column) => `instr(folded(${column}), ?) > 0`).join(' OR ')})`,
      ...columns.map(() => folded(text)),
    );
  }

  get sql(): string {
    return this.#terms.length === 0 ? 'TRUE' : this.#terms.join(' AND ');
  }

  get values(): readonly Value[] {
    return this.#values;
  }
}

/** What a row of a list has besides its own columns: its place. */
export interface PlacedRow {
  readonly sequence: number;
}

/**
 * One page of `select` (a statement up to its WHERE, with a column `sequence`), in order of sequence. `from` is the table whose sequence
 * that is, or another expression for it, in order of which SQLite can walk what is selected.
 */
export function readPage<Row extends PlacedRow, T>(
  database: Database,
  select: string,
  from: string,
  conditions: Conditions,
  request: PageRequest,
  decode: (row: Row) => T,
): Page<T> {
  return toPage(readRows<Row>(database, select, from, conditions, request), request, sequenceOf, decode);
}

/** As readPage over a table, the newest row first: a page goes on with the rows before its cursor. */
export function readPageBackwards<Row extends PlacedRow, T>(
  database: Database,
  select: string,
  table: string,
  conditions: Conditions,
  request: PageRequest,
  decode: (row: Row) => T,
): Page<T> {
  const after = typeof request.after === 'number' ? request.after : request.after.sequence;
  const rows = database.all<Row>(
    `${select} WHERE ${table}.sequence < ? AND ${conditions.sql} ORDER BY ${table}.sequence DESC LIMIT ? OFFSET ?`,
    after === 0 ? LAST_SEQUENCE : after,
    ...conditions.values,
    request.limit + 1,
    request.offset ?? 0,
  );
  return toPage(rows, request, sequenceOf, decode);
}

/** The rows of one page, and one more where there is one. */
export function readRows<Row extends PlacedRow>(
  database: Database,
  select: string,
  from: string,
  conditions: Conditions,
  request: PageRequest,
): readonly Row[] {
  const place = from.includes('.') ? from : `${from}.sequence`;
  return database.all<Row>(
    // An integer, as FTS5 takes no other number for a rowid to begin behind: it would walk to it.
    `${select} WHERE ${place} > CAST(? AS INTEGER) AND ${conditions.sql} ORDER BY ${place} LIMIT ? OFFSET ?`,
    typeof request.after === 'number' ? request.after : request.after.sequence,
    ...conditions.values,
    request.limit + 1,
    request.offset ?? 0,
  );
}

/** The greatest integer that SQLite has, but for what a JavaScript number can say. */
const LAST_SEQUENCE = Number.MAX_SAFE_INTEGER;

/**
 * One page of every statement in `selects` (each up to its WHERE, over `table`, with its own condition) together, in order of `time`, a
 * column with milliseconds since 1970, and of sequence; `since` is exclusive. Each must have an index that ends with `time`: they are
 * walked side by side.
 */
export function readPageInTime<Row extends PlacedRow, T>(
  database: Database,
  selects: readonly { readonly select: string; readonly conditions: Conditions }[],
  order: { readonly table: string; readonly time: string; readonly since: number | undefined },
  request: PageRequest,
  timeOf: (row: Row) => number,
  decode: (row: Row) => T,
): Page<T> {
  const first = behind(request.after, order.since);
  const place = `(${order.table}.${order.time}, ${order.table}.sequence)`;
  const rows = database.all<Row>(
    `${selects
      .map(({ select, conditions }) => `${select} WHERE ${conditions.sql} AND ${place} > (?, ?)`)
      .join(' UNION ALL ')} ORDER BY ${order.time}, sequence LIMIT ? OFFSET ?`,
    ...selects.flatMap(({ conditions }) => [...conditions.values, first.at, first.sequence]),
    request.limit + 1,
    request.offset ?? 0,
  );
  return toPage(rows, request, (row) => ({ at: timeOf(row), sequence: row.sequence }), decode);
}

/** The place that a page by time begins behind: a cursor lies behind `since` by itself, unless somebody brings one of another list. */
function behind(after: Cursor, since: number | undefined): TimeCursor {
  const from = since === undefined ? { at: -1, sequence: 0 } : { at: since, sequence: LAST_SEQUENCE };
  return typeof after === 'number' || after.at < from.at ? from : after;
}

const sequenceOf = (row: PlacedRow): number => row.sequence;

/** A page of rows that were read with one more than it may have, to know whether there is a next one. */
export function toPage<Row extends PlacedRow, T>(
  rows: readonly Row[],
  request: PageRequest,
  cursorOf: (row: Row) => Cursor,
  decode: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, request.limit);
  const last = shown.at(-1);
  return {
    rows: shown.map(decode),
    nextAfter: rows.length > request.limit && last !== undefined ? cursorOf(last) : null,
  };
}
