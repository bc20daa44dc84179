/** What stays small on a site with a million guests. */
const SMALL = [
  ...[
    'site',
    'acs_encoders',
    'acs_entrances',
    'acs_access_groups',
    'webhooks',
    'api_keys',
    'allowed_origins',
  ],
  ...['acs_users_unindexed', 'user_identities_unindexed', 'acs_credentials_unindexed', 'sqlite_sequence'],
];

/** Statements whose plan looks slow, and why it is not, or who would notice. */
const EXPLAINED: readonly (readonly [why: string, sql: RegExp, detail: RegExp])[] = [
  [
    'sorts what was asked for by id',
    /FROM events WHERE events\.sequence IN \(SELECT listed/,
    /^USE TEMP B-TREE/,
  ],
  [
    'sorts the live attempts, one an encoder',
    /INDEXED BY action_attempts_live/,
    /^(USE TEMP B-TREE|SCAN action_attempts USING INDEX action_attempts_live$)/,
  ],
  ['sorts what one user or credential opens', /FROM acs_entrances WHERE/, /^USE TEMP B-TREE/],
  ['sorts the tokens of one session', /FROM client_session_tokens WHERE/, /^USE TEMP B-TREE/],
  ['is read from its beginning', /^SELECT \* FROM outbox ORDER BY sequence LIMIT/, /^SCAN outbox$/],
  ['counts what a backend has not taken yet', /^SELECT count\(\*\) AS depth FROM outbox/, /^SCAN outbox/],
  [
    'walks where more credentials open it than can be sorted',
    /AS membership\s+CROSS JOIN acs_access_group_entrances/,
    /^SEARCH acs_credentials/,
  ],
  ['walks where most identities pass', /EXISTS \(SELECT 1 FROM acs_users/, /^SEARCH user_identities/],
  ['walks, as most writes have ended', /outcome IS NOT NULL/, /^SEARCH card_writes/],
];

/** What in a statement's plan (https://sqlite.org/eqp.html) would be slow with a million rows in every large table. */
export function breachesOf(sql: string, details: readonly string[]): readonly string[] {
  return details.filter(
    (detail) =>
      isSlow(sql, detail) && !EXPLAINED.some(([, text, line]) => text.test(sql) && line.test(detail)),
  );
}

function isSlow(sql: string, detail: string): boolean {
  const scanned = /^SCAN (\w+)/.exec(detail)?.[1];
  // A virtual table is an index of words, or a list that came with the request.
  if (scanned !== undefined) return !SMALL.includes(scanned) && !detail.includes('VIRTUAL TABLE');
  const walked = /^SEARCH (\w+) USING INTEGER PRIMARY KEY \(rowid>\?\)$/.exec(detail)?.[1];
  // Walking along a table is as good as an index while nothing is left out.
  if (walked !== undefined)
    return !SMALL.includes(walked) && !/sequence > (\?|CAST\(\? AS INTEGER\))( AND TRUE)? ORDER BY/.test(sql);
  return (
    detail.startsWith('USE TEMP B-TREE') &&
    !SMALL.some((table) => sql.includes(` FROM ${table} WHERE`) || sql.includes(` FROM ${table} ORDER`))
  );
}
