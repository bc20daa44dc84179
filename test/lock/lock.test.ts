import { describe, expect, test } from 'vitest';
import type { VirtualCardOptions } from '../../drivers/virtual/virtual-card.ts';
import { siteKeyVersion } from '../src/card/site-key-version.ts';
import { encoded, lockKeys, lockOf, NEW_KEYS, present, putDown, STAY } from './desk.ts';

const UID = '04A2B3C4D5E680';
const NTAG: VirtualCardOptions = { technology: 'ntag213', uid: UID };
const CLASSIC: VirtualCardOptions = { technology: 'mifare_classic_1k', uid: UID };
const KINDS: readonly VirtualCardOptions[] = [
  NTAG,
  { technology: 'ntag215', uid: UID },
  { technology: 'ntag216', uid: UID },
  { technology: 'mifare_ultralight_ev1_128', uid: UID },
  CLASSIC,
  { technology: 'mifare_classic_1k', uid: 'C0FFEE01' },
  { technology: 'mifare_classic_4k', uid: UID },
  { technology: 'mifare_desfire', uid: UID, generation: 'ev1' },
  { technology: 'mifare_desfire', uid: UID, generation: 'ev2' },
  { technology: 'mifare_desfire', uid: UID, generation: 'ev3' },
];
const STARTS = 1_780_000_000;
const ENDS = 1_780_600_000;

describe.each(KINDS)('$technology $generation $uid', (kind) => {
  const [none, unknown] = kind.technology.startsWith('mifare_classic')
    ? ['unknown_key', 'unknown_key']
    : ['no_record', 'unknown_version'];

  test('opens, again too, and tells what the desk wrote', async () => {
    const [lock, card] = [lockOf(), putDown({ ...kind, memory: await encoded(kind) })];
    const stay = {
      opens: true,
      record: { issueCounter: 7, startsAt: STARTS, endsAt: ENDS, entrances: [3, 400] },
    };
    expect(await present(lock, card)).toMatchObject(stay);
    expect(await present(lock, card)).toMatchObject(stay);
    expect(await present(lockOf({ entranceNumber: 400 }), card)).toMatchObject({ opens: true });
  });

  test('stays shut for another entrance', async () => {
    const card = putDown({ ...kind, memory: await encoded(kind) });
    expect(await present(lockOf({ entranceNumber: 4 }), card)).toMatchObject({ why: 'other_entrance' });
    const none = await encoded(kind, { record: { ...STAY, entrances: [] } });
    const empty = putDown({ ...kind, memory: none });
    expect(await present(lockOf(), empty)).toMatchObject({ opens: false, why: 'other_entrance' });
  });

  test('opens from the first second on, and not at the last', async () => {
    const card = putDown({ ...kind, memory: await encoded(kind) });
    const at = (now: number | undefined) => present(lockOf({ now: () => now }), card);
    expect(await at(STARTS - 1)).toMatchObject({ opens: false, why: 'not_yet_valid' });
    expect(await at(STARTS)).toMatchObject({ opens: true });
    expect(await at(ENDS - 1)).toMatchObject({ opens: true });
    expect(await at(ENDS)).toMatchObject({ opens: false, why: 'expired' });
    expect(await at(undefined)).toMatchObject({ opens: false, why: 'time_lost' });
  });

  test('opens for ever without times, also once the lock has lost the time', async () => {
    const memory = await encoded(kind, { record: { ...STAY, startsAt: null, endsAt: null } });
    const lock = lockOf({ now: () => undefined });
    expect(await present(lock, putDown({ ...kind, memory }))).toMatchObject({ opens: true });
  });

  test('stays shut at another site, though it has the same keys', async () => {
    const card = putDown({ ...kind, memory: await encoded(kind) });
    const lock = lockOf({ siteId: '11111111-2222-4333-8444-555555555555' });
    expect(await present(lock, card)).toEqual({ opens: false, why: 'other_site' });
  });

  test('stays shut at another site with other keys of the same version, whatever it calls itself', async () => {
    const card = putDown({ ...kind, memory: await encoded(kind) });
    const lock = lockOf({ siteKeys: lockKeys([{ ...siteKeyVersion(77), version: 1 }]) });
    const why = kind.technology.startsWith('mifare') && !kind.technology.includes('ultralight');
    expect(await present(lock, card)).toEqual({ opens: false, why: why ? 'unknown_key' : 'altered' });
  });

  test('stays shut from the factory, and once it was erased', async () => {
    expect(await present(lockOf(), putDown(kind))).toEqual({ opens: false, why: none });
    const memory = await encoded({ ...kind, memory: await encoded(kind) }, { blank: true });
    expect(await present(lockOf(), putDown({ ...kind, memory }))).toEqual({ opens: false, why: none });
  });

  test('after new keys it opens where the lock has them, and nowhere else', async () => {
    const old = await encoded(kind);
    const record = { ...STAY, issueCounter: 8 };
    const memory = await encoded({ ...kind, memory: old }, { record, keys: NEW_KEYS });
    const both = lockOf({ siteKeys: lockKeys(NEW_KEYS) });
    expect(await present(both, putDown({ ...kind, memory: old }))).toMatchObject({ opens: true });
    expect(await present(both, putDown({ ...kind, memory }))).toMatchObject({ opens: true });
    expect(await present(lockOf(), putDown({ ...kind, memory }))).toEqual({ opens: false, why: unknown });
    const only = lockOf({ siteKeys: lockKeys([siteKeyVersion(2)]) });
    expect(await present(only, putDown({ ...kind, memory }))).toMatchObject({ opens: true });
    expect(await present(only, putDown({ ...kind, memory: old }))).toEqual({ opens: false, why: unknown });
  });

  test('the lock that has seen a later issue is shut for the earlier, also when it refused the later', async () => {
    const earlier = await encoded(kind);
    const record = { ...STAY, issueCounter: 8, entrances: [9], startsAt: null, endsAt: null };
    const later = await encoded({ ...kind, memory: earlier }, { record });
    const lock = lockOf();
    expect(await present(lock, putDown({ ...kind, memory: earlier }))).toMatchObject({ opens: true });
    expect(await present(lock, putDown({ ...kind, memory: later }))).toMatchObject({ why: 'other_entrance' });
    const again = await present(lock, putDown({ ...kind, memory: earlier }));
    expect(again).toMatchObject({ opens: false, why: 'replaced' });
  });

  test('the lost card opens until its replacement was there', async () => {
    const lost = putDown({ ...kind, memory: await encoded(kind) });
    const uid = `${kind.uid.slice(0, -2)}81`;
    const record = { ...STAY, issueCounter: 70_000, replacesLostCard: true };
    const replacement = putDown({ ...kind, uid, memory: await encoded({ ...kind, uid }, { record }) });
    const lock = lockOf();
    expect(await present(lock, lost)).toMatchObject({ opens: true });
    expect(await present(lock, replacement)).toMatchObject({
      opens: true,
      record: { issueCounter: 70_000, replacesLostCard: true },
    });
    expect(await present(lock, lost)).toMatchObject({ opens: false, why: 'replaced' });
    expect(await present(lock, replacement)).toMatchObject({ opens: true });
  });

  test('stays shut when the card leaves while it is read', async () => {
    const memory = await encoded(kind);
    let exchange = 1;
    for (let opens = false; !opens; exchange += 1) {
      let wasPulled = false;
      const onPulled = () => {
        wasPulled = true;
      };
      const faults = { pulledAt: { exchange, moment: 'after' } } as const;
      const outcome = await present(lockOf(), putDown({ ...kind, memory, faults, onPulled }));
      opens = outcome.opens;
      expect(opens).toBe(!wasPulled);
    }
    expect(exchange).toBeGreaterThan(6);
  });
});
