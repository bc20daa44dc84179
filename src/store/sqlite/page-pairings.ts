import type { PagePairing } from '../../model/page-pairing.ts';
import type { PagePairingTable } from '../access-tables.ts';
import type { Database } from './database.ts';

interface PagePairingRow {
  readonly page_pairing_id: string;
  readonly origin: string;
  readonly name: string | null;
  readonly scopes: string;
  readonly page_key: Uint8Array;
  readonly tries_left: number;
  readonly is_shown: number;
  readonly created_at: number;
  readonly expires_at: number;
}

const toPagePairing = (row: PagePairingRow): PagePairing => ({
  id: row.page_pairing_id,
  origin: row.origin,
  name: row.name,
  scopes: JSON.parse(row.scopes),
  publicKey: row.page_key,
  triesLeft: row.tries_left,
  isShown: row.is_shown === 1,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

/** All but the code. */
const PAIRING =
  'SELECT page_pairing_id, origin, name, scopes, page_key, tries_left, is_shown, created_at, expires_at FROM page_pairings';

/** The table page_pairings. */
export function pagePairingTable(database: Database): PagePairingTable {
  const one = (condition: string, value: string) => {
    const row = database.get<PagePairingRow>(`${PAIRING} WHERE ${condition}`, value);
    return row === undefined ? null : toPagePairing(row);
  };
  return {
    get: (id) => one('page_pairing_id = ?', id),
    ofOrigin: (origin) => one('origin = ?', origin),
    list: (now) =>
      database
        .all<PagePairingRow>(`${PAIRING} WHERE expires_at > ? ORDER BY created_at, rowid`, now)
        .map(toPagePairing),
    codeOf: (id) =>
      database.get<{ readonly code: string }>('SELECT code FROM page_pairings WHERE page_pairing_id = ?', id)
        ?.code ?? null,
    insert: (pairing, code) => {
      database.run(
        `INSERT INTO page_pairings (page_pairing_id, origin, name, scopes, page_key, code, tries_left, is_shown, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        pairing.id,
        pairing.origin,
        pairing.name,
        JSON.stringify(pairing.scopes),
        pairing.publicKey,
        code,
        pairing.triesLeft,
        pairing.isShown ? 1 : 0,
        pairing.createdAt,
        pairing.expiresAt,
      );
    },
    setTriesLeft: (id, triesLeft) => {
      database.run('UPDATE page_pairings SET tries_left = ? WHERE page_pairing_id = ?', triesLeft, id);
    },
    noteShown: (id) => {
      database.run('UPDATE page_pairings SET is_shown = 1 WHERE page_pairing_id = ?', id);
    },
    delete: (id) => {
      database.run('DELETE FROM page_pairings WHERE page_pairing_id = ?', id);
    },
    forgetExpired: (now) => database.run('DELETE FROM page_pairings WHERE expires_at <= ?', now).changes,
  };
}
