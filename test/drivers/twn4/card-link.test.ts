import { describe, expect, test } from 'vitest';
import { linkFor } from '../../../drivers/twn4/card-link.ts';
import { CardSession } from '../../../drivers/twn4/card-session.ts';
import { framingOf } from '../../../drivers/twn4/codec/framing.ts';
import { MessageLine } from '../../../drivers/twn4/message-line.ts';
import { Twn4Reader } from '../../../drivers/twn4/reader.ts';
import { SimpleProtocol } from '../../../drivers/twn4/simple-protocol.ts';
import type { CardLink } from '../../../src/card/link.ts';
import type { SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import { FieldCard } from '../../benches/twn4/field-card.ts';
import { lineToReader } from '../../benches/twn4/memory-line.ts';
import type { SimulatedReader } from '../../benches/twn4/simulated-reader.ts';
import { codeOf, rejectionOf } from '../../contracts/encoder-desk.ts';
import { newCard } from './greeted.ts';

const FACTORY = { kind: 'A', bytes: new Uint8Array(6).fill(0xff) } as const;
const WRONG = { kind: 'A', bytes: new Uint8Array(6).fill(0x11) } as const;
const CLASSIC = { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' } as const;
const TAG = { technology: 'ntag213', uid: '04A2C3F1D25E80' } as const;

interface Held {
  readonly link: CardLink;
  readonly session: CardSession;
  readonly card: FieldCard;
  readonly reader: SimulatedReader;
  readonly abort: AbortController;
}

/** A card that was found, for one piece of work. */
async function hold(order: SimulatedCardOrder): Promise<Held> {
  const { line, reader } = lineToReader('ascii');
  const twn4 = new Twn4Reader(new SimpleProtocol(new MessageLine(line, framingOf('ascii')), reader.version));
  const card = newCard(order);
  reader.place(card);
  const tag = await twn4.searchTag();
  if (tag === undefined) throw new Error('the card was not found');
  const abort = new AbortController();
  const session = new CardSession(twn4, tag, abort.signal);
  return { link: linkFor(order.technology, session), session, card, reader, abort };
}

async function classic(order: SimulatedCardOrder = CLASSIC) {
  const held = await hold(order);
  if (held.link.classic === undefined) throw new Error('no Classic');
  return { ...held, classic: held.link.classic };
}

async function ultralight(order: SimulatedCardOrder = TAG) {
  const held = await hold(order);
  if (held.link.ultralight?.transceive === undefined) throw new Error('no Ultralight');
  return { ...held, ultralight: held.link.ultralight, transceive: held.link.ultralight.transceive };
}

describe('a Classic', () => {
  test('is refused with a wrong key, and opened with the right one after', async () => {
    const { classic: link } = await classic();
    expect(codeOf(await rejectionOf(link.authenticate(4, WRONG)))).toBe('card_refused');
    await link.authenticate(4, FACTORY);
    expect(await link.readBlock(4)).toEqual(new Uint8Array(16));
  });
  test('that was away for a moment has no wrong key', async () => {
    const { classic: link, reader, card } = await classic();
    reader.place(new FieldCard(card.kind));
    await link.authenticate(4, FACTORY);
    expect(await link.readBlock(4)).toEqual(new Uint8Array(16));
  });
  test('that left has no wrong key', async () => {
    const { classic: link, reader } = await classic();
    reader.place(undefined);
    expect(codeOf(await rejectionOf(link.authenticate(4, FACTORY)))).toBe('card_removed');
  });
  test('is not read or written without a key', async () => {
    const { classic: link } = await classic();
    expect(codeOf(await rejectionOf(link.readBlock(4)))).toBe('card_refused');
    expect(codeOf(await rejectionOf(link.writeBlock(4, new Uint8Array(16))))).toBe('card_refused');
  });
  test('gets no trailer that would kill a sector', async () => {
    const { classic: link, card } = await classic();
    await link.authenticate(7, FACTORY);
    const before = card.exchanges;
    const error = await rejectionOf(link.writeBlock(7, new Uint8Array(16)));
    expect(codeOf(error)).toBe('card_refused');
    expect(card.exchanges).toBe(before);
  });
});

describe('an NTAG', () => {
  test('says no to a page that it has not, and goes on after', async () => {
    const { ultralight: link } = await ultralight();
    expect(codeOf(await rejectionOf(link.readPages(0xf0)))).toBe('card_refused');
    expect((await link.readPages(0)).subarray(0, 3)).toEqual(Uint8Array.of(0x04, 0xa2, 0xc3));
  });
  test('says no to a page that is locked', async () => {
    const { ultralight: link } = await ultralight();
    expect(codeOf(await rejectionOf(link.writePage(0, new Uint8Array(4))))).toBe('card_refused');
  });
  test('is written by native commands', async () => {
    const { ultralight: link, transceive } = await ultralight();
    await link.writePage(5, Uint8Array.of(1, 2, 3, 4));
    expect((await link.readPages(5)).subarray(0, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(await transceive(Uint8Array.of(0x3a, 5, 5))).toEqual(Uint8Array.of(1, 2, 3, 4));
  });
  test('that left in the middle of a write is removed, whatever it holds', async () => {
    for (const moment of ['before', 'after'] as const) {
      const { ultralight: link } = await ultralight({
        ...TAG,
        faults: { pulledAt: { exchange: 2, moment } },
      });
      expect(codeOf(await rejectionOf(link.writePage(5, Uint8Array.of(1, 2, 3, 4))))).toBe('card_removed');
    }
  });
  test('that was away for a moment is not said to have been written', async () => {
    const { ultralight: link, reader, card } = await ultralight();
    reader.place(new FieldCard(card.kind));
    expect(codeOf(await rejectionOf(link.writePage(5, Uint8Array.of(1, 2, 3, 4))))).toBe('device_timeout');
  });
  test('of which another one took the place is removed', async () => {
    const { ultralight: link, reader } = await ultralight();
    reader.place(newCard({ technology: 'ntag213', uid: '0455667788AABB' }));
    expect(codeOf(await rejectionOf(link.readPages(4)))).toBe('card_removed');
  });
});

describe('a card of ISO 14443-4', () => {
  test('gets no APDU that is too long for the reader', async () => {
    const { link, card } = await hold({ technology: 'mifare_desfire', uid: '04782E21801D80' });
    const before = card.exchanges;
    const sending = link.isoDep?.exchange(new Uint8Array(256)) ?? Promise.resolve();
    expect(codeOf(await rejectionOf(sending))).toBe('card_unsupported');
    expect(card.exchanges).toBe(before);
  });
  test('that was away for a moment has not answered', async () => {
    const { link, reader, card } = await hold({ technology: 'mifare_desfire', uid: '04782E21801D80' });
    reader.place(new FieldCard(card.kind));
    const sending = link.isoDep?.exchange(Uint8Array.of(0x90, 0x60, 0, 0, 0)) ?? Promise.resolve();
    expect(codeOf(await rejectionOf(sending))).toBe('device_timeout');
  });
});

describe('a piece of work', () => {
  test('has no exchange after one that broke off', async () => {
    const { session } = await hold(TAG);
    const broken = new EncoderError('card_removed', 'gone');
    let begun = 0;
    const exchange = (error?: Error) =>
      session.exchange(async () => {
        begun += 1;
        if (error !== undefined) throw error;
      });
    await exchange();
    await rejectionOf(exchange(new EncoderError('card_refused', 'no')));
    await exchange();
    expect(await rejectionOf(exchange(broken))).toBe(broken);
    expect(await rejectionOf(exchange())).toBe(broken);
    expect(begun).toBe(4);
  });
  test('has none once its signal has fired, or it has ended', async () => {
    const { session, abort, card } = await hold(TAG);
    const { session: ended } = await hold(TAG);
    const reason = new Error('nobody wants it any more');
    abort.abort(reason);
    ended.close();
    const before = card.exchanges;
    const look = async () => expect.unreachable();
    expect(await rejectionOf(session.exchange(look))).toBe(reason);
    expect(String(await rejectionOf(ended.exchange(look)))).toContain('had ended');
    expect(card.exchanges).toBe(before);
  });
});
