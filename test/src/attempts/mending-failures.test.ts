import { describe, expect, test } from 'vitest';
import { endUnwritten } from '../../../src/site/card-writes.ts';
import { findCredential } from '../../../src/site/credentials.ts';
import { SiteKeysError } from '../../../src/site-keys/errors.ts';
import { StorageError } from '../../../src/store/errors.ts';
import type { Store } from '../../../src/store/store.ts';
import { ANOTHER_CARD, CARD, encode, failureOf, idle, SCAN, scanToAssign } from './desk.ts';
import { fails, writes, writesAndFails } from './scripted-card.ts';
import { failure } from './scripted-driver.ts';
import { deskWithTornCard } from './torn-card-desk.ts';

describe('repairing a card', () => {
  test.each([
    ['card_refused', fails(failure('card_refused'))],
    ['card_unsupported', fails(failure('card_unsupported'))],
    ['card_refused after a change', writesAndFails(1, failure('card_refused'))],
  ] as const)('is left for later when the card says %s, and the scan goes on', async (_, writing) => {
    const { desk, credentialId, place } = await deskWithTornCard();
    const { id } = desk.request(SCAN);
    const card = place(writing);
    expect(await desk.ends(id)).toMatchObject({
      result: { kind: 'scanned', credential: null, findings: { content: { kind: 'incomplete' } } },
    });
    expect(card.images).toHaveLength(1);
    expect(desk.outcomes()).toEqual([null]);
    expect(findCredential(desk.site, credentialId).isIssued).toBe(false);
    const again = desk.request(encode(credentialId));
    expect(await desk.ends(again.id)).toMatchObject({ result: { credential: { issueCounter: 1 } } });
    expect(desk.outcomes()).toEqual(['repaired']);
  });

  test.each(['device_protocol', 'driver_unavailable'] as const)(
    'is left for later when the encoder fails: %s',
    async (code) => {
      const { desk, place } = await deskWithTornCard();
      const { id } = desk.request(SCAN);
      place(fails(failure(code)));
      await desk.ends(id);
      expect(failureOf(desk, id)).toMatchObject({ reason: code });
      expect(desk.outcomes()).toEqual([null]);
    },
  );

  test('is left for later when the keys of the site cannot be had', async () => {
    const cardSite = () => {
      throw new SiteKeysError('missing', 'the file is gone');
    };
    const { desk, ada, place } = await deskWithTornCard({ cardSite });
    for (const order of [SCAN, scanToAssign(ada)]) {
      const { id } = desk.request(order);
      place();
      await desk.ends(id);
      expect(failureOf(desk, id)).toMatchObject({ reason: 'site_keys_unavailable' });
      expect(desk.outcomes()).toEqual([null]);
      await desk.takeAway();
    }
  });

  test('goes on when the card is lifted again and put back', async () => {
    const { desk, place } = await deskWithTornCard();
    const { id } = desk.request(SCAN);
    place(writesAndFails(1, failure('card_removed')));
    await desk.asksFor(id, 'put_card_back');
    await desk.takeAway();
    place();
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded', result: { differences: [] } });
    expect(desk.outcomes()).toEqual(['repaired']);
  });

  test('stays to be done when the card is lifted before it began', async () => {
    const { desk, place } = await deskWithTornCard();
    const { id } = desk.request(SCAN);
    place(fails(failure('card_removed')));
    await desk.asksFor(id, 'hold_card_still');
    expect(desk.outcomes()).toEqual([null]);
    await desk.takeAway();
    place();
    await desk.ends(id);
    expect(desk.outcomes()).toEqual(['repaired']);
  });

  test('is no business of another card', async () => {
    const { desk } = await deskWithTornCard();
    const { id } = desk.request(SCAN);
    const other = desk.device.place(ANOTHER_CARD);
    await desk.ends(id);
    expect(other.images).toEqual([]);
    expect(desk.outcomes()).toEqual([null]);
  });

  test('is not needed any more when somebody ended it while the disk was full', async () => {
    const disk = { isFull: false };
    const wrapStore = (store: Store): Store => ({
      ...store,
      attempts: {
        ...store.attempts,
        update: (attempt) => {
          if (disk.isFull) throw new StorageError('database or disk is full (SQLITE_FULL)');
          store.attempts.update(attempt);
          if (attempt.phase === 'reading') disk.isFull = true;
        },
      },
    });
    const { desk, place } = await deskWithTornCard({ wrapStore });
    const { id } = desk.request(SCAN);
    const card = place();
    await desk.reaches(id, 'reading');
    await desk.clock.waitedFor();
    const open = desk.site.store.cardWrites.openFor(CARD.uid);
    endUnwritten(desk.site, open?.id ?? '');
    disk.isFull = false;
    desk.clock.advance(1000);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
    expect(card.images).toEqual([]);
  });

  test('ends before the daemon stops, and the order waits for the next start', async () => {
    const { desk, place } = await deskWithTornCard();
    const slow = Promise.withResolvers<void>();
    const { id } = desk.request(SCAN);
    const card = place(writes(3, slow.promise));
    await desk.until(() => card.images.length === 1 && desk.attempt(id).phase === 'writing');
    const closing = desk.close();
    await idle();
    slow.resolve();
    await closing;
    expect(desk.outcomes()).toEqual(['repaired']);
    expect(desk.attempt(id).phase).toBe('reading');
  });
});
