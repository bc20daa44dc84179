import { describe, expect, test } from 'vitest';
import type { VirtualCardOptions } from '../../drivers/virtual/virtual-card.ts';
import type { CardRecord } from '../../src/model/card-record.ts';
import { siteKeyVersion } from '../src/card/site-key-version.ts';
import { encoded, FORMATS, lockKeys, lockOf, NEW_KEYS, OLD_KEYS, present, putDown, STAY } from './desk.ts';

const UID = '04A2B3C4D5E680';
const KINDS: readonly VirtualCardOptions[] = [
  { technology: 'ntag213', uid: UID },
  { technology: 'ntag215', uid: UID },
  { technology: 'ntag216', uid: UID },
  { technology: 'mifare_ultralight_ev1_128', uid: UID },
  { technology: 'mifare_ultralight_c', uid: UID },
  { technology: 'mifare_classic_1k', uid: 'C0FFEE01' },
  { technology: 'mifare_classic_1k', uid: UID },
  { technology: 'mifare_classic_4k', uid: UID },
  { technology: 'mifare_desfire', uid: UID, generation: 'ev1' },
  { technology: 'mifare_desfire', uid: UID, generation: 'ev2' },
  { technology: 'mifare_desfire', uid: UID, generation: 'ev3' },
];
const NTAG: VirtualCardOptions = { technology: 'ntag213', uid: UID };
const CLASSIC: VirtualCardOptions = { technology: 'mifare_classic_1k', uid: UID };
const DESFIRE: VirtualCardOptions = { technology: 'mifare_desfire', uid: UID };
const FORMS = [NTAG, CLASSIC, DESFIRE];

describe.each(KINDS)('$technology $generation $uid', (kind) => {
  test('opens, and tells what the desk wrote', async () => {
    const memory = await encoded(kind);
    expect(await present(lockOf(), putDown({ ...kind, memory }))).toMatchObject({
      opens: true,
      record: { issueCounter: 7, startsAt: 1_780_000_000, endsAt: 1_780_600_000, entrances: [3, 400] },
    });
  });

  test('opens a second time, and after it was encoded again', async () => {
    const lock = lockOf();
    const memory = await encoded(kind);
    const once = putDown({ ...kind, memory });
    expect(await present(lock, once)).toMatchObject({ opens: true });
    expect(await present(lock, once)).toMatchObject({ opens: true });
    const record = { ...STAY, issueCounter: 8, entrances: [3] };
    const again = await encoded({ ...kind, memory }, { record });
    expect(await present(lock, putDown({ ...kind, memory: again }))).toMatchObject({ opens: true });
  });

  test('does not open from the factory, nor once it was erased', async () => {
    const shut = {
      opens: false,
      why: kind.technology.startsWith('mifare_classic') ? 'unknown_key' : 'no_record',
    };
    expect(await present(lockOf(), putDown(kind))).toEqual(shut);
    const memory = await encoded({ ...kind, memory: await encoded(kind) }, { blank: true });
    expect(await present(lockOf(), putDown({ ...kind, memory }))).toEqual(shut);
  });
});
