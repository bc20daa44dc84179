import type SQLite from 'better-sqlite3';
import { folded } from '../../model/folded.ts';
import { searchPieces } from './search-pieces.ts';

/** Gives a connection the functions that the schema uses: without them neither its indexes nor its triggers can be worked with. */
export function addSqlFunctions(file: SQLite.Database): void {
  // LIKE and lower() know the letters of English only: "MÜLLER" would not find "Müller".
  file.function('folded', { deterministic: true }, (text) =>
    typeof text === 'string' ? folded(text) : null,
  );
  file.function('search_pieces', { deterministic: true, varargs: true }, searchPieces);
}
