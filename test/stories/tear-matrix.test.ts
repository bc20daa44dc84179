import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { drawUid } from '../../drivers/virtual/create-chip.ts';
import { VirtualDriver } from '../../drivers/virtual/index.ts';
import type { DesfireGeneration } from '../../src/encoder/contract.ts';
import type { CardTechnology } from '../../src/model/card.ts';
import type { FormatSettings } from '../../src/model/card-format.ts';
import { quietLog } from '../benches/pcsc/quiet-log.ts';
import { siteKeyVersion } from '../src/card/site-key-version.ts';
import { HandClock } from './hand-clock.ts';
import { type Before, TornCard, WAYS, type Way } from './tear-trial.ts';
import { TornDesk } from './torn-desk.ts';

interface Trial {
  readonly technology: CardTechnology;
  readonly generation?: DesfireGeneration;
  readonly settings: FormatSettings;
}

const desfire = (generation: DesfireGeneration, piccMasterKey: 'leave' | 'own'): Trial => ({
  technology: 'mifare_desfire',
  generation,
  settings: { format: 'mifare_desfire', applicationId: 0xf48ed0, piccMasterKey },
});
const classic = (technology: 'mifare_classic_1k' | 'mifare_classic_4k', hasDirectory: boolean): Trial => ({
  technology,
  settings: { format: 'mifare_classic', sectors: [1, 2, 3], hasDirectory },
});
const ntag = (isPasswordProtected: boolean): Trial => ({
  technology: 'ntag215',
  settings: { format: 'ntag', isPasswordProtected },
});

const TRIALS: readonly Trial[] = [
  ntag(false),
  ntag(true),
  classic('mifare_classic_1k', false),
  classic('mifare_classic_1k', true),
  classic('mifare_classic_4k', false),
  classic('mifare_classic_4k', true),
  desfire('ev1', 'leave'), desfire('ev1', 'own'),
  desfire('ev2', 'leave'),desfire('ev2', 'own'),
  desfire('ev3', 'leave'),desfire('ev3', 'own'),
];
const BEFORE: readonly Before[] = ['blank', 'older_issue', 'other_credential'];

test.each(TRIALS.flatMap((trial) => BEFORE.map((before) => ({ ...trial, before }))))('$technology $generation $settings $before', async ({technology, generation, settings, before}) => {
  const folder = mkdtempSync(join(tmpdir(), 'tear-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const driver = new VirtualDriver({ options: { encoders: 1 }, stateDir: folder, log: quietLog });
  await using desk = await TornDesk.open({ driver, clock: new HandClock(), formats: [settings], keys: [siteKeyVersion(1)] });
  const t = performance.now();
  const newCard = () => { const uid = drawUid(technology); return { technology, uid, ...(generation && { generation }) }; };
  const card = new TornCard(desk, before, newCard);
  let n = 0;
  for (let exchange = 1; ; exchange++) {
    let ok = false;
    for (const moment of ['before', 'after'] as const) {
      const way = WAYS[(2 * exchange + (moment === 'after' ? 1 : 0)) % WAYS.length] ?? 'scan';
      try {
      if (await card.tear({ exchange, moment }, way)) ok = true;
      } catch (e) { throw new Error(`${exchange} ${moment} ${way}: ${e.message}`, {cause: e}); }
      n++;
    }
    if (ok) break;
  }
  console.log(technology, generation, settings, before, n, performance.now() - t);
}, 100000);
