import type { IsoDepLink } from '../../src/card/link.ts';
import { cardKey, joined } from './aes-keys.ts';
import { type DesfireCommand, DONE, MORE, openEv1, openEv2 } from './desfire-session.ts';
import { FRAME_HEAD, framedLength } from './frame.ts';
import { Shut } from './shut.ts';

/** A master key `desfire_read` and the version of the site's keys that it is of. */
export interface DesfireReadKey {
  readonly version: number;
  readonly desfireRead: Uint8Array;
}

const READ_KEY = 2;
const FILE = 1;
const FILE_LENGTH = 192;
const ILLEGAL_COMMAND = 0x1c;

/** The record's bytes (mifare-desfire.md, What a lock does). `application` as in `F48ED0`; `rndA` is 16 bytes. */
export async function readDesfire(
  link: IsoDepLink,
  uid: Uint8Array,
  application: number,
  keys: readonly DesfireReadKey[],
  rndA: Uint8Array,
): Promise<Uint8Array> {
  if (uid.length === 4 && uid[0] === 0x08) throw new Shut('no_record');
  const once = single(link);
  const whole = chained(once);
  const aid = Uint8Array.of(application, application >> 8, application >> 16);

  const selected = await whole(0x5a, aid);
  if (selected.status !== DONE) throw new Shut('no_record');
  const version = await whole(0x64, Uint8Array.of(READ_KEY));
  if (version.status !== DONE || version.data.length !== 1) throw new Shut('unreadable');
  const masterKey = keys.find((key) => key.version === version.data[0])?.desfireRead;
  if (masterKey === undefined) throw new Shut('unknown_version');
  const key = cardKey(masterKey, uid, aid, [READ_KEY]);

  const first = await once(0x71, Uint8Array.of(READ_KEY, 0));
  const isEv1 = first.status === ILLEGAL_COMMAND;
  const challenge = isEv1 ? await once(0xaa, Uint8Array.of(READ_KEY)) : first;
  if (challenge.status !== MORE || challenge.data.length !== 16) throw new Shut('unreadable');
  const read = await (isEv1 ? openEv1 : openEv2)(whole, key, challenge.data, rndA);
  const content = await read(FILE, FILE_LENGTH);
  return content.subarray(FRAME_HEAD, FRAME_HEAD + framedLength(content, FILE_LENGTH));
}

/** One APDU: `90 INS 00 00 [Lc data] 00`. */
function single(link: IsoDepLink): DesfireCommand {
  return async (ins, parameters) => {
    const body = parameters.length === 0 ? [] : joined([parameters.length], parameters);
    const answer = await link.exchange(joined([0x90, ins, 0, 0], body, [0]));
    const [sw1, status] = answer.subarray(-2);
    if (sw1 !== 0x91 || status === undefined) throw new Shut('unreadable');
    return { data: answer.subarray(0, -2), status };
  };
}

/** A command, and `AF` as long as the card has more. */
function chained(once: DesfireCommand): DesfireCommand {
  return async (ins, parameters) => {
    let answer = await once(ins, parameters);
    let data = answer.data;
    while (answer.status === MORE && data.length <= FILE_LENGTH + 32) {
      answer = await once(MORE, new Uint8Array());
      data = joined(data, answer.data);
    }
    return { data, status: answer.status };
  };
}
