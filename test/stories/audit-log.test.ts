import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startEncoderd } from '../../scripts/encoderd-process.ts';
import { SCOPES } from '../../src/model/api-key.ts';
import { createApiKey } from '../../src/site/api-keys.ts';
import { checkChain } from '../../src/site/audit-chain.ts';
import { cardHash } from '../../src/site/audit-log.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { entriesOf, told } from '../src/site/audit-bed.ts';
import { temporaryFolder } from '../src/site/site-bed.ts';
import { Desk } from './desk.ts';
import { issued, newCredential } from './encode-stories.ts';
import { newCard, StoryDesk } from './story-desk.ts';

/** A key of the store in this file, made beside the daemon. */
function keyIn(file: string): string {
  using store = openSqliteStore(file);
  return createApiKey(store, { name: 'pms', scopes: ['manage', 'read'] }, Date.now()).token;
}

/** Of an NTAG's first encode: the card is half written then. */
const IN_THE_MIDDLE = { exchange: 18, moment: 'after' };

const ofActor = (desk: Desk) =>
  desk.inStore((store) =>
    entriesOf(store).map(({ actor, action, subject }) => ({
      action,
      kind: JSON.parse(actor).kind,
      name: JSON.parse(actor).name,
      ...JSON.parse(subject),
    })),
  );

const actionsOf = (desk: Desk) => desk.inStore((store) => told(store).map(([action]) => action));

describe('what happens to cards', () => {
  test('is in the log with who asked for it, which attempt it was, and the card by a keyed hash', async () => {
    await using desk = await Desk.open();
    await using story = await StoryDesk.open(desk);
    const card = newCard();
    const acs_user_id = await story.guest('Ada');
    const assigning = await story.assign({ acs_user_id });
    await story.serve(assigning, newCard());
    const { acs_credential_id } = await issued(story, card);
    await story.serve(await story.scan(), card);
    await story.serve(await story.inspect(), card);
    await story.serve(await story.erase({ overwrite: true }), card);
    const entries = ofActor(desk).filter(({ action }) => /^card_|^attempt_/.test(action));
    const card_hash = desk.inStore((store) => cardHash(store, card.uid));
    const by = { kind: 'api_key', name: 'front desk', acs_encoder_id: desk.encoderId };
    const here = { ...by, card_hash, action_attempt_id: expect.any(String) };
    const write = { card_write_id: expect.any(String), format: 'ntag', outcome: 'written' };
    expect(entries).toMatchObject([
      {
        ...by,
        action: 'card_assigned',
        action_attempt_id: assigning.action_attempt_id,
        acs_user_id,
        how: 'enrolled',
      },
      { ...here, ...write, action: 'card_encoded', acs_credential_id, issue_counter: 1 },
      { ...here, action: 'card_read', acs_credential_id, found: 'record' },
      { ...here, action: 'card_read', acs_credential_id, found: 'record' },
      { ...here, ...write, action: 'card_erased' },
    ]);
    expect(desk.inStore((store) => checkChain(entriesOf(store)))).toMatchObject({ isWhole: true });
  });

  test('is there also when it went wrong: torn, failed, and repaired by whoever scans the card next', async () => {
    await using desk = await Desk.open();
    const card = newCard();
    const hasty = await StoryDesk.open(desk);
    const { acs_credential_id } = await newCredential(hasty);
    const { action_attempt_id } = await hasty.encode({ acs_credential_id });
    await desk.placeCard({ ...card, faults: { pulled_at: IN_THE_MIDDLE } });
    await hasty.hint(action_attempt_id, /same card|back/i);
    await hasty.live[Symbol.asyncDispose]();
    await desk.restart();
    await using story = await StoryDesk.open(desk);
    await story.serve(await story.scan(), card);
    const entries = ofActor(desk).filter(({ action }) => /^card_|^attempt_/.test(action));
    expect(entries).toMatchObject([
      { action: 'card_torn', card_write_id: expect.any(String), name: 'front desk' },
      { action: 'attempt_failed', asked: 'ENCODE_CREDENTIAL', reason: 'encoding_interrupted' },
      { action: 'card_repaired', outcome: 'repaired', format: 'ntag' },
      { action: 'card_read', found: 'record' },
    ]);
  });
});

describe('what somebody asks for', () => {
  test('is there once, however often the same request comes with its Idempotency-Key; refused, it is not', async () => {
    await using desk = await Desk.open();
    const headers = { 'idempotency-key': 'once' };
    const create = (body: object) => desk.raw.request('POST', '/v1/entrances/create', { body, headers });
    await create({ display_name: 'Hall' });
    await create({ display_name: 'Hall' });
    expect((await desk.raw.post('/v1/entrances/create', { display_name: 'Hall' })).status).toBe(409);
    const live = await desk.live();
    await live[Symbol.asyncDispose]();
    await desk.raw.post('/acs/entrances/list', {});
    expect(actionsOf(desk).filter((action) => action.startsWith('/'))).toEqual(['/v1/entrances/create']);
  });

  test('leaves no secret, no name, no address, no code and no uid there, nor in the log', async () => {
    await using desk = await Desk.open({ config: { allowed_origins: ['https://pms.example.com'] } });
    await using story = await StoryDesk.open(desk);
    const admin = desk.app('everything', SCOPES);
    const canaries = [
      'Canary Lovelace',
      'canary@secret.example',
      '+49301234567',
      '918273645',
      'clerk-canary',
    ];
    const [full_name, email_address, phone_number, code, user_identifier_key] = canaries;
    const identity = await admin.post('/user_identities/create', { full_name, email_address, phone_number });
    const { user_identity_id } = Object(identity.body).user_identity;
    const acs_system_id = desk.systemId;
    const user = await admin.post('/acs/users/create', {
      acs_system_id,
      full_name,
      email_address,
      phone_number,
    });
    const { acs_user_id } = Object(user.body).acs_user;
    await admin.post('/acs/credentials/create', { acs_user_id, access_method: 'code', code });
    const session = await admin.post('/client_sessions/create', {
      ...{ user_identifier_key, user_identity_ids: [user_identity_id], scopes: ['read'] },
      allowed_origin: 'https://pms.example.com',
    });
    const { token } = Object(session.body).client_session;
    const webhook = await admin.post('/webhooks/create', { url: 'http://127.0.0.1:8/canary-path' });
    const { secret } = Object(webhook.body).webhook;
    const added = await admin.post('/v1/desks/add', { name: 'Canary lobby' });
    await fetch(new URL('/acs/users/list', desk.url), {
      method: 'POST',
      headers: { authorization: 'Bearer seam_local_canaryguess' },
    });
    const card = newCard();
    await issued(story, card, acs_user_id);
    await admin.post('/acs/encoders/simulate/place_card', { acs_encoder_id: desk.encoderId, card });
    await admin.post('/acs/users/update', { acs_user_id, full_name: 'Canary Hopper' });
    expect([identity, user, session, webhook, added].map(({ status }) => status)).toEqual(Array(5).fill(200));
    const secrets = [
      ...[...canaries, token, secret, Object(added.body).api_key, admin.token, desk.token, 'canaryguess'],
      ...['canary-path', 'Canary', card.uid, card.uid.toLowerCase()],
    ].map((one) => z.string().min(5).parse(one));
    const entries = desk.inStore((store) => JSON.stringify(entriesOf(store)));
    const log = JSON.stringify(desk.lines.filter((line) => 'audit_head' in line));
    expect(entries.length).toBeGreaterThan(1000);
    for (const one of secrets) expect(`${entries}${log}`).not.toContain(one);
    expect(entries).toContain('https://pms.example.com');
  });
});

describe('a daemon that is killed', () => {
  test('leaves a whole log, with an entry for everything that it did and for nothing else', async () => {
    const stateDir = temporaryFolder();
    const file = join(stateDir, 'encoderd.db');
    const environment = { ENCODERD_STATE_DIR: stateDir, ENCODERD_DRIVERS: 'virtual' };
    const heads: string[] = [];
    let token = '';
    for (let life = 0; life < 2; life += 1) {
      const daemon = await startEncoderd(environment);
      onTestFinished(() => daemon.kill());
      token ||= keyIn(file);
      const ask = async (name: string) => {
        await daemon.post(token, '/v1/entrances/create', { display_name: name });
      };
      const asking = Array.from({ length: 60 }, (_, at) => ask(`Hall ${life} ${at}`));
      await Promise.race(asking.slice(10 + 7 * life));
      await daemon.kill();
      await Promise.allSettled(asking);
      using store = openSqliteStore(file);
      const entries = entriesOf(store);
      expect(checkChain(entries, heads)).toMatchObject({ isWhole: true });
      heads.push(store.auditLog.head().hash);
      const made = told(store).flatMap(([action, subject]) =>
        action === '/v1/entrances/create' ? [Object(subject).acs_entrance_id] : [],
      );
      const there = store.entrances.list({}, { after: 0, limit: 1000 }).rows.map(({ id }) => id);
      expect(made.length).toBeGreaterThan(life);
      // One was there from the beginning.
      expect(there.length).toBe(made.length + 1);
      expect(there).toEqual(expect.arrayContaining(made));
    }
    using store = openSqliteStore(file);
    const runs = told(store).filter(([action]) => action.startsWith('daemon_'));
    expect(runs.map(([action]) => action)).toEqual(['daemon_started', 'daemon_started']);
  });
});

describe('a daemon that starts with another configuration', () => {
  test('says which parts differ, and hands the head of the log to its own log when it stops', async () => {
    await using desk = await Desk.open();
    desk.reconfigure({ attempts: { timeout_seconds: 33 }, site: { name: 'Canary Inn' } });
    await desk.restart();
    const entries = desk.inStore((store) => told(store));
    expect(entries).toContainEqual(['configuration_changed', { changed: ['attempts', 'site'] }]);
    expect(JSON.stringify(entries)).not.toContain('Canary');
    const head = desk.lines.findLast((line) => line['audit_head'] !== undefined)?.['audit_head'];
    expect(desk.inStore((store) => checkChain(entriesOf(store), [String(head)]))).toMatchObject({
      isWhole: true,
    });
    expect(desk.lines.filter((line) => line['audit_head'] !== undefined).length).toBeGreaterThanOrEqual(1);
  });
});
