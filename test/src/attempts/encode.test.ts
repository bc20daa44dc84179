import { describe, expect, test } from 'vitest';
import { createLog } from '../../../src/log.ts';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { findCredential } from '../../../src/site/credentials.ts';
import { SiteKeysError } from '../../../src/site-keys/errors.ts';
import { addCardCredential, issue } from '../site/card-bed.ts';
import { ANOTHER_CARD, CARD, Desk, encode, erase, failureOf, idle, RECEPTION, SCAN } from './desk.ts';
import { fails, writes, writesAndFails } from './scripted-card.ts';
import { failure } from './scripted-driver.ts';

describe('encoding', () => {
  test('reads the card, writes it, reads it back, and issues the credential', async () => {
    const desk = await Desk.open();
    const { id: credentialId, acsUserId } = addCardCredential(desk.site);
    const { id } = desk.request(encode(credentialId));
    await desk.reaches(id, 'awaiting_card');
    const card = desk.device.place(CARD);
    const ended = await desk.ends(id);
    const credential = findCredential(desk.site, credentialId);
    expect(ended).toMatchObject({ phase: 'succeeded', result: { kind: 'encoded', credential } });
    expect(credential).toMatchObject({
      isIssued: true,
      cardUid: CARD.uid,
      cardFormat: 'ntag',
      issueCounter: 1,
    });
    expect(desk.phases(id)).toEqual([
      'queued',
      'place_card',
      'reading',
      'writing',
      'writing',
      'verifying',
      'succeeded',
    ]);
    expect(card.images).toMatchObject([{ kind: 'record', format: 'ntag', record: { credentialId } }]);
    expect(card.inspectCount).toBe(1);
    expect(desk.outcomes()).toEqual(['written']);
    expect(desk.device.cues).toEqual(['success']);
    expect(desk.site.store.encoders.servedCard(desk.encoderId)).toEqual({
      uid: CARD.uid,
      acsUserId,
      acsCredentialId: credentialId,
    });
  });

  test('has the plan, and what was on the card, on the disk before the card is asked for anything', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(encode(addCardCredential(desk.site).id));
    const card = desk.device.place(CARD, [], { preimage: Buffer.from('old') });
    const planned = Promise.withResolvers<unknown>();
    card.writings.push(async (journal) => {
      planned.resolve([desk.site.store.cardWrites.openFor(CARD.uid), desk.attempt(id)]);
      await writes()(journal);
    });
    expect(await planned.promise).toMatchObject([
      { attemptId: id, image: card.images[0], preimage: expect.any(Uint8Array), outcome: null },
      { phase: 'writing', progress: null, hint: 'keep_card_there', purpose: 'order' },
    ]);
    await desk.ends(id);
  });

  test('tells how far it is, in every phase and ten times a second at most', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(encode(addCardCredential(desk.site).id));
    const card = desk.device.place(CARD);
    card.writings.push(async (journal) => {
      for (const done of [0, 1, 2, 3, 4]) {
        journal.note({ phase: 'writing', done, total: 7 });
        desk.clock.advance(50);
      }
      journal.note({ phase: 'verifying', done: 5, total: 7 });
      journal.note({ phase: 'verifying', done: 6, total: 7 });
    });
    await desk.ends(id);
    const told = desk.site.store.changes
      .after(0, 1000)
      .flatMap(({ change }) => (change.type === 'action_attempt.changed' ? [change.attempt] : []))
      .flatMap((attempt) =>
        'progress' in attempt ? [`${attempt.phase} ${attempt.progress?.done ?? '-'}`] : [],
      );
    expect(told).toEqual(['writing -', 'writing 0', 'writing 2', 'writing 4', 'verifying 5']);
  });

  test.each([
    ['card_refused', 'incompatible_card_format'],
    ['card_unsupported', 'incompatible_card_format'],
    ['device_protocol', 'uncategorized_error'],
    ['driver_unavailable', 'encoder_not_online'],
  ] as const)(
    'that fails with %s ends; nothing is open in the journal if nothing was changed',
    async (code, type) => {
      for (const [writing, outcome] of [
        [fails(failure(code, 'page 4 is locked')), 'not_begun'],
        [writesAndFails(1, failure(code, 'page 4 is locked')), null],
      ] as const) {
        const desk = await Desk.open();
        const credential = addCardCredential(desk.site);
        const { id } = desk.request(encode(credential.id));
        desk.device.place(CARD).writings.push(writing);
        await desk.ends(id);
        expect(failureOf(desk, id)).toMatchObject({
          type,
          reason: code,
          message: expect.stringContaining('page 4 is locked'),
        });
        expect(desk.outcomes()).toEqual([outcome]);
        expect(findCredential(desk.site, credential.id)).toEqual({
          ...credential,
          issueCounter: outcome === null ? 1 : 0,
          unfinishedWriteAt: outcome === null ? desk.clock.now() : null,
        });
        expect(desk.device.cues).toEqual(['failure']);
      }
    },
  );

  test('that the site does not allow leaves the card alone', async () => {
    const desk = await Desk.open();
    const credential = issue(desk.site, addCardCredential(desk.site).id, { card: ANOTHER_CARD });
    const { id } = desk.request(encode(credential.id));
    const card = desk.device.place(CARD);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({
      type: 'credential_cannot_be_reissued',
      reason: 'credential_on_another_card',
    });
    expect(card.images).toEqual([]);
    expect(desk.outcomes()).toEqual(['written']);
    const again = desk.request(encode(credential.id, { replacesLostCard: true }));
    expect(await desk.ends(again.id)).toMatchObject({ result: { credential: { cardUid: CARD.uid } } });
  });

  test('says what locks the card', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(encode(addCardCredential(desk.site).id));
    desk.device.place(CARD, [], { content: { kind: 'locked', description: 'keys of another site' } });
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({
      type: 'incompatible_card_format',
      reason: 'card_locked',
      message: expect.stringMatching(/\. \(keys of another site\)$/),
    });
  });

  test('needs the keys of the site, for reading and for writing', async () => {
    let asked = 0;
    for (const failsAt of [1, 2]) {
      asked = 0;
      const cardSite = () => {
        asked += 1;
        if (asked === failsAt) throw new SiteKeysError('missing', 'the file is gone');
        return { formats: [], keys: [] };
      };
      const desk = await Desk.open({ cardSite });
      const { id } = desk.request(encode(addCardCredential(desk.site).id));
      const card = desk.device.place(CARD);
      await desk.ends(id);
      expect(failureOf(desk, id)).toMatchObject({ reason: 'site_keys_unavailable' });
      expect(card.images).toEqual([]);
      expect(desk.outcomes()).toEqual(failsAt === 1 ? [] : ['not_begun']);
    }
  });
});

describe('the credential that is to be written', () => {
  test('was deleted while the attempt waited: it ends, and no card is touched', async () => {
    const desk = await Desk.open();
    const { id: credentialId } = addCardCredential(desk.site);
    const { id } = desk.request(encode(credentialId));
    await desk.reaches(id, 'awaiting_card');
    deleteCredential(desk.site, credentialId);
    desk.attempts.endOrphans();
    expect(failureOf(desk, id)).toMatchObject({ type: 'credential_deleted', reason: 'credential_deleted' });
  });

  test('was deleted while the card was read: nothing is written', async () => {
    const desk = await Desk.open();
    const { id: credentialId } = addCardCredential(desk.site);
    const { id } = desk.request(encode(credentialId));
    const { placed, slow } = desk.placeSlow(CARD);
    await desk.reaches(id, 'reading');
    deleteCredential(desk.site, credentialId);
    desk.attempts.endOrphans();
    expect(desk.attempt(id).phase).toBe('reading');
    slow.resolve();
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ type: 'credential_deleted' });
    expect(placed.images).toEqual([]);
  });

  test('was deleted while it was written: the write ends, and is taken back at once', async () => {
    const desk = await Desk.open();
    const { id: credentialId } = addCardCredential(desk.site);
    const { id } = desk.request(encode(credentialId));
    const slow = Promise.withResolvers<void>();
    const card = desk.device.place(CARD);
    card.writings.push(writes(3, slow.promise));
    await desk.until(() => card.contents.content.kind === 'incomplete');
    deleteCredential(desk.site, credentialId);
    desk.attempts.endOrphans();
    expect(desk.attempt(id).phase).toBe('writing');
    const gone = expect.objectContaining({ type: 'acs_credential_not_found' });
    expect(findCredential(desk.site, credentialId).deletionAskedAt).toBe(desk.clock.now());
    expect(() => desk.request(encode(credentialId))).toThrow(gone);
    slow.resolve();
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ type: 'credential_deleted' });
    expect(desk.outcomes()).toEqual(['rolled_back']);
    desk.attempts.endOrphans();
    expect(() => findCredential(desk.site, credentialId)).toThrow(gone);
    const scan = desk.request(SCAN);
    expect(await desk.ends(scan.id)).toMatchObject({
      result: { credential: null, findings: { content: { kind: 'blank' } } },
    });
    expect(desk.outcomes()).toEqual(['rolled_back']);
  });

  test('must be there, and go on a card', async () => {
    const desk = await Desk.open();
    const code = addCardCredential(desk.site, { accessMethod: 'code', code: '824759' });
    expect(() => desk.request(encode('none'))).toThrow(
      expect.objectContaining({ type: 'acs_credential_not_found' }),
    );
    expect(() => desk.request(encode(code.id))).toThrow(expect.objectContaining({ type: 'invalid_input' }));
    expect(desk.site.store.attempts.live()).toEqual([]);
  });
});

describe('an attempt that writes', () => {
  async function deskThatWrites() {
    const desk = await Desk.open();
    const [first, second] = [addCardCredential(desk.site), addCardCredential(desk.site)];
    const { id } = desk.request(encode(first.id), RECEPTION, 5000);
    const slow = Promise.withResolvers<void>();
    const card = desk.device.place(CARD);
    card.writings.push(writes(3, slow.promise));
    await desk.until(() => card.contents.content.kind === 'incomplete');
    return { desk, id, first, second, slow, card };
  }

  test('is cut short by nothing', async () => {
    const { desk, id, first, second, slow } = await deskThatWrites();
    expect(() => desk.attempts.cancel(RECEPTION, id)).toThrow(
      expect.objectContaining({ type: 'action_attempt_not_waiting' }),
    );
    const busy = expect.objectContaining({
      type: 'encoder_busy',
      data: expect.objectContaining({ phase: 'writing' }),
    });
    for (const order of [encode(second.id), encode(first.id, { mayOverwrite: true }), SCAN, erase()]) {
      expect(() => desk.request(order)).toThrow(busy);
    }
    desk.clock.advance(60_000);
    await idle();
    expect(desk.attempt(id).phase).toBe('writing');
    slow.resolve();
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
    expect(desk.outcomes()).toEqual(['written']);
  });

  test('is what the same request gets again', async () => {
    const { desk, id, first, slow, card } = await deskThatWrites();
    expect(desk.request(encode(first.id))).toEqual(desk.attempt(id));
    slow.resolve();
    await desk.ends(id);
    expect(card.images).toHaveLength(1);
  });
});

test('an attempt that waits to write ends for another credential, which alone gets the card', async () => {
  const desk = await Desk.open();
  const [first, second] = [addCardCredential(desk.site), addCardCredential(desk.site)];
  const superseded = desk.request(encode(first.id));
  await desk.reaches(superseded.id, 'awaiting_card');
  const { id } = desk.request(encode(second.id));
  expect(desk.attempt(superseded.id)).toMatchObject({ phase: 'failed', reason: 'superseded' });
  const card = desk.device.place(CARD);
  await desk.ends(id);
  expect(card.images).toMatchObject([{ record: { credentialId: second.id } }]);
  expect(findCredential(desk.site, first.id).issueCounter).toBe(0);
});

test('neither keys nor what is on a card ever reach the log', async () => {
  const lines: string[] = [];
  const log = createLog('trace', { write: (line: string) => lines.push(line) });
  const key = Buffer.from('secret key 16 by');
  const version = {
    version: 1,
    keys: {
      ...{ record: key, ntag_password: key, classic_read: key, classic_write: key },
      ...{ desfire_master: key, desfire_write: key, desfire_read: key, desfire_picc: key },
    },
  };
  const desk = await Desk.open({ log, cardSite: () => ({ formats: [], keys: [version] }) });
  const { id } = desk.request(encode(addCardCredential(desk.site).id));
  const card = desk.device.place(CARD);
  const preimage = Buffer.from('somebody else’s data');
  card.inspections.push(async () => ({ ...card.contents, preimage }));
  card.writings.push(writesAndFails(1, failure('card_removed')));
  await desk.asksFor(id, 'put_card_back');
  desk.device.place(CARD, [], card.contents).writings.push(fails(failure('card_refused')));
  await desk.ends(id);
  const scan = desk.request(SCAN);
  await desk.ends(scan.id);
  const logged = lines.join('');
  expect(logged).toContain('the write on the card failed');
  for (const bytes of [key, preimage]) {
    for (const form of [
      bytes.toString(),
      bytes.toString('hex'),
      bytes.toString('base64').replace(/=+$/, ''),
      [...bytes].join(','),
    ]) {
      expect(logged.toLowerCase()).not.toContain(form.toLowerCase());
    }
  }
  expect(logged).not.toContain(CARD.uid);
});
