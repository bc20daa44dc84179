import { describe, expect, test } from 'vitest';
import { exchange, exchangeFrame, perform } from '../../../../src/card/desfire/exchange.ts';
import { keepBlank, keepFile, keepNothing, parsePreimage } from '../../../../src/card/desfire/preimage.ts';
import { statusError } from '../../../../src/card/desfire/status.ts';
import { versionFacts } from '../../../../src/card/desfire/version.ts';
import { differingRange } from '../../../../src/card/desfire/write-file.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { scriptedReader } from '../scripted-reader.ts';

const DATA = Uint8Array.from({ length: 110 }, (_, at) => at);
const hex = (from: number, to: number) => toHex(DATA.subarray(from, to));

function scripted(...lines: readonly (readonly [string, string])[]) {
  const reader = scriptedReader(...lines);
  return { link: { exchange: reader.transmit }, remaining: reader.remaining };
}

describe('a command', () => {
  test('without data has no Lc', async () => {
    const { link } = scripted(['90 6E 00 00 00', '00 1F 00 91 00']);
    expect(await exchange(link, 0x6e)).toEqual({ status: 0x00, data: fromHex('001F00') });
  });

  test('of more than 54 bytes goes out in frames', async () => {
    const { link, remaining } = scripted(
      [`90 3D 00 00 36 ${hex(0, 54)} 00`, '91 AF'],
      [`90 AF 00 00 36 ${hex(54, 108)} 00`, '91 AF'],
      [`90 AF 00 00 02 ${hex(108, 110)} 00`, '55 91 00'],
    );
    expect(await exchange(link, 0x3d, DATA)).toEqual({ status: 0x00, data: Uint8Array.of(0x55) });
    expect(remaining).toEqual([]);
  });

  test('of exactly one frame goes out in one', async () => {
    const { link } = scripted([`90 3D 00 00 36 ${hex(0, 54)} 00`, '91 00']);
    expect(await exchange(link, 0x3d, DATA.subarray(0, 54))).toMatchObject({ status: 0x00 });
  });

  test('ends early with an error status, and not with "done"', async () => {
    const refused = scripted([`90 3D 00 00 36 ${hex(0, 54)} 00`, '91 9D']);
    expect(await exchange(refused.link, 0x3d, DATA)).toMatchObject({ status: 0x9d });
    const done = scripted([`90 3D 00 00 36 ${hex(0, 54)} 00`, '91 00']);
    await expect(exchange(done.link, 0x3d, DATA)).rejects.toMatchObject({ code: 'device_protocol' });
  });

  test('that must succeed says what failed', async () => {
    const { link } = scripted(['90 C7 00 00 00', '91 AE']);
    await expect(perform(link, 'commit', 0xc7)).rejects.toThrow(
      'commit: the card said 91AE (wrong key, or not authenticated)',
    );
  });
});

describe('an answer', () => {
  test('in several frames is put together', async () => {
    const { link } = scripted(
      ['90 60 00 00 00', '01 02 91 AF'],
      ['90 AF 00 00 00', '03 91 AF'],
      ['90 AF 00 00 00', '91 00'],
    );
    expect(await exchange(link, 0x60)).toEqual({ status: 0x00, data: fromHex('010203') });
  });

  test('without the status of a DESFire is told', async () => {
    const { link } = scripted(['90 60 00 00 00', '6D 00']);
    await expect(exchangeFrame(link, 0x60)).rejects.toThrow('DESFire command 60: the answer is 6D00');
  });
});

test.each([
  [0x0e, 'card_unsupported', 'the memory is full'],
  [0xae, 'card_refused', 'wrong key'],
  [0xad, 'card_refused', 'makes everybody wait'],
  [0x1e, 'device_protocol', 'do not match'],
  [0x42, 'device_protocol', 'not in the manual'],
])('status %d is a %s', (status, code, meaning) => {
  const error = statusError('do it', status);
  expect(error.code).toBe(code);
  expect(error.message).toContain(meaning);
});

test.each([
  ['00000000', '00000000', undefined],
  ['00000000', '00010200', { offset: 1, length: 2 }],
  ['01000001', '02000002', { offset: 0, length: 4 }],
])('from %s to %s, what differs is written', (current, wanted, range) => {
  expect(differingRange(fromHex(current), fromHex(wanted))).toEqual(range);
});

test('what was kept of a card is found again, and nothing else is taken for it', () => {
  const content = new Uint8Array(192).fill(3);
  expect(parsePreimage(keepFile(content))).toEqual({ kind: 'file', content });
  expect(parsePreimage(keepBlank())).toEqual({ kind: 'blank' });
  expect(parsePreimage(keepNothing())).toEqual({ kind: 'nothing' });
  for (const other of ['', '03', '0000', `01${'00'.repeat(191)}`]) {
    expect(() => parsePreimage(fromHex(other)), other).toThrow('not what was kept');
  }
});

test('the version names generation, storage, batch and date', () => {
  const version = fromHex('04010133001A05 04010103001A05 04A2C3F1D25E80 BA24100000 1226');
  expect(versionFacts(version)).toEqual([
    ['Chip', 'MIFARE DESFire EV3 (hardware 33.0)'],
    ['Storage', '8192 bytes'],
    ['Batch', 'BA24100000'],
    ['Made', 'week 12 of 2026'],
  ]);
  expect(versionFacts(fromHex('04010101001905'))).toEqual([
    ['Chip', 'MIFARE DESFire EV1 (hardware 1.0)'],
    ['Storage', '4096 to 8192 bytes'],
  ]);
});
