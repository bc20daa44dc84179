import { expect, test } from 'vitest';
import type { Actor } from '../../../src/model/audit-entry.ts';
import { toAuditEntry } from '../../../src/site/audit-log.ts';
import { isPairedOrigin, revokeClientSession } from '../../../src/site/client-sessions.ts';
import { SiteError } from '../../../src/site/errors.ts';
import { drawDeskKeys, isPageKey, isSignedBy, signWith } from '../../../src/site/page-keys.ts';
import {
  confirmPagePairing,
  endPagePairing,
  refusePagePairing,
  requestPagePairing,
  showCode,
  waitingPages,
} from '../../../src/site/page-pairings.ts';
import { changesOf, openTestSite, type StillSite } from './site-bed.ts';

const MINUTE = 60_000;
const PAGE = 'https://pms.example.com';
const { publicKey } = drawDeskKeys();

const ask = (site: StillSite, origin = PAGE) =>
  requestPagePairing(site, { origin, name: null, scopes: ['read'], publicKey });
function code({ store }: StillSite, id: string): string {
  const pairing = store.pagePairings.get(id);
  return pairing === null ? '' : (showCode(store, pairing, ['read', 'scan']) ?? '');
}

function typeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SiteError) return error.type;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('what a page and the desk agreed on is kept, and the desk’s key with it', () => {
  const site = openTestSite();
  const { id } = ask(site);
  const { session, token, deskPublicKey } = confirmPagePairing(site, id, PAGE, code(site, id));
  expect(session).toMatchObject({ apiKeyId: null, allowedOrigin: PAGE, scopes: ['read'] });
  expect(token).toMatch(/^seam_cst1/);
  const kept = site.store.clientSessions.deskKey(session.id);
  if (kept === null) throw new Error('the desk has no key');
  expect(isSignedBy(deskPublicKey, 'text', signWith(kept, 'text'))).toBe(true);
  expect(isSignedBy(deskPublicKey, 'other', signWith(kept, 'text'))).toBe(false);
  expect(JSON.stringify(session)).not.toContain(Buffer.from(kept).toString('base64url').slice(60, 100));
  const { id: second } = ask(site);
  const another = confirmPagePairing(site, second, PAGE, code(site, second));
  expect(Buffer.from(another.deskPublicKey).equals(deskPublicKey)).toBe(false);
});

test('a code has six digits, and is another one each time', () => {
  const site = openTestSite();
  const codes = new Set<string>();
  for (let times = 0; times < 20; times += 1) {
    const { id } = ask(site, `https://p${times}.example.com`);
    expect(code(site, id)).toMatch(/^\d{6}$/);
    codes.add(code(site, id));
  }
  expect(codes.size).toBeGreaterThan(15);
});

test('every change of the list is recorded, once', () => {
  const site = openTestSite();
  const changed = [{ type: 'pairing.changed' }];
  const asked = () => waitingPages(site)[0]?.id ?? '';
  expect(changesOf(site, () => ask(site))).toEqual(changed);
  expect(changesOf(site, () => ask(site))).toEqual(changed);
  expect(changesOf(site, () => refusePagePairing(site, asked()))).toEqual(changed);
  expect(changesOf(site, () => endPagePairing(site.store, 'none', 0))).toEqual([]);
  ask(site);
  const wrong = () => typeOf(() => confirmPagePairing(site, asked(), PAGE, 'wrong'));
  expect(
    changesOf(site, () => expect([wrong(), wrong()]).toEqual(['pairing_code_wrong', 'pairing_code_wrong'])),
  ).toEqual([]);
  expect(changesOf(site, () => expect(wrong()).toBe('pairing_code_wrong'))).toEqual(changed);
  ask(site);
  const right = () => confirmPagePairing(site, asked(), PAGE, code(site, asked()));
  expect(changesOf(site, () => right())).toEqual(changed);
});

test('the audit log says who asked for what, who tried, and what came of it, and no code', () => {
  const site = openTestSite();
  const { id } = ask(site);
  const right = code(site, id);
  expect(typeOf(() => confirmPagePairing(site, id, PAGE, 'wrong'))).toBe('pairing_code_wrong');
  const { session, token } = confirmPagePairing(site, id, PAGE, right);
  const entries = site.store.auditLog.after(0, 10).map(toAuditEntry);
  const actor: Actor = { kind: 'web_page', id: null, name: PAGE };
  const subject = { pairing_id: id, origin: PAGE };
  expect(entries.filter(({ action }) => action.startsWith('pairing'))).toMatchObject([
    { actor, action: 'pairing_requested', subject: { ...subject, scopes: ['read'] } },
    { actor, action: 'pairing_code_wrong', subject: { ...subject, tries_left: 2 } },
    { actor, action: 'pairing_confirmed', subject: { ...subject, client_session_id: session.id } },
  ]);
  const written = JSON.stringify(entries);
  expect([written.includes(`"${right}"`), written.includes(token)]).toEqual([false, false]);
});

test('a lock, and a list of who asked, that a clock in the future left do not hold', () => {
  const site = openTestSite();
  site.clock.advance(24 * 60 * MINUTE);
  for (let pages = 0; pages < 4; pages += 1) {
    const origin = `https://p${pages}.example.com`;
    const { id } = ask(site, origin);
    for (let times = 0; times < 3; times += 1) typeOf(() => confirmPagePairing(site, id, origin, 'wrong'));
  }
  for (let times = 0; times < 5; times += 1) ask(site);
  expect(typeOf(() => ask(site))).toBe('too_many_requests');
  expect(typeOf(() => confirmPagePairing(site, 'any', PAGE, 'any'))).toBe('too_many_requests');
  site.clock.advance(-24 * 60 * MINUTE);
  const { id } = ask(site);
  confirmPagePairing(site, id, PAGE, code(site, id));
});

test('a code is for who may do all that the page wants', () => {
  const site = openTestSite();
  const pairing = requestPagePairing(site, { origin: PAGE, name: null, scopes: ['read', 'scan'], publicKey });
  expect(showCode(site.store, pairing, ['read', 'manage'])).toBeNull();
  expect(site.store.pagePairings.get(pairing.id)?.isShown).toBe(false);
  expect(showCode(site.store, pairing, ['scan', 'read'])).toBe(site.store.pagePairings.codeOf(pairing.id));
  expect(site.store.pagePairings.get(pairing.id)?.isShown).toBe(true);
});

test('a code that nobody was shown is never right, so that trying finds none', () => {
  const site = openTestSite();
  const { id } = ask(site);
  const hidden = site.store.pagePairings.codeOf(id) ?? '';
  expect(typeOf(() => confirmPagePairing(site, id, PAGE, hidden))).toBe('pairing_code_wrong');
  expect(site.store.pagePairings.get(id)).toMatchObject({ triesLeft: 2 });
  expect(code(site, id)).toBe(hidden);
  confirmPagePairing(site, id, PAGE, hidden);
});

test('an origin is let in as long as one of its sessions is good', () => {
  const site = openTestSite();
  const pair = () => {
    const { id } = ask(site);
    return confirmPagePairing(site, id, PAGE, code(site, id)).session.id;
  };
  const [one, two] = [pair(), pair()];
  revokeClientSession(site, one);
  expect([isPairedOrigin(site, PAGE), isPairedOrigin(site, `${PAGE}:8443`)]).toEqual([true, false]);
  revokeClientSession(site, two);
  expect(isPairedOrigin(site, PAGE)).toBe(false);
});

test('a key is P-256 with its point in full', () => {
  expect(isPageKey(publicKey)).toBe(true);
  const flipped = Buffer.from(publicKey);
  flipped.writeUInt8(flipped.readUInt8(40) ^ 1, 40);
  expect([isPageKey(flipped), isPageKey(publicKey.subarray(1)), isPageKey(Buffer.alloc(91))]).toEqual([
    false,
    false,
    false,
  ]);
});

test('a signature that is none is none', () => {
  for (const signature of ['', 'A'.repeat(86), 'x', 'A'.repeat(200)])
    expect(isSignedBy(publicKey, 'text', signature), signature).toBe(false);
});
