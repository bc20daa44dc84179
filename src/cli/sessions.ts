import type { ClientSession } from '../model/client-session.ts';
import { endClientSession, whyOver } from '../site/client-sessions.ts';
import { EVERY_ROW } from '../store/paging.ts';
import type { Store } from '../store/store.ts';
import { auditByHand } from './by-hand.ts';
import { openKnownState, openState } from './state.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE = 'sessions list [--all] | sessions revoke ID';

/** Lists and revokes the client sessions that apps have made for web pages, and those of pages that were paired; works on the state folder, with the daemon running or not. */
export const sessionsCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, { all: { type: 'boolean' } });
    const [verb, id] = positionals;
    using store = verb === 'list' ? openKnownState(values) : openState(values);
    const now = Date.now();
    if (verb === 'list') {
      const sessions = store.clientSessions
        .list({}, EVERY_ROW)
        .rows.filter((session) => values.all === true || whyOver(store, session, now) === null);
      terminal.result(
        sessions.map((session) => toJson(store, session, now)),
        sessions.length === 0 ? ['There are no client sessions.'] : toLines(store, sessions, now),
      );
      return;
    }
    if (verb !== 'revoke' || id === undefined) {
      throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    }
    const isThere = store.transaction(() => {
      const ended = endClientSession(store, id, now);
      if (ended) auditByHand(store, 'client_session_revoked', { client_session_id: id });
      return ended;
    });
    if (!isThere) {
      throw new CommandError(`There is no client session ${id}. See: encoderctl sessions list --all`);
    }
    terminal.result({ revoked: id }, [
      `The client session ${id} is revoked. Pages that use it are refused from now on.`,
    ]);
  },
};

function toJson(store: Store, session: ClientSession, now: number): object {
  return {
    client_session_id: session.id,
    user_identifier_key: session.userIdentifierKey,
    api_key: keyName(store, session),
    scopes: session.scopes,
    user_identity_ids: session.userIdentityIds,
    allowed_origin: session.allowedOrigin,
    is_paired: session.page !== null,
    page_name: session.page?.name ?? null,
    last_used_at: session.page === null ? null : new Date(session.page.lastUsedAt).toISOString(),
    expires_at: new Date(session.expiresAt).toISOString(),
    state: whyOver(store, session, now) ?? 'valid',
  };
}

function toLines(store: Store, sessions: readonly ClientSession[], now: number): readonly string[] {
  const rows = sessions.map((session) => [
    session.id,
    ownerOf(session),
    keyName(store, session) ?? '(paired)',
    session.scopes.join(','),
    session.allowedOrigin ?? 'any',
    new Date(session.expiresAt).toISOString(),
    whyOver(store, session, now) ?? 'valid',
  ]);
  return table(['ID', 'OF', 'API KEY', 'SCOPES', 'ORIGIN', 'EXPIRES', 'STATE'], rows);
}

/** To whom a session is bound: what its app calls that one, or a paired page itself, else the identities. */
const ownerOf = ({ userIdentifierKey, userIdentityIds, page }: ClientSession): string =>
  userIdentifierKey ?? page?.name ?? (userIdentityIds.length === 0 ? '-' : userIdentityIds.join(','));

/** The key that made a session; a page that a person paired has none. */
const keyName = (store: Store, { apiKeyId }: ClientSession): string | null =>
  apiKeyId === null ? null : (store.apiKeys.get(apiKeyId)?.name ?? '-');
