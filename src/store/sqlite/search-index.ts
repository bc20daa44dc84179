import type { Page, PageRequest } from '../paging.ts';
import type { Database } from './database.ts';
import { Conditions, type PlacedRow, readRows, toPage } from './query.ts';
import { expressionsFor } from './search-pieces.ts';

/** Rows that wait until they are put in the index together: one at a time would cost a commit more than all its other rows. */
const MOST_UNINDEXED = 128;

/** Pieces of a part by which the index finds rows: the rarest ones, as each common one costs as much as it lets through. */
const RAREST = 4;

/** A piece is the rarer the later so many rows with it have come. */
const RARITY_ROWS = 100;

/** What can be searched in a table: columns, or other expressions over its rows. */
export interface SearchedTable {
  readonly table: string;
  readonly columns: readonly string[];
}

/**
 * Finds rows by a part of their text, however long the table and however short the part.
 *
 * The index is FTS5's without content, positions or columns (https://sqlite.org/fts5.html), over the pieces of search-pieces.ts. Rows that
 * have all pieces of a part come in order of sequence and one by one, and are looked at in full, as the pieces may stand apart.
 * The migrations' triggers note which rows are new or have changed: they are searched without the index until they are put in.
 */
export class SearchIndex {
  readonly #database: Database;
  readonly #searched: SearchedTable;
  readonly #index: string;
  readonly #waiting: string;

  /** The index `<table>_search` with the list `<table>_unindexed`. */
  constructor(database: Database, searched: SearchedTable) {
    this.#database = database;
    this.#searched = searched;
    this.#index = `${searched.table}_search`;
    this.#waiting = `${searched.table}_unindexed`;
  }

  /** Puts the rows that wait in the index once there are many. Belongs in the transaction of every write. */
  settle(): void {
    const waiting = this.#database.get<{ readonly count: number }>(
      `SELECT count(*) AS count FROM (SELECT 1 FROM ${this.#waiting} LIMIT ${MOST_UNINDEXED})`,
    );
    if ((waiting?.count ?? 0) >= MOST_UNINDEXED) this.#indexAll();
  }

  #indexAll(): void {
    const { table, columns } = this.#searched;
    this.#database.transaction(() => {
      this.#database.run(
        `INSERT OR REPLACE INTO ${this.#index} (rowid, grams)
         SELECT ${table}.sequence, search_pieces(${columns.join(', ')})
         FROM ${this.#waiting} CROSS JOIN ${table} ON ${table}.sequence = ${this.#waiting}.sequence`,
      );
      this.#database.run(`DELETE FROM ${this.#waiting}`);
    });
  }

  /** Adds that a searched column contains `text`, whatever its case. */
  whenFound(conditions: Conditions, text: string | undefined): Conditions {
    return conditions.whenContains(text, this.#searched.columns);
  }

  /** One page of the rows that contain `text` and meet `conditions`, in order of sequence. `columns` are those of the rows. */
  readPage<Row extends PlacedRow, T>(
    text: string,
    columns: string,
    conditions: Conditions,
    request: PageRequest,
    decode: (row: Row) => T,
  ): Page<T> {
    const { table } = this.#searched;
    const found = this.whenFound(conditions, text);
    // Both are read from the beginning, so that what is left out can be counted.
    const wanted = { after: request.after, limit: request.limit + (request.offset ?? 0) };
    const from = (source: string, place: string, match: Conditions) =>
      readRows<Row>(
        this.#database,
        `SELECT ${columns} FROM ${source} CROSS JOIN ${table} ON ${table}.sequence = ${source}.${place}`,
        `${source}.${place}`,
        match,
        wanted,
      );
    const indexed = from(this.#index, 'rowid', this.#matching(text, found));
    const waiting = from(this.#waiting, 'sequence', found);
    const rows = waiting.length === 0 ? indexed : inOrder([...indexed, ...waiting]);
    return toPage(rows.slice(request.offset ?? 0), request, (row) => row.sequence, decode);
  }

  /** `conditions`, and that the index knows the pieces of `text` in a row. */
  #matching(text: string, conditions: Conditions): Conditions {
    return new Conditions()
      .add(`${this.#index} MATCH ?`, this.#rarest(expressionsFor(text)).join(' AND '))
      .add(conditions.sql, ...conditions.values);
  }

  #rarest(expressions: readonly string[]): readonly string[] {
    if (expressions.length <= RAREST) return expressions;
    const rarity = (expression: string) =>
      this.#database.get<{ readonly rowid: number }>(
        `SELECT rowid FROM ${this.#index} WHERE ${this.#index} MATCH ? ORDER BY rowid LIMIT 1 OFFSET ${RARITY_ROWS}`,
        expression,
      )?.rowid ?? Number.POSITIVE_INFINITY;
    return expressions
      .map((expression) => ({ expression, rarity: rarity(expression) }))
      .toSorted((a, b) => (a.rarity === b.rarity ? 0 : b.rarity - a.rarity))
      .slice(0, RAREST)
      .map(({ expression }) => expression);
  }
}

/** Rows by sequence, each once. */
function inOrder<Row extends PlacedRow>(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [row.sequence, row])).values()].toSorted(
    (a, b) => a.sequence - b.sequence,
  );
}
