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
    'backend',
    'paired_desks',
    'pairing_requests',
    'page_pairings',
    'feed_epochs',
    'feed_forgotten',
    'audit_log_forgotten',
    'audit_secret',
    'audit_configuration',
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
  [
    'walks where more credentials open it than can be sorted',
    /AS membership\s+CROSS JOIN acs_access_group_entrances/,
    /^SEARCH acs_credentials/,
  ],
  ['walks where most identities pass', /EXISTS \(SELECT 1 FROM acs_users/, /^SEARCH user_identities/],
  [
    'sorts what was refused, which a person looks through',
    /^SELECT DISTINCT .+ state = 'refused'/,
    /^USE TEMP B-TREE/,
  ],
  ['is read from its beginning', /FROM held_items ORDER BY kind, backend_id LIMIT/, /^SCAN held_items$/],
  [
    'counts what is held, which a person looks through',
    /^SELECT count\(\*\) AS count FROM held_items WHERE cannot_be_here = 1$/,
    /^SCAN held_items/,
  ],
  [
    'looks back past what a person dropped since',
    /INDEXED BY outbox_by_end .+ ORDER BY settled_at DESC LIMIT 1$/,
    /^SCAN outbox USING INDEX outbox_by_end$/,
  ],
  ['takes the first start that came later', /FROM feed_epochs AS next .+ LIMIT 1/, /^SEARCH next/],
  [
    'walks what was made since then: the first sequence is looked up before',
    /FROM action_attempts WHERE .*sequence > \? AND created_at > \?/,
    /^SEARCH action_attempts/,
  ],
  ['groups the attempts of a week', /^SELECT acs_encoder_id,.+ GROUP BY/s, /^USE TEMP B-TREE/],
  [
    'walks where an encoder has a part of all attempts',
    /FROM action_attempts WHERE .*acs_encoder_id = \? ORDER BY action_attempts\.sequence/,
    /^SEARCH action_attempts/,
  ],
  ['takes the last entry', /FROM audit_log ORDER BY sequence DESC LIMIT \d*\??$/, /^SCAN audit_log$/],
  [
    'walks back from the end, once in a while, for a technician who names a time',
    /FROM audit_log WHERE at >= \? ORDER BY sequence DESC LIMIT \?$/,
    /^SCAN audit_log$/,
  ],
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
