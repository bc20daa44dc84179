import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { createDriver } from '../../drivers/pcsc/index.ts';
import type { CardSite } from '../../src/card/program.ts';
import { sealRecord } from '../../src/card/record.ts';
import type { PresentedCard } from '../../src/encoder/contract.ts';
import type { Card } from '../../src/model/card.ts';
import { type FormatSettings, formatFor } from '../../src/model/card-format.ts';
import type { CardImage, CardRecord } from '../../src/model/card-record.ts';
import { nativeTool } from '../../test/benches/pcsc/native-tools.ts';
import type { PcscBench } from '../../test/benches/pcsc/pcsc-bench.ts';
import { quietLog } from '../../test/benches/pcsc/quiet-log.ts';
import { RewindingCard } from '../../test/benches/pcsc/rewinding-card.ts';
import { siteKeyVersion } from '../../test/src/card/site-key-version.ts';
import { cost, type Figure, percentile, plain } from './figure.ts';

const ROUNDS = 40;
const TURN = 10;
/** What a real card takes for an answer, or less: an EEPROM write is 4 ms on an NTAG213 (its data sheet, section 10.7) and the radio comes on top. */
const REAL_CARD_MS = 4;

const FORMATS: readonly FormatSettings[] = [
  { format: 'ntag', isPasswordProtected: false },
  { format: 'mifare_classic', sectors: [1, 2, 3], hasDirectory: false },
  { format: 'mifare_desfire', applicationId: 0xf48ed0, piccMasterKey: 'leave' },
];

const CARDS: readonly Card[] = [
  { technology: 'ntag215', uid: '04A2C3F1D25E80' },
  { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' },
  { technology: 'mifare_desfire', uid: '04782E21801D80' },
];

const SITE: CardSite = { siteId: randomUUID(), formats: FORMATS, keys: [siteKeyVersion(1)] };

const recordFor = (issueCounter: number): CardRecord => ({
  siteId: SITE.siteId,
  credentialId: '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f',
  issueCounter,
  startsAt: 1_795_000_000_000,
  endsAt: 1_795_600_000_000,
  entrances: [1, 2, 7],
  replacesLostCard: false,
});

/** What it costs to look at a card, write a credential on it and read it back, against a C program that sends the same commands. */
export async function benchEncode(pcscd: PcscBench): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const card of CARDS) figures.push(...(await benchCard(pcscd, card)));
  return figures;
}

/** How many records are sealed in a second, one after the other. */
export async function benchSealing(): Promise<readonly Figure[]> {
  const [keys = siteKeyVersion(1)] = SITE.keys;
  const record = recordFor(1);
  for (let at = 0; at < 2_000; at += 1) sealRecord(record, 'A1B2C3D4', keys);
  const began = performance.now();
  let sealed = 0;
  for (; performance.now() - began < 1_000; sealed += 1) sealRecord(record, 'A1B2C3D4', keys);
  const perSecond = sealed / ((performance.now() - began) / 1_000);
  return [plain('records sealed, key of the card included', '/s', perSecond)];
}

async function benchCard(pcscd: PcscBench, card: Card): Promise<Figure[]> {
  const chip = new RewindingCard(card);
  await pcscd.slot(0).insert(chip);
  const closing = new AbortController();
  const driver = createDriver({ options: {}, stateDir: tmpdir(), log: quietLog });
  const figures: Figure[] = [];
  for await (const news of driver.watch(closing.signal)) {
    if (news.news !== 'device_arrived') continue;
    await using encoder = await driver.open(news.device, closing.signal);
    const presented = await encoder.awaitCard(closing.signal);
    figures.push(...(await benchWrites(pcscd, chip, presented, 'blank', 1)));
    await encode(presented, 1);
    chip.keep();
    figures.push(...(await benchWrites(pcscd, chip, presented, 'issued again', 2)));
    break;
  }
  closing.abort();
  await pcscd.slot(0).remove();
  return figures;
}

async function benchWrites(
  pcscd: PcscBench,
  chip: RewindingCard,
  presented: PresentedCard,
  state: string,
  issueCounter: number,
): Promise<Figure[]> {
  const { technology } = presented.card;
  chip.rewind();
  const script = [
    '',
    ...(await looked(chip, presented)),
    '',
    ...(await written(chip, presented, issueCounter)),
  ];
  const exchanges = script.filter((line) => line !== '').length;
  const figures = [plain(`exchanges to encode a ${technology}, ${state}`, '', exchanges)];
  for (const answerMs of [0, REAL_CARD_MS]) {
    chip.answerMs = answerMs;
    const own: number[] = [];
    const floor: number[] = [];
    // In turns, so that both meet the same moods of the machine.
    for (let at = 0; at < (answerMs === 0 ? ROUNDS : TURN); at += TURN) {
      own.push(...(await timeEncodes(chip, presented, issueCounter, TURN)));
      chip.rewind(exchanges);
      floor.push(...(await timeReplay(pcscd, script, TURN)));
    }
    const physics =
      answerMs === 0 ? 'a card that takes no time' : `a card that takes ${answerMs} ms an answer`;
    figures.push(
      cost(
        `encode and verify a ${technology}, ${state}, ${physics} (p50)`,
        'ms',
        percentile(own, 0.5) / 1e6,
        percentile(floor, 0.5) / 1e6,
        'C loop of the same APDUs',
      ),
    );
  }
  chip.answerMs = 0;
  chip.rewind();
  return figures;
}

async function looked(chip: RewindingCard, presented: PresentedCard): Promise<readonly string[]> {
  await presented.inspect(SITE, AbortSignal.timeout(10_000));
  return chip.commands.splice(0);
}

async function written(
  chip: RewindingCard,
  presented: PresentedCard,
  counter: number,
): Promise<readonly string[]> {
  await write(presented, counter);
  return chip.commands.splice(0);
}

async function write(presented: PresentedCard, issueCounter: number): Promise<void> {
  const format = formatFor(presented.card.technology, FORMATS)?.format ?? 'uid_only';
  const image: CardImage = { kind: 'record', format, record: recordFor(issueCounter) };
  await presented.write(SITE, image, { note: () => {} }, AbortSignal.timeout(10_000));
}

async function encode(presented: PresentedCard, issueCounter: number): Promise<void> {
  await presented.inspect(SITE, AbortSignal.timeout(10_000));
  await write(presented, issueCounter);
}

/** Nanoseconds of each encode. */
async function timeEncodes(
  chip: RewindingCard,
  presented: PresentedCard,
  issueCounter: number,
  rounds: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    chip.rewind();
    const began = process.hrtime.bigint();
    await encode(presented, issueCounter);
    times.push(Number(process.hrtime.bigint() - began));
  }
  return times;
}

/** Nanoseconds of each round of replay.c. */
async function timeReplay(pcscd: PcscBench, script: readonly string[], rounds: number): Promise<number[]> {
  const [reader = ''] = pcscd.readerNames;
  const env = { ...process.env, PCSCLITE_CSOCK_NAME: pcscd.socketName };
  const child = spawn(await nativeTool('replay'), [reader, String(rounds)], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(`${script.join('\n')}\n`);
  let printed = '';
  for await (const chunk of child.stdout) printed += String(chunk);
  return printed.trim().split('\n').map(Number);
}
