import { parseResponseApdu } from '../../src/card/apdu.ts';
import { cardFaces } from '../../src/card/card-faces.ts';
import { accessOfTrailer } from '../../src/card/classic-access.ts';
import { CLASSIC_BLOCK_BYTES, isTrailer } from '../../src/card/classic-geometry.ts';
import { toHex } from '../../src/card/hex.ts';
import type { CardLink, ClassicLink, IsoDepLink, UltralightLink } from '../../src/card/link.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { CardTechnology } from '../../src/model/card.ts';
import type { CardSession } from './card-session.ts';
import { CRC_A_PRESET, withCrc16, withoutCrc16 } from './codec/crc16.ts';

/** How long the reader waits for a card of the Ultralight family: writing a page takes 10 ms at most. */
const FRAME_TIMEOUT_MS = 50;
const PAGE_BYTES = 4;

const READ = 0x30;
const WRITE = 0xa2;
const GET_VERSION = 0x60;
/** READ, FAST_READ and GET_VERSION, which change nothing (NXP NTAG213/215/216, section 9). */
const HARMLESS: ReadonlySet<number> = new Set([READ, 0x3a, GET_VERSION]);
/** The yes of 4 bits, as the reader gives it. */
const ACK = 0x0a;

/** What the card programs need, as far as the card and the reader have it. */
export function linkFor(technology: CardTechnology, session: CardSession): CardLink {
  return cardFaces(technology, {
    classic: () => classicLink(session),
    ultralight: () => ultralightLink(session),
    isoDep: () => isoDepLink(session),
  });
}

/** ISO14443_4_TDX: the reader does the framing of ISO/IEC 14443-4. */
export function isoDepLink(session: CardSession): IsoDepLink {
  return {
    exchange: (command) =>
      session.exchange(async () => {
        const answer = await session.reader.exchangePart4(command);
        if (answer === undefined) {
          await session.selectAgain();
          throw silentCard('exchange an APDU');
        }
        parseResponseApdu(answer);
        return answer;
      }),
  };
}

/** ISO14443_3_TDX: a frame as it stands, so its CRC_A is reckoned here. */
export function ultralightLink(session: CardSession): UltralightLink {
  const transceive = (command: Uint8Array) => session.exchange(() => exchangeFrame(session, command));
  return {
    transceive,
    async readPages(page) {
      const bytes = await transceive(Uint8Array.of(READ, page));
      if (bytes.length === 4 * PAGE_BYTES) return bytes;
      throw new EncoderError(
        'device_protocol',
        `read page ${page}: ${bytes.length} bytes came instead of 16`,
      );
    },
    async writePage(page, data) {
      requireLength('a page', data, PAGE_BYTES);
      await transceive(Uint8Array.of(WRITE, page, ...data));
    },
  };
}

async function exchangeFrame(session: CardSession, command: Uint8Array): Promise<Uint8Array> {
  const [code = 0] = command;
  const doing = `command ${toHex(command.subarray(0, 1))}`;
  const frame = withCrc16(command, CRC_A_PRESET);
  const send = () => session.reader.exchangePart3(frame, FRAME_TIMEOUT_MS, HARMLESS.has(code));
  let answer = await send();
  if (answer === undefined && code === GET_VERSION) {
    // A card that is older than the command may say nothing to it; one that was away for a moment answers now.
    await session.selectAgain();
    answer = await send();
  }
  if (answer === undefined || answer.length === 0) {
    await session.selectAgain();
    throw code === GET_VERSION ? refused(doing, 'the card says nothing to it') : silentCard(doing);
  }
  if (answer.length === 1) {
    const said = (answer[0] ?? 0) & 0x0f;
    if (said === ACK) return new Uint8Array(0);
    await session.selectAgain();
    throw refused(doing, `the card says no (${said})`);
  }
  const data = withoutCrc16(answer, CRC_A_PRESET);
  if (data !== undefined) return data;
  throw new EncoderError('device_protocol', `${doing}: ${answer.length} bytes came with a wrong CRC`);
}

function classicLink(session: CardSession): ClassicLink {
  const { reader } = session;
  const no = async (doing: string) => {
    await session.selectAgain();
    throw refused(doing, 'the card or the reader says no');
  };
  return {
    authenticate: (block, key) =>
      session.exchange(async () => {
        requireLength('a key', key.bytes, 6);
        const logIn = () => reader.classicLogin(key.bytes, key.kind, loginSectorOf(block));
        if (await logIn()) return;
        // A card that was away for a moment is no wrong key: only the second no counts.
        await session.selectAgain();
        if (!(await logIn())) await no(`authenticate for block ${block} with key ${key.kind}`);
      }),
    readBlock: (block) =>
      session.exchange(
        async () => (await reader.classicReadBlock(block)) ?? (await no(`read block ${block}`)),
      ),
    writeBlock: (block, data) =>
      session.exchange(async () => {
        requireLength('a block', data, CLASSIC_BLOCK_BYTES);
        if (isTrailer(block) && accessOfTrailer(data) === undefined) {
          const bits = toHex(data.subarray(6, 9));
          throw refused(
            `write block ${block}`,
            `the access bits ${bits} contradict themselves and would kill the sector`,
          );
        }
        if (!(await reader.classicWriteBlock(block, data))) await no(`write block ${block}`);
      }),
  };
}

function refused(doing: string, why: string): EncoderError {
  return new EncoderError('card_refused', `${doing}: ${why}`);
}

/** It is there again, and may have been away: what was in flight may or may not have happened. */
function silentCard(doing: string): EncoderError {
  return new EncoderError('device_timeout', `${doing}: the card did not answer`);
}

const FIRST_LARGE_BLOCK = 128;
const LARGE_SECTOR_BLOCKS = 16;

/** The sector that Login wants for a block: its first block divided by 4, also where a sector of a 4K has 16 blocks. */
export function loginSectorOf(block: number): number {
  const first = block < FIRST_LARGE_BLOCK ? block : block - (block % LARGE_SECTOR_BLOCKS);
  return Math.floor(first / 4);
}

function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new Error(`${what} is ${length} bytes, not ${bytes.length}`);
}
