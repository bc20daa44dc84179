import { isSame, xor } from './block-cipher.ts';
import { type Command, DONE, needLength, ordinary } from './command.ts';
import { crc16, crc32 } from './crc.ts';
import { keyBytes, keyKindOf, versionOf } from './keys.ts';
import type { Messaging } from './messaging.ts';
import type { CardKey, KeyKind } from './picc.ts';
import { MASTER_KEY, type PoweredCard } from './powered-card.ts';
import {
  AUTHENTICATION_ERROR,
  INTEGRITY_ERROR,
  LENGTH_ERROR,
  NO_SUCH_KEY,
  PARAMETER_ERROR,
  PERMISSION_DENIED,
  Refusal,
} from './status.ts';

/** Key settings: bit 0, the master key may be changed; bit 3, the settings may. */
const IS_MASTER_KEY_CHANGEABLE = 0x01;
const ARE_SETTINGS_CHANGEABLE = 0x08;
/** High digit of an application's key settings: every key is changed with itself, or none is. */
const CHANGED_WITH_ITSELF = 0xe;
const FROZEN = 0xf;

export const getKeyVersion: Command = (card) =>
  ordinary((payload) => {
    needLength(payload, 1);
    return { data: Uint8Array.of(versionOf(card.key(payload[0] ?? 0))) };
  });

export const changeKeySettings: Command = (card) => {
  card.needMaster();
  if ((card.settings & ARE_SETTINGS_CHANGEABLE) === 0) throw new Refusal(PERMISSION_DENIED);
  return {
    security: 'full',
    headerBytes: 0,
    dataBytes: 1,
    answer: { security: 'ordinary' },
    run: ([settings = 0]) => {
      (card.application ?? card.picc).settings = settings;
      card.changed();
      return DONE;
    },
  };
};

/**
 * `keyNumber`, then enciphered the new key (its exclusive-or with the old one, unless it is the key that is authenticated), the version of an AES key,
 * and for another key than the authenticated one a checksum of the new key. The key of the card itself changes its kind by the high bits of the key number.
 */
export const changeKey: Command = (card, payload) => {
  const { messaging } = card;
  if (messaging === undefined) throw new Refusal(AUTHENTICATION_ERROR);
  const [which] = payload;
  if (which === undefined) throw new Refusal(LENGTH_ERROR);
  const isPiccKey = card.application === undefined;
  const keyNumber = isPiccKey ? which & 0x3f : which;
  const old = card.key(keyNumber);
  const kind = isPiccKey ? keyKindOf(which) : old.kind;
  if (kind === undefined) throw new Refusal(PARAMETER_ERROR);
  checkMayChange(card, messaging, keyNumber);
  const isOwn = messaging.keyNumber === keyNumber;
  const checksum = messaging.name === 'legacy' ? crc16 : crc32;
  return {
    security: 'full',
    headerBytes: 1,
    dataBytes: keyBytes(kind) + (kind === 'aes' ? 1 : 0),
    trailerBytes: isOwn ? 0 : checksum(Uint8Array.of()).length,
    answer: { security: 'ordinary' },
    run: (clear) => {
      const sent = clear.subarray(1);
      const key = sentKey(kind, sent, isOwn ? undefined : old);
      const check = sent.subarray(keyBytes(kind) + (kind === 'aes' ? 1 : 0));
      if (!isOwn && !isSame(check, checksum(key.bytes))) throw new Refusal(INTEGRITY_ERROR);
      if (card.application === undefined) card.picc.masterKey = key;
      else card.application.keys[keyNumber] = key;
      card.changed();
      // The session was made with the key that is no more; its answer carries no MAC.
      if (isOwn) card.messaging = undefined;
      return DONE;
    },
  };
};

function sentKey(kind: KeyKind, sent: Uint8Array, old: CardKey | undefined): CardKey {
  const bytes = sent.slice(0, keyBytes(kind));
  return {
    kind,
    bytes: old === undefined ? bytes : xor(bytes, old.bytes),
    version: kind === 'aes' ? (sent[keyBytes(kind)] ?? 0) : 0,
  };
}

/** NXP MF3D(H)x3, "Application key settings": which key has to be authenticated for the change of which. */
function checkMayChange(card: PoweredCard, messaging: Messaging, keyNumber: number): void {
  const changer = card.settings >> 4;
  if (keyNumber === MASTER_KEY) {
    card.needMaster();
    if ((card.settings & IS_MASTER_KEY_CHANGEABLE) === 0) throw new Refusal(PERMISSION_DENIED);
    return;
  }
  if (card.application === undefined) throw new Refusal(NO_SUCH_KEY);
  if (changer === FROZEN) throw new Refusal(PERMISSION_DENIED);
  const needed = changer === CHANGED_WITH_ITSELF ? keyNumber : keyNumber === changer ? MASTER_KEY : changer;
  if (messaging.keyNumber !== needed) throw new Refusal(AUTHENTICATION_ERROR);
}
