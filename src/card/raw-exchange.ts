import { EncoderError } from '../encoder/errors.ts';
import { describeStatus, STATUS_OK } from './apdu.ts';
import { toHex } from './hex.ts';
import { sendPseudoApdu, type Transmit } from './pseudo-apdu.ts';

/**
 * A native command of the card through an ACR122U: its PN532 gets InCommunicateThru, D4 42 (API manual of the ACR122U, section
 * "Direct Transmit"; PN532 user manual, section 7.3.9). Answers `D5 43 status data`; status 01 is a card that said no or nothing,
 * which this reader does not tell apart.
 */
export async function exchangeDirect(transmit: Transmit, command: Uint8Array): Promise<Uint8Array> {
  const doing = `command ${toHex(command.subarray(0, 1))} by direct transmit`;
  const answer = await sendPseudoApdu(transmit, doing, {
    ins: 0x00,
    p1: 0x00,
    p2: 0x00,
    data: Uint8Array.of(0xd4, 0x42, ...command),
  });
  const [reply, code, status] = answer;
  if (reply !== 0xd5 || code !== 0x43 || status === undefined) {
    throw new EncoderError(
      'device_protocol',
      `${doing}: the answer ${toHex(answer)} does not begin with D5 43`,
    );
  }
  if ((status & 0x3f) !== 0) {
    throw new EncoderError('card_refused', `${doing}: PN532 status ${toHex(Uint8Array.of(status))}`);
  }
  return answer.slice(3);
}

/** How long the reader waits for the card, in microseconds: an EEPROM write takes 4 ms. */
const TRANSPARENT_TIMEOUT_US = 50_000;

/**
 * A native command by the transparent session of PC/SC part 3, amendment 1: start, switch to ISO/IEC 14443-3 type A, exchange, end.
 * The session is ended whatever the card said.
 */
export async function exchangeTransparent(transmit: Transmit, command: Uint8Array): Promise<Uint8Array> {
  const session = (doing: string, p2: number, data: readonly number[]) =>
    sendPseudoApdu(transmit, doing, { ins: 0xc2, p1: 0x00, p2, data: Uint8Array.from(data), le: 256 });
  const timer = new DataView(new ArrayBuffer(4));
  timer.setUint32(0, TRANSPARENT_TIMEOUT_US, true);
  const timerBytes = new Uint8Array(timer.buffer);

  await session('start a transparent session', 0x00, [0x81, 0x00]);
  let answer: Uint8Array;
  try {
    await session('switch to ISO/IEC 14443-3', 0x02, [0x8f, 0x02, 0x00, 0x03]);
    answer = await session(`command ${toHex(command.subarray(0, 1))} by transparent exchange`, 0x01, [
      ...[0x5f, 0x46, timerBytes.length, ...timerBytes],
      ...[0x95, command.length, ...command],
    ]);
  } catch (error) {
    await session('end the transparent session', 0x00, [0x82, 0x00]).catch(() => {});
    throw error;
  }
  await session('end the transparent session', 0x00, [0x82, 0x00]);
  return cardDataOf(answer);
}

/** The value of tag 97 (what the card sent) in a list of simple TLVs; tag C0 carries the reader's own status word. */
function cardDataOf(answer: Uint8Array): Uint8Array {
  let card = new Uint8Array(0);
  for (let at = 0; at + 2 <= answer.length; ) {
    const tag = answer[at];
    const length = answer[at + 1] ?? 0;
    const value = answer.slice(at + 2, at + 2 + length);
    if (value.length !== length) {
      throw new EncoderError(
        'device_protocol',
        `transparent exchange: the answer ${toHex(answer)} ends early`,
      );
    }
    const [, sw1 = 0, sw2 = 0] = value;
    if (tag === 0xc0 && sw1 * 256 + sw2 !== STATUS_OK) {
      throw new EncoderError('card_refused', `transparent exchange: ${describeStatus(sw1 * 256 + sw2)}`);
    }
    if (tag === 0x97) card = value;
    at += 2 + length;
  }
  return card;
}
