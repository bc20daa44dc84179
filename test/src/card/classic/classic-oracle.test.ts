import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createChip } from '../../../../drivers/virtual/create-chip.ts';
import { decodeDirectory } from '../../../../src/card/classic/mad.ts';
import { toHex } from '../../../../src/card/hex.ts';
import { libnfcToolsAreAvailable, runLibnfcTool } from '../../../benches/pn532/libnfc-tools.ts';
import { Pn532Port } from '../../../benches/pn532/pn532-port.ts';
import { BLANK, recordImage, TestCard, UID } from './classic-card.ts';

/** An NDEF message: the address http://www.example.com/a. */
const MESSAGE = Buffer.from('\xD1\x01\x0E\x55\x01example.com/a', 'latin1');
/** Behind the sectors that an NDEF message of this length takes. */
const DESK = { settings: { sectors: [13, 14, 15], hasDirectory: true } };

// libfreefare's tools read and write the directory by their own code.
describe.skipIf(!libnfcToolsAreAvailable())('a card that libfreefare made an NFC Forum tag', () => {
  let port: Pn532Port;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'encoderd-classic-'));
    port = await Pn532Port.open();
  });

  afterEach(async () => {
    await port[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs a tool on the card, and keeps what it did. */
  async function runOn(card: TestCard, program: string, ...options: readonly string[]): Promise<string> {
    const chip = createChip(card.technology, UID, card.memory);
    port.chip.present(chip);
    try {
      return await runLibnfcTool(port, program, '-y', ...options);
    } finally {
      card.memory = chip.memory;
    }
  }

  test.each(['mifare_classic_1k', 'mifare_classic_4k'] as const)(
    'takes a record beside its message, in a directory that both read (%s)',
    async (technology) => {
      const card = new TestCard(technology);
      const [message, read] = [join(folder, 'message'), join(folder, 'read')];
      await writeFile(message, MESSAGE);
      await runOn(card, 'mifare-classic-write-ndef', '-i', message);
      const { isIntact } = decodeDirectory('MAD1', card.memory.subarray(16, 48));
      expect(isIntact).toBe(true);
      // The tool's own key B, D3F7D3F7D3F7, is nobody's business here: the card is refused with it.
      await expect(card.write(recordImage(), DESK)).rejects.toMatchObject({ code: 'card_refused' });
      card.memory.fill(0xff, 58, 64);
      const before = toHex(card.memory);
      await card.write(recordImage(), DESK);
      expect((await card.inspect(DESK)).content).toMatchObject({ kind: 'record', standing: 'authentic' });
      await runOn(card, 'mifare-classic-read-ndef', '-o', read);
      expect(await readFile(read)).toEqual(MESSAGE);
      await card.write(BLANK, DESK);
      expect(toHex(card.memory)).toBe(before);
    },
  );
});
