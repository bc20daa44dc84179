import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DesfireChip } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { desfireProgram } from '../../../../src/card/desfire/desfire-program.ts';
import { ev1Aes, ev2First } from '../../../../src/card/desfire/handshake.ts';
import { desfireKey, desfirePiccKey } from '../../../../src/card/diversification.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { openRecord } from '../../../../src/card/record.ts';
import { unframeRecord } from '../../../../src/card/record-frame.ts';
import { KEY_PURPOSES, type SiteKeyVersion } from '../../../../src/card/site-keys.ts';
import { addOtherApplication } from './card-owner.ts';
import {
  APPLICATION_ID,
  BLANK,
  NEW_KEYS,
  NEXT_RECORD,
  RECORD,
  recordImage,
  type Site,
  TrialCard,
} from './desfire-card-trial.ts';

/** docs/card-formats/mifare-desfire.md is what locks are built from: what it shows is what code and card do. */
const PAGE = pageOf('mifare-desfire.md');
const RECORD_PAGE = pageOf('record.md');
const SITE = '6f9e0c1d-8b7a-4f52-9e63-1c2d3e4f5a6b';

const bytes = z.string().transform(fromHex);
const values = z
  .strictObject({
    card_uid: z.string(),
    key_version: z.literal(1),
    key_0: z.string(),
    key_1: z.string(),
    key_2: z.string(),
    card_master_key: z.string(),
    rnd_a: bytes,
    rnd_b: bytes,
    transaction_id: bytes,
    file_begins_with: z.string(),
  })
  .parse(JSON.parse(block(PAGE, 'json')));
const masterKeys = z
  .looseObject({
    master_keys: z.array(
      z.intersection(z.object({ version: z.int() }), z.record(z.enum(KEY_PURPOSES), bytes)),
    ),
  })
  .parse(JSON.parse(block(RECORD_PAGE, 'json'))).master_keys[0];
if (masterKeys === undefined) throw new Error('the page of the record has no master keys');
const { version, ...keys } = masterKeys;
const SITE_KEYS: SiteKeyVersion = { version, keys };

test('the keys are those of the page', () => {
  const { card_uid: uid } = values;
  const made = ([0, 1, 2] as const).map((number) =>
    toHex(desfireKey(SITE_KEYS, uid, APPLICATION_ID, number)),
  );
  expect(made).toEqual([values.key_0, values.key_1, values.key_2]);
  expect(toHex(desfirePiccKey(SITE_KEYS, uid))).toBe(values.card_master_key);
});

describe.each([
  ['ev1', ['ev1']],
  ['ev2', ['ev2', 'ev3']],
] as const)('the example of %s', (name, generations) => {
  const lines = block(PAGE, `apdu ${name}`).split('\n');
  const sent = lines.filter((line) => line.startsWith('>')).map((line) => fromHex(line.slice(1)));
  const answers = lines.filter((line) => line.startsWith('<')).map((line) => fromHex(line.slice(1)));

  test.each(generations)('is what an %s answers that was written here', async (generation) => {
    const randoms = [values.rnd_b, values.transaction_id];
    const memory = await memoryOfWritten(generation);
    const random = () => randoms.shift() ?? new Uint8Array(0);
    const chip = new DesfireChip(fromHex(values.card_uid), { memory, random });
    chip.activate();
    for (const [at, command] of sent.entries()) {
      const answer = chip.exchange(command);
      expect(answer.kind === 'data' && toHex(answer.bytes), `line ${at + 1}`).toBe(
        toHex(answers[at] ?? command),
      );
    }
  });

  test('is what a lock sends, and gives it the record', () => {
    const key = fromHex(values.key_2);
    const handshake = name === 'ev1' ? ev1Aes(2, key, values.rnd_a) : ev2First(2, key, values.rnd_a);
    const [, , first, second, read] = sent.map((command) => command.slice(5, -1));
    const [, , challenge, proof, ...frames] = answers.map((answer) => answer.slice(0, -2));
    if (!challenge || !proof || !read) throw new Error('the example is cut short');
    expect(sent[2]?.[1]).toBe(handshake.ins);
    expect(first).toEqual(handshake.parameters);
    expect(second).toEqual(handshake.answerTo(challenge));
    const session = handshake.finish(proof);
    expect(read).toEqual(session.command(0xbd, fromHex('01 000000 C00000')));
    const file = session.encipheredAnswer(Uint8Array.from(frames.flatMap((frame) => [...frame])), 192);
    expect(toHex(file)).toBe(values.file_begins_with.padEnd(2 * 192, '0'));
    const record = unframeRecord(file);
    expect(record && openRecord(record, values.card_uid, SITE, [SITE_KEYS])?.standing).toBe('authentic');
  });
});

describe('the exchanges of the page', () => {
  const rows = new Map(
    [...PAGE.matchAll(/^\| ([^|]+) \| (\d+) \| (\d+) \| [^|]*\|$/gm)].map(
      ([, work = '', count, least]) => [work, [Number(count), Number(least)]] as const,
    ),
  );

  const own = { piccMasterKey: 'own' } as const;
  const works: readonly (readonly [string, (card: TrialCard) => Promise<() => Promise<unknown>>])[] = [
    ['inspect a blank card', async (card) => () => card.inspect()],
    ['inspect a card of the site', written((card) => card.inspect())],
    ['first record', async (card) => () => card.write(recordImage(RECORD))],
    ['the same record again', written((card) => card.write(recordImage(RECORD)))],
    ['another record', written((card) => card.write(recordImage(NEXT_RECORD)))],
    [
      'another record and newer keys',
      written((card) => card.write(recordImage(NEXT_RECORD), { keys: NEW_KEYS })),
    ],
    ['erase the only application', written((card) => card.write(BLANK))],
    [
      'erase it beside another',
      async (card) => {
        await addOtherApplication(card, 0x00c0de, 32);
        return written((trial) => trial.write(BLANK))(card);
      },
    ],
    ['first record, `own`', async (card) => () => card.write(recordImage(RECORD), own)],
    ['another record, `own`', written((card) => card.write(recordImage(NEXT_RECORD), own), own)],
  ];

  test('are all counted here', () => {
    expect([...rows.keys()]).toEqual(works.map(([name]) => name));
  });

  test.each(works)('%s', async (name, prepare) => {
    const [count = 0, least = 0] = rows.get(name) ?? [];
    expect(least).toBeLessThanOrEqual(count);
    for (const generation of ['ev1', 'ev2', 'ev3'] as const) {
      const card = new TrialCard({ generation });
      const act = await prepare(card);
      const isAsked = generation === 'ev1' && name !== 'inspect a blank card';
      expect(await card.count(act), generation).toBe(count + (isAsked ? 1 : 0));
    }
  });

  function written(act: (card: TrialCard) => Promise<unknown>, site: Site = {}) {
    return async (card: TrialCard) => {
      await card.write(recordImage(RECORD), site);
      return () => act(card);
    };
  }
});

async function memoryOfWritten(generation: 'ev1' | 'ev2' | 'ev3'): Promise<Uint8Array> {
  const trial = new TrialCard({ generation }, values.card_uid);
  const settings = {
    format: 'mifare_desfire',
    applicationId: APPLICATION_ID,
    piccMasterKey: 'leave',
  } as const;
  const record = recordImage({
    siteId: SITE,
    credentialId: '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9',
    issueCounter: 1,
    startsAt: Date.parse('2026-06-01T13:00:00Z'),
    endsAt: Date.parse('2026-06-05T09:00:00Z'),
    entrances: [12, 300],
    replacesLostCard: false,
  });
  const work = { link: trial.link, card: trial.card, siteId: SITE, settings, keys: [SITE_KEYS] };
  await desfireProgram.write(work, record, { note: () => {} });
  return trial.chip.memory;
}

function block(page: string, kind: string): string {
  const text = new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
  if (text === undefined) throw new Error(`the page has no block of ${kind}`);
  return text;
}

function pageOf(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../../../docs/card-formats', name), 'utf8');
}
