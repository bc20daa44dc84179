import { expect, test } from 'vitest';
import { PACKET_BYTES, packetsOf, payloadOf } from '../../../drivers/msr605/codec/hid-packet.ts';
import { fromHex } from '../../../src/card/hex.ts';

const headersOf = (length: number) => packetsOf(new Uint8Array(length)).map(([header]) => header);

test('a reset is one packet', () => {
  const [packet, ...others] = packetsOf(fromHex('1B61'));
  expect(others).toEqual([]);
  expect(packet).toEqual(Uint8Array.of(0xc2, 0x1b, 0x61, ...new Uint8Array(61)));
});

test('a message of 142 bytes is three packets', () => {
  expect(headersOf(142)).toEqual([0xbf, 0x3f, 0x50]);
});

test('a message that fills its packets has no empty one behind', () => {
  expect(headersOf(63)).toEqual([0xff]);
  expect(headersOf(64)).toEqual([0xbf, 0x41]);
  expect(headersOf(126)).toEqual([0xbf, 0x7f]);
});

test('a message of any length comes back from its packets, whatever fills them', () => {
  for (let length = 1; length <= 300; length++) {
    const message = Uint8Array.from({ length }, (_, at) => (at * 7) & 0xff);
    const packets = packetsOf(message);
    for (const packet of packets) {
      expect(packet).toHaveLength(PACKET_BYTES);
      packet.fill(0xa5, 1 + ((packet[0] ?? 0) & 0x3f));
    }
    expect(Uint8Array.from(packets.flatMap((packet) => [...payloadOf(packet)]))).toEqual(message);
  }
});

test('a packet carries no more than is there', () => {
  expect(payloadOf(new Uint8Array(0))).toHaveLength(0);
  expect(payloadOf(fromHex('FF1B'))).toEqual(fromHex('1B'));
  expect(payloadOf(new Uint8Array(64))).toHaveLength(0);
});
