import { describe, expect, test } from 'vitest';
import { type ChipAnswer, SILENCE } from '../../../drivers/virtual/chip.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import type { CardLink } from '../../../src/card/link.ts';
import type { PlacedCard } from '../../benches/pn532/placed-card.ts';
import { patience } from '../../contracts/encoder-desk.ts';
import { CLASSIC, cardOf, oddCard, openEncoder, presented, TAG } from './open-encoder.ts';

const data = (hex: string): ChipAnswer => ({ kind: 'data', bytes: fromHex(hex) });
const NAK: ChipAnswer = { kind: 'nak', code: 0 };
const FACTORY = { kind: 'A', bytes: new Uint8Array(6).fill(0xff) } as const;
const WRONG = { kind: 'A', bytes: Uint8Array.of(1, 2, 3, 4, 5, 6) } as const;

/** Work on the one card that lies there, and the board under it. */
async function workWith<T>(card: PlacedCard, work: (link: CardLink) => Promise<T>) {
  const { encoder, board } = await openEncoder({}, card);
  const shown = await presented(encoder);
  return { shown, board, result: await shown.use(work, patience()).catch((error: unknown) => error) };
}

describe('the kind of a card', () => {
  test.each([
    ['mifare_classic_1k', 'A1B2C3D4'],
    ['mifare_classic_1k', '04A1B2C3D4E5F6'],
    ['mifare_classic_4k', 'A1B2C3D4'],
    ['mifare_ultralight_ev1_48', '04A1B2C3D4E5F6'],
    ['mifare_ultralight_ev1_128', '04A1B2C3D4E5F6'],
    ['ntag213', '04A1B2C3D4E5F6'],
    ['ntag216', '04A1B2C3D4E5F6'],
    ['mifare_desfire', '04A1B2C3D4E5F6'],
    ['uid_only', 'A1B2C3D4'],
    ['uid_only', '04A1B2C3D4E5F6'],
    ['uid_only', '04A1B2C3D4E5F6071829'],
  ] as const)('%s with the uid %s', async (technology, uid) => {
    const { encoder } = await openEncoder({}, cardOf({ technology, uid }));
    expect((await presented(encoder)).card).toEqual({ technology, uid });
  });

  test.each([
    ['09', 'mifare_classic_mini', SILENCE],
    ['88', 'mifare_classic_1k', SILENCE],
    ['10', 'uid_only', SILENCE],
    // An Ultralight without GET_VERSION shows its pages; what looks like one and does not is no Ultralight.
    ['00', 'mifare_ultralight', data('00112233445566778899AABBCCDDEEFF')],
    ['00', 'uid_only', NAK],
    ['20', 'iso14443_4', data('6E00')],
    ['28', 'iso14443_4', data('6D00')],
    ['60', 'iso14443_4', data('9000')],
  ])('with SAK %s is %s', async (sak, technology, answer) => {
    const uid = fromHex('04A1B2C3D4E5F6');
    const exchange = ([code]: Uint8Array) => (code === 0x60 && sak === '00' ? NAK : answer);
    const { encoder } = await openEncoder({}, oddCard({ sak: Number.parseInt(sak, 16), uid, exchange }));
    expect((await presented(encoder)).card.technology).toBe(technology);
  });
});

describe('MIFARE Classic', () => {
  test('opens, reads and writes blocks, also with a uid of 7 bytes', async () => {
    const card = cardOf({ technology: 'mifare_classic_1k', uid: '04A1B2C3D4E5F6' });
    const block = new Uint8Array(16).fill(0x5a);
    const { result } = await workWith(card, async ({ classic }) => {
      await classic?.authenticate(4, FACTORY);
      await classic?.writeBlock(5, block);
      return classic?.readBlock(5);
    });
    expect(result).toEqual(block);
  });

  test('is selected anew after a key that was wrong, so that the next one is tried at once', async () => {
    const { result } = await workWith(cardOf(CLASSIC), async ({ classic }) => {
      await expect(classic?.authenticate(4, WRONG)).rejects.toMatchObject({ code: 'card_refused' });
      await expect(classic?.readBlock(4)).rejects.toMatchObject({ code: 'card_refused' });
      await classic?.authenticate(4, FACTORY);
      return classic?.readBlock(4);
    });
    expect(result).toEqual(new Uint8Array(16));
  });

  test('gets no trailer whose access bits contradict themselves', async () => {
    const card = cardOf(CLASSIC);
    const before = card.chip.memory;
    const { result } = await workWith(card, async ({ classic }) => {
      await classic?.authenticate(4, FACTORY);
      await classic?.writeBlock(7, new Uint8Array(16));
    });
    expect(result).toMatchObject({
      code: 'card_refused',
      message: expect.stringContaining('kill the sector'),
    });
    expect(card.chip.memory).toEqual(before);
  });

  test('takes keys of 6 bytes and blocks of 16, no others', async () => {
    const { result } = await workWith(cardOf(CLASSIC), async ({ classic }) => {
      await expect(classic?.authenticate(4, { kind: 'B', bytes: new Uint8Array(5) })).rejects.toThrow(
        '6 bytes, not 5',
      );
      await expect(classic?.writeBlock(4, new Uint8Array(4))).rejects.toThrow('16 bytes, not 4');
    });
    expect(result).toBeUndefined();
  });
});

describe('Ultralight and NTAG', () => {
  test('reads and writes pages, and passes native commands on', async () => {
    const { result } = await workWith(cardOf(TAG), async ({ ultralight }) => {
      await ultralight?.writePage(10, fromHex('CAFEBABE'));
      const pages = await ultralight?.readPages(10);
      const version = await ultralight?.transceive?.(Uint8Array.of(0x60));
      return [pages, version].map((bytes) => toHex(bytes ?? new Uint8Array(0)));
    });
    expect(result).toEqual(['CAFEBABE'.padEnd(32, '0'), '0004040201001103']);
  });

  test('says no to a page that there is not, and goes on', async () => {
    const { result } = await workWith(cardOf(TAG), async ({ ultralight }) => {
      await expect(ultralight?.readPages(200)).rejects.toMatchObject({ code: 'card_refused' });
      await expect(ultralight?.writePage(200, new Uint8Array(4))).rejects.toMatchObject({
        code: 'card_refused',
      });
      await expect(ultralight?.transceive?.(Uint8Array.of(0x1b, 1, 2, 3, 4))).rejects.toMatchObject({
        code: 'card_refused',
      });
      return toHex((await ultralight?.readPages(0)) ?? new Uint8Array(0)).slice(0, 6);
    });
    expect(result).toBe('04B1C2');
  });

  test.each(['before', 'after'] as const)(
    'pulled %s any exchange has left, and never said no',
    async (moment) => {
      for (let exchange = 4; exchange <= 8; exchange++) {
        const { result, shown } = await workWith(
          cardOf(TAG, { pulledAt: { exchange, moment } }),
          async (link) => {
            for (let page = 4; page <= 8; page++) await link.ultralight?.writePage(page, new Uint8Array(4));
          },
        );
        expect(result).toMatchObject({ code: 'card_removed' });
        expect(shown.removed.aborted).toBe(true);
      }
    },
  );
});

describe('ISO/IEC 14443-4', () => {
  const echo = (lengthOfAnswer: (command: Uint8Array) => number) =>
    oddCard({
      sak: 0x20,
      uid: fromHex('04A1B2C3D4E5F6'),
      exchange: (command) =>
        command[1] === 0x60
          ? data('6D00')
          : {
              kind: 'data',
              bytes: Uint8Array.from({ length: lengthOfAnswer(command) }, (_, at) => at & 0xff),
            },
    });

  test.each([0x02, 0xfc, 0xfd, 0x102, 0x106, 0x107, 0x300])(
    'brings %i bytes of an answer',
    async (length) => {
      const { result } = await workWith(
        echo(() => length),
        ({ isoDep }) => isoDep?.exchange(fromHex('00B0000000')) ?? Promise.reject(new Error('no APDUs')),
      );
      expect(result).toEqual(Uint8Array.from({ length }, (_, at) => at & 0xff));
    },
  );

  test.each([5, 261, 262, 263, 600])(
    'takes %i bytes of a command to the card, in one piece',
    async (length) => {
      const lengths: number[] = [];
      const card = echo((command) => {
        lengths.push(command.length);
        return 2;
      });
      await workWith(
        card,
        ({ isoDep }) => isoDep?.exchange(new Uint8Array(length)) ?? Promise.reject(new Error()),
      );
      expect(lengths).toEqual([length]);
    },
  );

  test('that is torn away has left; one that stays and is silent is told as too slow', async () => {
    const isSilent = (command: Uint8Array) => command[1] !== 0x60;
    const exchange = (command: Uint8Array) => (isSilent(command) ? SILENCE : data('6D00'));
    const mute = oddCard({ sak: 0x20, uid: fromHex('04A1B2C3D4E5F6'), exchange });
    const work = ({ isoDep }: CardLink) =>
      isoDep?.exchange(fromHex('00B0000000')) ?? Promise.reject(new Error('no APDUs'));
    expect((await workWith(mute, work)).result).toMatchObject({ code: 'device_timeout' });
    const torn = oddCard({
      sak: 0x20,
      uid: fromHex('04A1B2C3D4E5F6'),
      exchange: (command) => {
        if (isSilent(command)) torn.leave();
        return exchange(command);
      },
    });
    expect((await workWith(torn, work)).result).toMatchObject({ code: 'card_removed' });
  });
});

describe('after an exchange that broke off', () => {
  const BROKEN: readonly [string, number, string][] = [
    ['wrong parity', 0x03, 'card_removed'],
    ['two cards at once', 0x06, 'card_removed'],
    ['a field that is off', 0x0a, 'card_removed'],
    ['a broken protocol', 0x0b, 'card_removed'],
    ['heat', 0x0d, 'device_protocol'],
    ['a card that is not selected', 0x27, 'card_removed'],
    ['a card that disappeared', 0x2b, 'card_removed'],
    ['too much current', 0x2d, 'device_protocol'],
    ['a status that no manual has', 0x3e, 'device_protocol'],
  ];

  test.each(BROKEN)('by %s (%i) none follows', async (_, status, code) => {
    const { encoder, board } = await openEncoder({}, cardOf(TAG));
    const shown = await presented(encoder);
    const asked: number[] = [];
    const result = shown.use(async ({ ultralight }) => {
      board.chip.failNext(status);
      await expect(ultralight?.writePage(4, new Uint8Array(4))).rejects.toMatchObject({ code });
      asked.push(board.commands.length);
      await expect(ultralight?.readPages(4)).rejects.toMatchObject({ code });
      await expect(ultralight?.transceive?.(Uint8Array.of(0x60))).rejects.toMatchObject({ code });
      asked.push(board.commands.length);
    }, patience());
    await result;
    expect(asked[1]).toBe(asked[0]);
  });

  test.each([0x01, 0x02, 0x04, 0x05, 0x13, 0x14])(
    'status %i is a no where the card lies there still',
    async (status) => {
      const { encoder, board } = await openEncoder({}, cardOf(TAG));
      const shown = await presented(encoder);
      await shown.use(async ({ ultralight }) => {
        board.chip.failNext(status);
        await expect(ultralight?.writePage(4, new Uint8Array(4))).rejects.toMatchObject({
          code: 'card_refused',
        });
        await ultralight?.readPages(4);
      }, patience());
    },
  );

  test.each([0x07, 0x09, 0x0e])(
    'status %i is a command that the chip cannot carry, and others follow',
    async (status) => {
      const { encoder, board } = await openEncoder({}, cardOf(TAG));
      const shown = await presented(encoder);
      await shown.use(async ({ ultralight }) => {
        board.chip.failNext(status);
        const fastRead = ultralight?.transceive?.(Uint8Array.of(0x3a, 0, 100));
        await expect(fastRead).rejects.toMatchObject({ code: 'card_unsupported' });
        await ultralight?.readPages(4);
      }, patience());
    },
  );

  test('work that has ended has no way to the card any more', async () => {
    const { encoder } = await openEncoder({}, cardOf(TAG));
    const shown = await presented(encoder);
    const kept = await shown.use(async (link) => link, patience());
    await expect(kept.ultralight?.readPages(4)).rejects.toThrow('had ended');
  });

  test('a second card that was just put there is left alone', async () => {
    const tag = cardOf(TAG);
    const { encoder, board } = await openEncoder({}, tag);
    const shown = await presented(encoder);
    const other = cardOf({ technology: 'ntag215', uid: '0455667788AABB' });
    const before = other.chip.memory;
    board.chip.place(other, tag);
    await shown.use(async ({ ultralight }) => ultralight?.writePage(4, fromHex('CAFEBABE')), patience());
    expect(toHex(tag.chip.memory.subarray(16, 20))).toBe('CAFEBABE');
    expect(other.chip.memory).toEqual(before);
  });

  test('another card that lies there is not taken for the one that was meant', async () => {
    const { encoder, board } = await openEncoder({}, cardOf(TAG));
    const shown = await presented(encoder);
    const other = cardOf({ technology: 'ntag215', uid: '0455667788AABB' });
    const before = other.chip.memory;
    const work = shown.use(async ({ ultralight }) => {
      board.chip.place(other);
      for (let page = 4; page < 8; page++) await ultralight?.writePage(page, new Uint8Array(4));
    }, patience());
    await expect(work).rejects.toMatchObject({ code: 'card_removed' });
    expect(other.chip.memory).toEqual(before);
  });
});
