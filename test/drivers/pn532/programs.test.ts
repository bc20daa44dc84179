import { expect, test } from 'vitest';
import { createChip } from '../../../drivers/virtual/create-chip.ts';
import { VirtualCard } from '../../../drivers/virtual/virtual-card.ts';
import { inspectCard } from '../../../src/card/card-work.ts';
import type { CardSite } from '../../../src/card/program.ts';
import { ACR122_PROFILE, storageCardLink } from '../../../src/card/storage-card.ts';
import { DESFIRE_GENERATIONS, type DesfireGeneration } from '../../../src/encoder/contract.ts';
import type { CardTechnology } from '../../../src/model/card.ts';
import { formatFor } from '../../../src/model/card-format.ts';
import { PlacedCard } from '../../benches/pn532/placed-card.ts';
import { patience } from '../../contracts/encoder-desk.ts';
import { KeptJournal, SITE as ONE_FORMAT, recordOf } from '../../contracts/encoder-site.ts';
import { openEncoder } from './open-encoder.ts';

const SITE: CardSite = {
  ...ONE_FORMAT,
  formats: [
    { format: 'mifare_desfire', applicationId: 0xf48ed0, piccMasterKey: 'leave' },
    { format: 'mifare_classic', sectors: [1, 2, 3], hasDirectory: true },
    { format: 'ntag', isPasswordProtected: true },
  ],
};

const CARDS: readonly (readonly [CardTechnology, string, DesfireGeneration | undefined])[] = [
  ['ntag213', '04A1B2C3D4E5F6', undefined],
  ['ntag215', '04A1B2C3D4E5F6', undefined],
  ['ntag216', '04A1B2C3D4E5F6', undefined],
  ['mifare_ultralight_ev1_128', '04A1B2C3D4E5F6', undefined],
  ['mifare_classic_1k', 'A1B2C3D4', undefined],
  ['mifare_classic_1k', '04A1B2C3D4E5F6', undefined],
  ['mifare_classic_4k', 'A1B2C3D4', undefined],
  ...DESFIRE_GENERATIONS.map((generation) => ['mifare_desfire', '04782E21801D80', generation] as const),
];

test.each(CARDS)(
  'a %s (%s %s) is written, read, blanked and given back',
  async (technology, uid, generation) => {
    const card = new PlacedCard(createChip(technology, uid, undefined, generation));
    const { encoder } = await openEncoder({}, card);
    const shown = await encoder.awaitCard(patience());
    expect(shown.card).toEqual({ technology, uid });
    const format = formatFor(technology, SITE.formats)?.format ?? 'uid_only';
    const authentic = { kind: 'record', record: recordOf(1), standing: 'authentic' };

    const before = await shown.inspect(SITE, patience());
    expect(before.content).toEqual({ kind: 'blank' });
    await shown.write(SITE, { kind: 'record', format, record: recordOf(1) }, new KeptJournal(), patience());
    expect((await shown.inspect(SITE, patience())).content).toEqual(authentic);

    // Another reader finds the same on it, by PC/SC's pseudo-APDUs.
    const copy = new VirtualCard({ technology, uid, memory: card.chip.memory });
    const link = storageCardLink((apdu) => copy.transmit(apdu), technology, ACR122_PROFILE);
    expect((await inspectCard(link, shown.card, SITE)).content).toEqual(authentic);

    await shown.write(SITE, { kind: 'blank', format }, new KeptJournal(), patience());
    expect((await shown.inspect(SITE, patience())).content).toEqual({ kind: 'blank' });
  },
);
