import { describe, expect, test } from 'vitest';
import type { Card } from '../../../src/model/card.ts';
import {
  allEncodersOffline,
  cardPresented,
  cardRemoved,
  encoderArrived,
  encoderLeft,
  findEncoder,
} from '../../../src/site/encoders.ts';
import { addEncoder, announced, changesOf, device, openTestSite, temporaryFolder } from './site-bed.ts';

const card: Card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' };
const anotherCard: Card = { uid: '04FFEEDDCCBBAA', technology: 'ntag215' };

describe('an encoder', () => {
  test('is the same one after a restart and after replugging, and another one at another site', () => {
    const folder = temporaryFolder();
    const first = openTestSite({}, folder);
    const id = addEncoder(first, 'port-1');
    encoderLeft(first, id);
    expect(addEncoder(first, 'port-1')).toBe(id);
    expect(addEncoder(openTestSite({}, folder), 'port-1')).toBe(id);
    expect(addEncoder(openTestSite(), 'port-1')).not.toBe(id);
  });

  test('is told apart by driver and device, and has an id of UUID form', () => {
    const site = openTestSite();
    const ids = [
      encoderArrived(site, device('port-1', 'pcsc')).id,
      encoderArrived(site, device('port-2', 'pcsc')).id,
      encoderArrived(site, device('port-1', 'pn532')).id,
    ];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('is announced the first time, and keeps the day on which it was first met', () => {
    const site = openTestSite();
    const met = site.clock.now();
    const id = addEncoder(site);
    encoderLeft(site, id);
    site.clock.advance(1000);
    const changes = changesOf(site, () =>
      encoderArrived(site, { ...device('port-1'), name: 'Renamed', technologies: [] }),
    );
    expect(changes).toMatchObject([
      { type: 'encoder.changed', encoder: { name: 'Renamed', isOnline: true } },
    ]);
    expect(findEncoder(site, id)).toMatchObject({ name: 'Renamed', technologies: [], createdAt: met });
    expect(announced(site)).toEqual(['acs_system.added', 'acs_encoder.added']);
  });

  test('is offline once it has left, and that is told once', () => {
    const site = openTestSite();
    const id = addEncoder(site);
    const changes = changesOf(site, () => {
      encoderLeft(site, id);
      encoderLeft(site, id);
    });
    expect(changes).toMatchObject([{ type: 'encoder.changed', encoder: { id, isOnline: false } }]);
  });

  test('is offline at start, whatever the store says from before', () => {
    const folder = temporaryFolder();
    const before = openTestSite({}, folder);
    const ids = [addEncoder(before, 'port-1'), addEncoder(before, 'port-2')];
    const after = openTestSite({}, folder);
    allEncodersOffline(after);
    expect(ids.map((id) => findEncoder(after, id).isOnline)).toEqual([false, false]);
  });

  test('that nobody knows is an error', () => {
    expect(() => findEncoder(openTestSite(), 'none')).toThrow(
      expect.objectContaining({ type: 'acs_encoder_not_found', data: { acs_encoder_id: 'none' } }),
    );
  });
});

describe('the card on an encoder', () => {
  test('is told of with its number when it comes and when it leaves', () => {
    const site = openTestSite();
    const id = addEncoder(site);
    const line = { encoderId: id, card, cardNumber: '1303689068602870' };
    expect(
      changesOf(site, () => {
        cardPresented(site, id, card);
        cardRemoved(site, id, card, 'taken_away');
      }),
    ).toEqual([
      { type: 'card.presented', ...line },
      { type: 'card.removed', ...line },
    ]);
  });

  test.each([
    ['is taken away', 'forgotten'],
    ['stays while the encoder leaves and comes back', 'remembered'],
    ['stays while the daemon is restarted', 'remembered'],
    ['is swapped while the encoder is away', 'forgotten'],
  ])('that served, and %s, is %s', (story, memory) => {
    const folder = temporaryFolder();
    const site = openTestSite({}, folder);
    const id = addEncoder(site);
    const served = { uid: card.uid, acsUserId: 'ada', acsCredentialId: 'credential-1' };
    cardPresented(site, id, card);
    site.store.encoders.setServedCard(id, served);
    switch (story) {
      case 'is taken away':
        cardRemoved(site, id, card, 'taken_away');
        cardPresented(site, id, card);
        break;
      case 'stays while the encoder leaves and comes back':
        cardRemoved(site, id, card, 'encoder_left');
        encoderLeft(site, id);
        addEncoder(site);
        cardPresented(site, id, card);
        break;
      case 'stays while the daemon is restarted': {
        const restarted = openTestSite({}, folder);
        allEncodersOffline(restarted);
        addEncoder(restarted);
        cardPresented(restarted, id, card);
        break;
      }
      default:
        cardRemoved(site, id, card, 'encoder_left');
        cardPresented(site, id, anotherCard);
    }
    expect(site.store.encoders.servedCard(id)).toEqual(memory === 'remembered' ? served : null);
  });
});
