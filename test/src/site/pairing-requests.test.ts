import { expect, test } from 'vitest';
import { hashToken } from '../../../src/site/api-keys.ts';
import { SiteError } from '../../../src/site/errors.ts';
import { addDesk, hashCode } from '../../../src/site/paired-desks.ts';
import {
  askForPairing,
  confirmPairing,
  MOST_REQUESTS,
  requestPairing,
} from '../../../src/site/pairing-requests.ts';
import { openTestSite, type StillSite } from './site-bed.ts';

const MINUTE = 60_000;

/** A desk asks, with this code. */
function ask(site: StillSite, code: string, deskName = 'Lobby') {
  const key = `seam_local_${crypto.randomUUID()}`;
  const order = { id: crypto.randomUUID(), deskName, codeHash: hashCode(code), keyHash: hashToken(key) };
  return { ...order, key, order, request: requestPairing(site, order) };
}

function errorOf(work: () => unknown): SiteError {
  try {
    work();
  } catch (error) {
    if (error instanceof SiteError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const typeOf = (work: () => unknown) => errorOf(work).type;

test('a desk is paired once somebody has typed its code, and its key counts from then on', () => {
  const site = openTestSite();
  const { id, key } = ask(site, 'ABC234');
  expect(askForPairing(site, id, key).desk).toBe(null);
  expect(site.store.apiKeys.withHash(hashToken(key))).toBe(null);
  const desk = confirmPairing(site, ' abc-234');
  expect(desk.name).toBe('Lobby');
  expect(site.store.apiKeys.withHash(hashToken(key))).toMatchObject({
    ...{ id: desk.apiKeyId, scopes: ['bridge'], revokedAt: null },
  });
  // An answer may be lost: asking again is answered as before.
  for (const _ of ['once', 'again']) expect(askForPairing(site, id, key).desk).toEqual(desk);
});

test('a code holds once', () => {
  const site = openTestSite();
  ask(site, 'ABC234');
  confirmPairing(site, 'ABC234');
  expect(typeOf(() => confirmPairing(site, 'ABC234'))).toBe('pairing_not_found');
  expect(site.store.pairedDesks.list()).toHaveLength(1);
});

test('a code holds for ten minutes', () => {
  const site = openTestSite();
  const { id, key } = ask(site, 'ABC234');
  site.clock.advance(10 * MINUTE - 1);
  expect(askForPairing(site, id, key).desk).toBe(null);
  site.clock.advance(1);
  expect(typeOf(() => confirmPairing(site, 'ABC234'))).toBe('pairing_not_found');
  expect(typeOf(() => askForPairing(site, id, key))).toBe('pairing_not_found');
  expect(site.store.pairedDesks.list()).toEqual([]);
});

test('only who asked hears of it', () => {
  const site = openTestSite();
  const { id, order } = ask(site, 'ABC234');
  expect(typeOf(() => askForPairing(site, id, 'seam_local_other'))).toBe('pairing_not_found');
  expect(typeOf(() => requestPairing(site, { ...order, keyHash: hashToken('other') }))).toBe(
    'pairing_not_found',
  );
  confirmPairing(site, 'ABC234');
  expect(typeOf(() => askForPairing(site, id, 'seam_local_other'))).toBe('pairing_not_found');
});

test('a request whose answer was lost is the same when it comes again', () => {
  const site = openTestSite();
  const { order, request } = ask(site, 'ABC234');
  site.clock.advance(MINUTE);
  expect(requestPairing(site, order)).toEqual(request);
  expect(site.store.pairingRequests.list(site.clock.now())).toHaveLength(1);
});

test('nobody comes in with a key that is another one already', () => {
  const site = openTestSite();
  const { token } = addDesk(site, 'Lobby');
  const order = {
    id: crypto.randomUUID(),
    deskName: 'x',
    codeHash: hashCode('x'),
    keyHash: hashToken(token),
  };
  expect(typeOf(() => requestPairing(site, order))).toBe('invalid_input');
});

test('a name that another desk has gets a number', () => {
  const site = openTestSite();
  const names = ['AAA222', 'BBB333', 'CCC444'].map((code) => {
    ask(site, code, 'Front desk');
    return confirmPairing(site, code).name;
  });
  expect(names).toEqual(['Front desk', 'Front desk 2', 'Front desk 3']);
});

test(`${MOST_REQUESTS} desks may ask at once; those that are paired or gave up do not count`, () => {
  const site = openTestSite();
  for (let at = 0; at < MOST_REQUESTS; at += 1) {
    site.clock.advance(1000);
    ask(site, `CODE${at}`);
  }
  const refusal = errorOf(() => ask(site, 'ABC234'));
  expect([refusal.type, refusal.data]).toEqual([
    'too_many_requests',
    { retry_after_seconds: 600 - MOST_REQUESTS + 1 },
  ]);
  confirmPairing(site, 'CODE7');
  ask(site, 'ABC234');
  expect(typeOf(() => ask(site, 'DEF567'))).toBe('too_many_requests');
  site.clock.advance(10 * MINUTE);
  ask(site, 'DEF567');
});

test('ten wrong codes within a minute lock confirming for a minute, also for the right one', () => {
  const site = openTestSite();
  ask(site, 'ABC234');
  const wrong = () => typeOf(() => confirmPairing(site, 'WRONG2'));
  for (let tries = 0; tries < 9; tries += 1) {
    expect(wrong()).toBe('pairing_not_found');
    site.clock.advance(1000);
  }
  expect(wrong()).toBe('pairing_not_found');
  site.clock.advance(18_000);
  const refusal = errorOf(() => confirmPairing(site, 'ABC234'));
  expect([refusal.type, refusal.data]).toEqual(['too_many_requests', { retry_after_seconds: 42 }]);
  site.clock.advance(42_000 - 1);
  expect(typeOf(() => confirmPairing(site, 'ABC234'))).toBe('too_many_requests');
  site.clock.advance(1);
  expect(confirmPairing(site, 'ABC234').name).toBe('Lobby');
});

test('wrong codes that are farther apart lock nothing, and a clock that is set back unlocks', () => {
  const site = openTestSite();
  const wrong = () => typeOf(() => confirmPairing(site, 'WRONG2'));
  for (let tries = 0; tries < 30; tries += 1) {
    expect(wrong()).toBe('pairing_not_found');
    site.clock.advance(7000);
  }
  for (let tries = 0; tries < 10; tries += 1) wrong();
  expect(wrong()).toBe('too_many_requests');
  site.clock.advance(-3_600_000);
  expect(wrong()).toBe('pairing_not_found');
});
