import { describe, expect, test } from 'vitest';
import { isSamePresence, presenceFrom } from '../../../drivers/pcsc/presence.ts';
import { profileOf } from '../../../drivers/pcsc/profiles.ts';
import { fromScard, scardStatus } from '../../../drivers/pcsc/scard-errors.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';

describe('an error of PC/SC', () => {
  test.each([
    ['SCardTransmit error: Card was removed.(0x80100069)', 'card_removed'],
    ['SCardConnect error: No smart card inserted.(0x8010000c)', 'card_removed'],
    ['SCardTransmit error: Transaction failed.(0x80100016)', 'card_removed'],
    ['SCardTransmit error: (0x8010002f)', 'card_removed'],
    ['SCardConnect error: Sharing violation.(0x8010000b)', 'card_refused'],
    ['SCardConnect error: Card is unpowered.(0x80100067)', 'card_refused'],
    ['SCardConnect error: Card is not responding to reset.(0x80100066)', 'card_refused'],
    ['SCardConnect error: Reader is unavailable.(0x80100017)', 'device_lost'],
    ['SCardConnect error: Service not available.(0x8010001d)', 'device_lost'],
    ['SCardGetStatusChange error: RPC transport error.(0x80100013)', 'device_lost'],
    ['SCardConnect error: Access denied.(0x8010006a)', 'device_lost'],
    ['SCardTransmit error: (0xffffffff80100069)', 'card_removed'],
    ['SCardTransmit error: what nobody knows(0x80109999)', 'device_protocol'],
    ['Card Reader not connected', 'device_protocol'],
  ])('%s is %s', (text, code) => {
    const cause = new Error(text);
    expect(fromScard(cause, 'read the card')).toMatchObject({
      code,
      cause,
      message: expect.stringContaining('read the card: '),
    });
  });

  test('that is an EncoderError already stays what it is', () => {
    const error = new EncoderError('card_removed', 'gone');
    expect(fromScard(error, 'read the card')).toBe(error);
    expect(scardStatus(error)).toBeUndefined();
  });
});

describe('the status of a reader', () => {
  const atr = Uint8Array.of(0x3b, 0x81, 0x80, 0x01, 0x80, 0x80);

  test('tells a card, and how often one came or went', () => {
    expect(presenceFrom(0x0003_0022, atr)).toEqual({ isPresent: true, count: 3, atr });
    expect(presenceFrom(0x0002_0012, new Uint8Array(0))).toEqual({ isPresent: false });
  });

  test('tells of a mute card that it has no ATR', () => {
    expect(presenceFrom(0x0001_0222, atr)).toEqual({ isPresent: true, count: 1, atr: new Uint8Array(0) });
  });

  test('is the same card while programs connect to it, and another one when one went between', () => {
    const lies = presenceFrom(0x0001_0022, atr);
    expect(isSamePresence(lies, presenceFrom(0x0001_01a2, atr))).toBe(true);
    expect(isSamePresence(lies, presenceFrom(0x0003_0022, atr))).toBe(false);
    expect(isSamePresence(lies, presenceFrom(0x0002_0012, undefined))).toBe(false);
  });
});

describe('the profile of', () => {
  test.each([
    ['ACS ACR122U PICC Interface 00 00', { rawExchange: 'direct', loadKeyP1: 0x00 }],
    ['ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] 00 00', { rawExchange: 'transparent' }],
    ['ACS ACR1552 1S CL Reader [ACR1552 1S CL Reader PICC] 00 00', { rawExchange: 'transparent' }],
    ['HID Global OMNIKEY 5022 Smart Card Reader [OMNIKEY 5022 Smart Card Reader] 00 00', { loadKeyP1: 0x20 }],
    ['SCM Microsystems Inc. SCL3711 [SCL3711 reader & NFC device] 00 00', { loadKeyP2: 'type' }],
    ['Identiv uTrust 4701 F CL Reader [uTrust 4701 F CL Reader] (533B) 00 00', { loadKeyP2: 'slot' }],
    [
      'Duali Inc. DE-620 00 00',
      { rawExchange: 'none', authVariant: '86', loadKeyP1: 0x00, loadKeyP2: 'slot' },
    ],
  ])('%s', (name, profile) => {
    expect(profileOf(name)).toMatchObject(profile);
  });
});
