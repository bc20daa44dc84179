import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Chip } from '../../../drivers/virtual/chip.ts';
import { createChip } from '../../../drivers/virtual/create-chip.ts';
import { toHex } from '../../../src/card/hex.ts';
import { DESFIRE_GENERATIONS } from '../../../src/encoder/contract.ts';
import { libnfcToolsAreAvailable, runLibnfcTool } from './libnfc-tools.ts';
import { Pn532Port } from './pn532-port.ts';

const UID = '04782E21801D80';
/** An NDEF message: the address http://www.example.com/a. */
const MESSAGE = Buffer.from('\xD1\x01\x0E\x55\x01example.com/a', 'latin1');

// The tools were made by others, for real cards: what they make of the simulated ones is the test.
describe.skipIf(!libnfcToolsAreAvailable())('the tools of libnfc and libfreefare, through a PN532,', () => {
  let port: Pn532Port;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'encoderd-libnfc-'));
    port = await Pn532Port.open();
  });

  afterEach(async () => {
    await port[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (program: string, ...options: string[]) => runLibnfcTool(port, program, ...options);
  const put = (card: Chip) => port.chip.present(card);
  const file = (name: string) => join(folder, name);

  test('find no card where there is none', async () => {
    expect(await run('nfc-list')).not.toContain('NFCID1');
  });

  // Debian has this tool in the package libnfc-examples.
  test.each([
    ['mifare_classic_1k', 'A1B2C3D4', /NFCID1\): a1 {2}b2 {2}c3 {2}d4/],
    ['mifare_desfire', UID, /NFCID1\): 04 {2}78 {2}2e {2}21 {2}80 {2}1d {2}80/],
  ] as const)('let the chip look for a %s by itself', async (technology, uid, told) => {
    put(createChip(technology, uid));
    const polled = run('nfc-poll');
    // It has found the card, and waits until that is taken away.
    const found = () => port.board.commands.includes(0x60) && port.board.commands.at(-1) !== 0x60;
    await expect.poll(found).toBe(true);
    port.chip.present(undefined);
    expect(await polled).toMatch(told);
  });

  test.each(DESFIRE_GENERATIONS)('tell a DESFire %s and what is free on it', async (generation) => {
    put(createChip('mifare_desfire', UID, undefined, generation));
    expect(await run('nfc-list', '-v')).toContain('MIFARE DESFire EV1');
    const told = await run('mifare-desfire-info');
    expect(told).toContain('0x04782e21801d80');
    expect(told).toContain({ ev1: 'Version:              1.0', ev2: '18.0', ev3: '51.0' }[generation]);
    expect(told).toContain('Master Key settings (0x0f)');
    expect(told).toContain('Free memory: 7936 bytes');
  });

  test('make a DESFire an NFC Forum tag, write a message, read it, and format the card', async () => {
    put(createChip('mifare_desfire', UID, undefined, 'ev1'));
    await writeFile(file('message'), MESSAGE);
    await run('mifare-desfire-create-ndef', '-y');
    await run('mifare-desfire-write-ndef', '-y', '-i', file('message'));
    await run('mifare-desfire-read-ndef', '-y', '-o', file('read'));
    expect(await readFile(file('read'))).toEqual(MESSAGE);
    expect(await run('mifare-desfire-info')).not.toContain('Free memory: 7936 bytes');
    await run('mifare-desfire-format', '-y');
    expect(await run('mifare-desfire-info')).toContain('Free memory: 7936 bytes');
  });

  test('write and read an enciphered file on a DESFire, and hear no refusal', async () => {
    const card = createChip('mifare_desfire', UID);
    const statuses: string[] = [];
    const exchange = card.exchange.bind(card);
    put(
      Object.assign(card, {
        exchange: (command: Uint8Array) => {
          const answer = exchange(command);
          if (answer.kind === 'data') statuses.push(toHex(answer.bytes.slice(-2)));
          return answer;
        },
      }),
    );
    await run('mifare-desfire-access');
    expect(statuses.length).toBe(15);
    expect(new Set(statuses)).toEqual(new Set(['9100', '91AF']));
  });

  test('configure the keys of a DESFire and give it a random uid', async () => {
    const card = createChip('mifare_desfire', UID, undefined, 'ev1');
    put(card);
    await run('mifare-desfire-ev1-configure-default-key', '-y');
    await run('mifare-desfire-ev1-configure-random-uid', '-y');
    put(createChip('mifare_desfire', UID, card.memory));
    expect(await run('nfc-list')).toMatch(/UID \(NFCID3\): 08/);
    expect(await run('mifare-desfire-info')).toContain('Use random UID: yes');
  });

  test('dump a MIFARE Classic 1K and write it back', async () => {
    put(createChip('mifare_classic_1k', 'A1B2C3D4'));
    expect(await run('nfc-mfclassic', 'r', 'a', 'u', file('dump'))).toContain('64 of 64 blocks read');
    await run('nfc-mfclassic', 'w', 'a', 'u', file('dump'));
    const dump = await readFile(file('dump'));
    expect(dump.subarray(0, 4).toString('hex')).toBe('a1b2c3d4');
    expect(dump.length).toBe(1024);
  });

  test.each(['mifare_classic_1k', 'mifare_classic_4k'] as const)(
    'make a %s an NFC Forum tag, write a message and read it',
    async (technology) => {
      put(createChip(technology, 'A1B2C3D4'));
      await writeFile(file('message'), MESSAGE);
      await run('mifare-classic-format', '-y');
      await run('mifare-classic-write-ndef', '-y', '-i', file('message'));
      await run('mifare-classic-read-ndef', '-y', '-o', file('read'));
      expect(await readFile(file('read'))).toEqual(MESSAGE);
    },
  );

  test.each([
    ['ntag213', 45],
    ['ntag215', 135],
    ['ntag216', 231],
  ] as const)('dump an %s with its %i pages', async (technology, pages) => {
    put(createChip(technology, '04A2C3F1D25E80'));
    expect(await run('nfc-mfultralight', 'r', file('dump'))).toContain(`Done, ${pages} of ${pages} pages`);
    expect((await readFile(file('dump'))).subarray(0, 3).toString('hex')).toBe('04a2c3');
  });
});
