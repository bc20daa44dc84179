import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Scope } from '../../../src/model/api-key.ts';
import type { Caller } from '../../../src/model/caller.ts';
import { createApiKey, hashToken, revokeApiKey } from '../../../src/site/api-keys.ts';
import {
  deleteClientSession,
  grantAccess,
  hasLeft,
  revokeClientSession,
  sessionFor,
  whyOver,
} from '../../../src/site/client-sessions.ts';
import { createUserIdentity } from '../../../src/site/identities.ts';
import {
  createClientSession,
  getOrCreateClientSession,
  type NewClientSession,
} from '../../../src/site/new-client-sessions.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { announced, openTestSite, type StillSite } from './site-bed.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

let site: StillSite;
let pms: Caller;
beforeEach(() => {
  site = openTestSite();
  pms = addKey('pms');
});

function addKey(name: string, scopes: readonly Scope[] = ['read', 'scan', 'encode', 'manage']): Caller {
  const { key } = createApiKey(site.store, { name, scopes }, site.clock.now());
  return { id: key.id, name, scopes, apiKeyId: key.id, userIdentityIds: null, expiresAt: null };
}

const addIdentity = (key: string) =>
  createUserIdentity(site, { key, fullName: null, emailAddress: null, phoneNumber: null }).id;

const order = (more: Partial<NewClientSession> = {}): NewClientSession => ({
  userIdentifierKey: 'clerk-7',
  userIdentityIds: [],
  scopes: undefined,
  allowedOrigin: null,
  expiresAt: undefined,
  ...more,
});

const create = (more: Partial<NewClientSession> = {}, key = pms) =>
  createClientSession(site, key, order(more));

const getOrCreate = (more: Partial<NewClientSession> = {}, key = pms) =>
  getOrCreateClientSession(site, key, order(more));

const holderOf = (token: string) => site.store.clientSessions.withHash(hashToken(token))?.id;

describe('a new session', () => {
  test('has a token of 256 random bits, of which only the hash is kept', () => {
    const { session, token } = create();
    expect(token).toMatch(/^seam_cst1[A-Za-z0-9_-]{43}$/);
    expect(site.store.clientSessions.withHash(createHash('sha256').update(token).digest())).toEqual(session);
    expect(JSON.stringify(site.store.clientSessions.list({}, EVERY_ROW))).not.toContain(token.slice(9));
    expect(create().token).not.toBe(token);
  });

  test('lives for twelve hours, or as long as is said: a moment at least, 31 days at most', () => {
    const now = site.clock.now();
    expect(create().session).toMatchObject({ createdAt: now, expiresAt: now + 12 * HOUR_MS });
    for (const expiresAt of [now + 1, now + 31 * DAY_MS]) {
      expect(create({ expiresAt }).session).toMatchObject({ expiresAt });
    }
    expect(() => create({ expiresAt: now })).toThrow('expires_at must be in the future.');
    expect(() => create({ expiresAt: now + 31 * DAY_MS + 1 })).toThrow('31 days at most');
  });

  test('may read, scan and encode as far as its key may, or what is said of that', () => {
    expect(create().session.scopes).toEqual(['read', 'scan', 'encode']);
    expect(create({}, addKey('scanner', ['scan', 'manage'])).session.scopes).toEqual(['scan']);
    expect(create({ scopes: ['manage', 'manage'] }).session.scopes).toEqual(['manage']);
    expect(() => create({ scopes: ['scan', 'admin'] })).toThrow('"pms" lacks the scope "admin"');
    expect(() => create({}, addKey('manager', ['manage']))).toThrow('Say in scopes');
  });

  test('is for identities that there are, each once', () => {
    const [ada, grace] = [addIdentity('ada'), addIdentity('grace')];
    const { session } = create({ userIdentityIds: [ada, grace, ada] });
    expect(session.userIdentityIds).toEqual([ada, grace]);
    expect(() => create({ userIdentityIds: [ada, 'nobody'] })).toThrow('There is no user identity nobody');
  });
});

describe('asking for a session again', () => {
  test('gives a further token of the same session, and leaves the first one good', () => {
    const first = create();
    const second = getOrCreate();
    expect(second.session).toEqual(first.session);
    expect(second.token).not.toBe(first.token);
    expect([first, second].map(({ token }) => holderOf(token))).toEqual([first.session.id, first.session.id]);
  });

  test('ten tokens are good at once: with one more, the oldest is not', () => {
    const tokens = [create().token];
    for (let more = 0; more < 11; more += 1) {
      site.clock.advance(1);
      tokens.push(getOrCreate().token);
    }
    expect(tokens.map((token) => holderOf(token) !== undefined)).toEqual([
      ...[false, false],
      ...Array(10).fill(true),
    ]);
  });

  test('changes when it ends, where that is said', () => {
    const { session } = create();
    const expiresAt = site.clock.now() + DAY_MS;
    expect(getOrCreate({ expiresAt }).session).toEqual({ ...session, expiresAt });
    expect(site.store.clientSessions.get(session.id)?.expiresAt).toBe(expiresAt);
    expect(() => getOrCreate({ expiresAt: site.clock.now() })).toThrow('must be in the future');
  });

  test('finds one whose identities are those that are said, or any where none are', () => {
    const [ada, grace] = [addIdentity('ada'), addIdentity('grace')];
    const { session } = create({ userIdentityIds: [ada] });
    expect(getOrCreate().session.id).toBe(session.id);
    expect(getOrCreate({ userIdentityIds: [ada] }).session.id).toBe(session.id);
    expect(getOrCreate({ userIdentityIds: [grace] }).session.id).not.toBe(session.id);
    expect(getOrCreate({ userIdentifierKey: null, userIdentityIds: [ada] }).session.id).not.toBe(session.id);
  });

  test.each<[string, Partial<NewClientSession>]>([
    ['of somebody else', { userIdentifierKey: 'clerk-8' }],
    ['with other scopes', { scopes: ['read'] }],
    ['for another origin', { allowedOrigin: 'https://pms.example.com' }],
  ])('%s makes another one', (_, more) => {
    expect(getOrCreate(more).session.id).not.toBe(create().session.id);
    expect(getOrCreate(more).session.id).not.toBe(getOrCreate().session.id);
  });

  test('that is bound to somebody never gives one that is bound to nobody', () => {
    const { session } = create();
    expect(getOrCreate({ userIdentityIds: [addIdentity('ada')] }).session.id).not.toBe(session.id);
  });

  test('by another key makes another one, since that key may do other things', () => {
    const { session } = create();
    expect(getOrCreate({}, addKey('spa')).session.id).not.toBe(session.id);
  });

  test('for nobody always makes another one', () => {
    const nobody = { userIdentifierKey: null };
    expect(getOrCreate(nobody).session.id).not.toBe(getOrCreate(nobody).session.id);
  });

  test('does not find one that is over', () => {
    const revoked = create().session;
    revokeClientSession(site, revoked.id);
    const expired = getOrCreate().session;
    expect(expired.id).not.toBe(revoked.id);
    site.clock.advance(12 * HOUR_MS);
    expect(getOrCreate().session.id).not.toBe(expired.id);
  });
});

describe('a session is over', () => {
  const why = (id: string) => {
    const session = site.store.clientSessions.get(id);
    return session === null ? 'gone' : whyOver(site.store, session, site.clock.now());
  };

  test('when its time has come', () => {
    const { id } = create({ expiresAt: site.clock.now() + 1000 }).session;
    site.clock.advance(999);
    expect([why(id), hasLeft(site, id)]).toEqual([null, false]);
    site.clock.advance(1);
    expect([why(id), hasLeft(site, id)]).toEqual(['expired', true]);
  });

  test('when it is revoked, from then on', () => {
    const { id } = create().session;
    revokeClientSession(site, id);
    const revokedAt = site.clock.now();
    expect([why(id), hasLeft(site, id)]).toEqual(['revoked', true]);
    site.clock.advance(5);
    revokeClientSession(site, id);
    expect(site.store.clientSessions.get(id)?.revokedAt).toBe(revokedAt);
    expect(() => revokeClientSession(site, 'none')).toThrow('There is no client session none here.');
  });

  test('when its key is revoked, as everything of that key is', () => {
    const { id } = create().session;
    expect(hasLeft(site, pms.id)).toBe(false);
    revokeApiKey(site.store, 'pms', site.clock.now());
    expect([why(id), hasLeft(site, id), hasLeft(site, pms.id)]).toEqual(['revoked', true, true]);
  });

  test('when it is deleted: then nothing is left of it but the event', () => {
    const { session, token } = create();
    deleteClientSession(site, session.id);
    expect([why(session.id), hasLeft(site, session.id), holderOf(token)]).toEqual(['gone', true, undefined]);
    expect(announced(site)).toEqual(['acs_system.added', 'client_session.deleted']);
    expect(() => deleteClientSession(site, session.id)).toThrow('There is no client session');
  });
});

describe('granting access', () => {
  test('binds a session to identities, each once, and may say whose it is', () => {
    const [ada, grace] = [addIdentity('ada'), addIdentity('grace')];
    const { id } = create().session;
    expect(grantAccess(site, { id, userIdentityIds: [ada] })).toMatchObject({ userIdentityIds: [ada] });
    const more = { id, userIdentifierKey: 'clerk-9', userIdentityIds: [ada, grace] };
    expect(grantAccess(site, more)).toMatchObject({
      userIdentifierKey: 'clerk-9',
      userIdentityIds: [ada, grace],
    });
    expect(site.store.clientSessions.get(id)?.userIdentityIds).toEqual([ada, grace]);
  });

  test('is refused for a session that is over, and for identities that are not there', () => {
    const { id } = create().session;
    expect(() => grantAccess(site, { id, userIdentityIds: ['nobody'] })).toThrow('no user identity nobody');
    revokeClientSession(site, id);
    expect(() => grantAccess(site, { id, userIdentityIds: [] })).toThrow('is over. Make a new one.');
  });
});

describe('looking at a session', () => {
  test('finds it by its id, or the newest good one of a user identifier key', () => {
    const [old, good, over] = [create().session, create().session, create().session];
    revokeClientSession(site, over.id);
    expect(sessionFor(site, pms, { id: old.id })).toEqual(old);
    expect(sessionFor(site, pms, { userIdentifierKey: 'clerk-7' })).toEqual(good);
    for (const { id } of [old, good]) revokeClientSession(site, id);
    expect(sessionFor(site, pms, { userIdentifierKey: 'clerk-7' }).id).toBe(over.id);
    expect(() => sessionFor(site, pms, { userIdentifierKey: 'nobody' })).toThrow(
      'user identifier key nobody',
    );
    expect(() => sessionFor(site, pms, {})).toThrow('Must specify either');
  });

  test('a session finds itself, by whichever name or none, and no other', () => {
    const [own, other] = [create().session, create({ userIdentifierKey: 'clerk-8' }).session];
    const page: Caller = { ...pms, id: own.id };
    for (const name of [{}, { id: own.id }, { userIdentifierKey: 'clerk-7' }]) {
      expect(sessionFor(site, page, name)).toEqual(own);
    }
    for (const name of [
      { id: other.id },
      { userIdentifierKey: 'clerk-8' },
      { id: own.id, userIdentifierKey: 'x' },
    ]) {
      expect(() => sessionFor(site, page, name)).toThrow('There is no client session');
    }
  });
});
