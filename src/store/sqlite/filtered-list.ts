import type { Page, PageRequest } from '../paging.ts';
import type { Database, Value } from './database.ts';
import { Conditions, type PlacedRow, readPage, readPageInTime } from './query.ts';
import type { SearchIndex } from './search-index.ts';

/** So many rows are looked through. Where a filter lets through more, walking along finds enough of them soon. */
const FEW = 500;

/** A large table that is listed by filters. */
export interface FilteredTable<Row, T> {
  readonly table: string;
  /** What is selected of a row. */
  readonly columns: string;
  readonly decode: (row: Row) => T;
  readonly index: SearchIndex;
}

/** A filter that may let through anything from no row to every row. */
export interface WideFilter<T> {
  /** Whether a row passes. No index may serve it: `+` before a column says so. */
  readonly holds: string;
  /** A statement for the sequences of the rows that pass, and of few others, by an index; it may name one twice. */
  readonly rows: string;
  /** What the placeholders of each of the two take. */
  readonly values: readonly Value[];
  /** The page of the rows that pass and meet the other conditions, walked along an index; absent: there is none to walk along. */
  readonly walk?: (others: Conditions) => Page<T>;
}

/** What a list is asked for. */
export interface ListFilters<T> {
  /** Conditions that only few rows meet, which an index finds; null: there are none. */
  readonly narrow: Conditions | null;
  /** The first one is walked along when each lets through many. */
  readonly wide: readonly (WideFilter<T> | null)[];
  readonly search: string | undefined;
}

/**
 * One page of the rows that pass every filter: in order of sequence, but for a list by time alone, which is in order of time.
 * It goes by the filter that lets through least, as far as that can be told at once. Rows are passed over in vain in one case only:
 * when two filters let through many rows each, and hardly one together.
 */
export function listFiltered<Row extends PlacedRow, T>(
  database: Database,
  { table, columns, decode, index }: FilteredTable<Row, T>,
  { narrow, ...filters }: ListFilters<T>,
  page: PageRequest,
): Page<T> {
  const search = filters.search === '' ? undefined : filters.search;
  const wide = filters.wide.filter((filter) => filter !== null);
  const [first] = wide;
  const allBut = (walked: WideFilter<T> | null, conditions = new Conditions()) => {
    for (const filter of wide) if (filter !== walked) conditions.add(filter.holds, ...filter.values);
    return conditions;
  };
  const lookThrough = (conditions: Conditions) =>
    readPage(
      database,
      `SELECT ${columns} FROM ${table}`,
      table,
      index.whenFound(allBut(null, conditions), search),
      page,
      decode,
    );

  if (narrow !== null) return lookThrough(narrow);
  const isAlone = wide.length === 1 && search === undefined;
  if (!isAlone || first?.walk === undefined) {
    const few = wide.find((filter) => isFew(database, filter, page));
    if (few !== undefined)
      return lookThrough(new Conditions().add(`${table}.sequence IN (${few.rows})`, ...few.values));
  }
  if (search !== undefined) return index.readPage(search, columns, allBut(null), page, decode);
  return first?.walk === undefined ? lookThrough(new Conditions()) : first.walk(allBut(first));
}

/** Whether so few rows pass that all of them can be looked through: no more than FEW, or than the page would show anyway. */
function isFew(database: Database, { rows, values }: WideFilter<unknown>, page: PageRequest): boolean {
  const most = Math.max(FEW, page.limit);
  const counted = database.get<{ readonly count: number }>(
    `SELECT count(*) AS count FROM (${rows} LIMIT ?)`,
    ...values,
    most + 1,
  );
  return (counted?.count ?? 0) <= most;
}

/**
 * The filter of rows that were made before a time, milliseconds since 1970, exclusive, and are something else besides: `equal` is a
 * column and its value. It needs an index of that column and `created_at`, or of `created_at` alone.
 */
export function timeFilter<Row extends PlacedRow & { readonly created_at: number }, T>(
  database: Database,
  { table, columns, decode }: FilteredTable<Row, T>,
  createdBefore: number | undefined,
  equal: readonly [column: string, value: Value] | null,
  page: PageRequest,
): WideFilter<T> | null {
  const terms: readonly (readonly [string, Value])[] = [
    ...(equal === null ? [] : [[`${table}.${equal[0]} = ?`, equal[1]] as const]),
    ...(createdBefore === undefined ? [] : [[`${table}.created_at < ?`, createdBefore] as const]),
  ];
  if (terms.length === 0) return null;
  const sql = terms.map(([term]) => term).join(' AND ');
  const values = terms.map(([, value]) => value);
  return {
    holds: terms.map(([term]) => `+${term}`).join(' AND '),
    rows: `SELECT sequence FROM ${table} WHERE ${sql}`,
    values,
    walk: (others) =>
      readPageInTime<Row, T>(
        database,
        [{ select: `SELECT ${columns} FROM ${table}`, conditions: others.add(sql, ...values) }],
        { table, time: 'created_at', since: undefined },
        page,
        (row) => row.created_at,
        decode,
      ),
  };
}
