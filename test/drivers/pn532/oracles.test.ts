import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDriver } from '../../../drivers/pn532/index.ts';
import type { Pn532Card } from '../../../drivers/pn532/presented-card.ts';
import type { Chip } from '../../../drivers/virtual/chip.ts';
import { createChip } from '../../../drivers/virtual/create-chip.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import type { CardLink } from '../../../src/card/link.ts';
import type { CardSite } from '../../../src/card/program.ts';
import { libnfcToolsAreAvailable, runLibnfcTool } from '../../benches/pn532/libnfc-tools.ts';
import { Pn532Port } from '../../benches/pn532/pn532-port.ts';
import { NewsLog, patience } from '../../contracts/encoder-desk.ts';
import { KeptJournal, KeptLog, SITE as ONE_FORMAT, recordOf } from '../../contracts/encoder-site.ts';
import { presented } from './open-encoder.ts';

const SITE: CardSite = {
  ...ONE_FORMAT,
  formats: [
    { format: 'mifare_classic', sectors: [1, 2, 3], hasDirectory: false },
    { format: 'ntag', isPasswordProtected: true },
  ],
};
const PAGE_BYTES = 4;
const BLOCK_BYTES = 16;
/** An NDEF message: the address http://www.example.com/a. With another last letter: what the driver makes of it. */
const MESSAGE = Buffer.from('\xD1\x01\x0E\x55\x01example.com/a', 'latin1');
const CHANGED = `${MESSAGE.toString('latin1').slice(0, -1)}b`;
const FACTORY = { kind: 'A', bytes: new Uint8Array(6).fill(0xff) } as const;

// The tools are the proof that what this driver and the simulator make of the bytes is not a mistake that they share.
describe.skipIf(!libnfcToolsAreAvailable())(
  'between this driver and the tools of libnfc and libfreefare,',
  () => {
    let port: Pn532Port;
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'encoderd-oracles-'));
      port = await Pn532Port.open();
    });

    afterEach(async () => {
      await port[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    const run = (program: string, ...options: string[]) => runLibnfcTool(port, program, ...options);
    const file = (name: string) => join(folder, name);

    /** The driver has the port for so long. */
    async function throughDriver<T>(work: (card: Pn532Card) => Promise<T>): Promise<T> {
      const driver = createDriver({ options: { ports: [port.path] }, stateDir: folder, log: new KeptLog() });
      const end = new AbortController();
      const news = new NewsLog(driver, end.signal);
      try {
        await using encoder = await driver.open(await news.device(undefined), patience());
        return await work(await presented(encoder));
      } finally {
        end.abort();
        await news.ended;
      }
    }

    const write = (format: 'ntag' | 'mifare_classic') => (card: Pn532Card) =>
      card.write(SITE, { kind: 'record', format, record: recordOf(1) }, new KeptJournal(), patience());

    const put = (chip: Chip) => {
      port.chip.present(chip);
      return chip;
    };

    test('an NTAG that this driver wrote is read with the same bytes, page by page', async () => {
      const chip = put(createChip('ntag215', '04A2C3F1D25E80'));
      const blank = chip.memory;
      await throughDriver(write('ntag'));
      expect(chip.memory).not.toEqual(blank);
      expect(await run('nfc-mfultralight', 'r', file('dump'))).toContain('Done, 135 of 135 pages');
      // A card shows neither its password nor what it answers to that: the last two pages.
      const visible = 133 * PAGE_BYTES;
      const dump = new Uint8Array(await readFile(file('dump')));
      expect(toHex(dump.subarray(0, visible))).toBe(toHex(chip.memory.subarray(0, visible)));
    });

    test('an NTAG that nfc-mfultralight wrote is read by this driver, byte by byte', async () => {
      const chip = put(createChip('ntag213', '04A2C3F1D25E80'));
      await run('nfc-mfultralight', 'r', file('dump'));
      const dump = new Uint8Array(await readFile(file('dump')));
      for (let at = 4 * PAGE_BYTES; at < 40 * PAGE_BYTES; at++) dump[at] = (7 * at) & 0xff;
      await writeFile(file('dump'), dump);
      await run('nfc-mfultralight', 'w', file('dump'));
      const found = await throughDriver((card) =>
        card.use(async ({ ultralight }) => {
          const pages: number[] = [];
          for (let page = 4; page < 40; page += 4) pages.push(...((await ultralight?.readPages(page)) ?? []));
          return Uint8Array.from(pages);
        }, patience()),
      );
      expect(toHex(found)).toBe(toHex(dump.subarray(4 * PAGE_BYTES, 40 * PAGE_BYTES)));
      expect(chip.memory.subarray(16, 160)).toEqual(found);
    });

    test('a MIFARE Classic that this driver wrote is read with the same bytes, with the keys that it wrote', async () => {
      const chip = put(createChip('mifare_classic_1k', 'A1B2C3D4'));
      const blank = chip.memory;
      await throughDriver(write('mifare_classic'));
      expect(chip.memory).not.toEqual(blank);
      await writeFile(file('keys'), chip.memory);
      const told = await run('nfc-mfclassic', 'r', 'a', 'u', file('dump'), file('keys'), 'f');
      expect(told).toContain('64 of 64 blocks read');
      expect(toHex(await readFile(file('dump')))).toBe(toHex(chip.memory));
    });

    test('a MIFARE Classic that nfc-mfclassic wrote is read by this driver, byte by byte', async () => {
      const chip = put(createChip('mifare_classic_1k', 'A1B2C3D4'));
      await run('nfc-mfclassic', 'r', 'a', 'u', file('dump'));
      const dump = new Uint8Array(await readFile(file('dump')));
      // The tool (1.8.0) leaves the first sector as it is, and writes the first block of every other one.
      const isWritten = (block: number) => block > 3 && block % 4 === 0;
      for (let at = 0; at < dump.length; at++)
        if (isWritten(Math.floor(at / BLOCK_BYTES))) dump[at] = (3 * at) & 0xff;
      await writeFile(file('dump'), dump);
      await run('nfc-mfclassic', 'w', 'a', 'u', file('dump'));
      await throughDriver((card) =>
        card.use(async ({ classic }) => {
          for (let block = 0; block < 64; block++) {
            if (block % 4 === 0) await classic?.authenticate(block, FACTORY);
            if (!isWritten(block)) continue;
            const found = (await classic?.readBlock(block)) ?? new Uint8Array(0);
            const expected = dump.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
            expect(toHex(found)).toBe(toHex(expected));
          }
        }, patience()),
      );
      expect(chip.memory.subarray(64, 80)).toEqual(dump.subarray(64, 80));
    });

    test.each(['mifare_classic_1k', 'mifare_classic_4k'] as const)(
      'a message that libfreefare put on a %s is read by this driver, and libfreefare reads what that changes',
      async (technology) => {
        put(createChip(technology, 'A1B2C3D4'));
        await writeFile(file('message'), MESSAGE);
        await run('mifare-classic-format', '-y');
        await run('mifare-classic-write-ndef', '-y', '-i', file('message'));
        // The public key of the NFC Forum's sectors (NXP AN1305).
        const forum = { kind: 'A', bytes: fromHex('D3F7D3F7D3F7') } as const;
        await throughDriver((card) =>
          card.use(async ({ classic }) => {
            await classic?.authenticate(4, forum);
            const blocks = [
              ...((await classic?.readBlock(4)) ?? []),
              ...((await classic?.readBlock(5)) ?? []),
            ];
            const at = Buffer.from(blocks).indexOf(MESSAGE);
            expect(at).toBeGreaterThanOrEqual(0);
            blocks[at + MESSAGE.length - 1] = 'b'.charCodeAt(0);
            await classic?.writeBlock(5, Uint8Array.from(blocks.slice(16)));
          }, patience()),
        );
        await run('mifare-classic-read-ndef', '-y', '-o', file('read'));
        expect((await readFile(file('read'))).toString('latin1')).toBe(CHANGED);
      },
    );

    const apdu = async ({ isoDep }: CardLink, command: string): Promise<string> =>
      toHex((await isoDep?.exchange(fromHex(command))) ?? new Uint8Array(0));

    test('a message that libfreefare put on a DESFire is read by this driver, and libfreefare reads what that changes', async () => {
      put(createChip('mifare_desfire', '04782E21801D80', undefined, 'ev1'));
      await writeFile(file('message'), MESSAGE);
      await run('mifare-desfire-create-ndef', '-y');
      await run('mifare-desfire-write-ndef', '-y', '-i', file('message'));
      const found = await throughDriver((card) =>
        card.use(async (link) => {
          const applications = await apdu(link, '906A000000');
          const application = applications.slice(0, 6);
          expect(applications.slice(6)).toBe('9100');
          expect(await apdu(link, `905A000003${application}00`)).toBe('9100');
          // File 2: two bytes for the length, then the message.
          const read = await apdu(link, '90BD0000070202000012000000');
          const last = (2 + MESSAGE.length - 1).toString(16).padStart(2, '0');
          expect(await apdu(link, `903D00000802${last}00000100006200`)).toBe('9100');
          return read;
        }, patience()),
      );
      expect(found).toBe(`${toHex(MESSAGE)}9100`);
      await run('mifare-desfire-read-ndef', '-y', '-o', file('read'));
      expect((await readFile(file('read'))).toString('latin1')).toBe(CHANGED);
    });

    test('the tools find what the driver left behind in order', async () => {
      put(createChip('mifare_classic_1k', 'A1B2C3D4'));
      await throughDriver((card) => card.read(patience()));
      expect(await run('nfc-list')).toMatch(/NFCID1\): a1 {2}b2 {2}c3 {2}d4/);
      expect(await throughDriver(async ({ card }) => card.uid)).toBe('A1B2C3D4');
    });
  },
);
