import { isSame } from './block-cipher.ts';
import { versionParts } from './card-identity.ts';
import { type Command, DONE, needLength, numberAt, numberBytes, ordinary } from './command.ts';
import { KEY_KIND_BITS, keyBytes, keyKindOf, newKeyOf } from './keys.ts';
import { freeBytes, takeMemory } from './memory.ts';
import type { Application } from './picc.ts';
import type { PoweredCard } from './powered-card.ts';
import {
  APPLICATION_NOT_FOUND,
  AUTHENTICATION_ERROR,
  COUNT_ERROR,
  DUPLICATE,
  LENGTH_ERROR,
  PARAMETER_ERROR,
  PERMISSION_DENIED,
  Refusal,
} from './status.ts';

/** Key settings: bit 1, the directory needs no master key; bit 2, creating and deleting needs none. */
export const IS_DIRECTORY_FREE = 0x02;
export const IS_CREATION_FREE = 0x04;

const MOST_KEYS = 14;
/** An EV1 holds no more; later ones as many as their memory does. */
const MOST_APPLICATIONS_OF_EV1 = 28;
/** Application identifiers that go into one frame of GetApplicationIDs. */
const IDS_IN_FRAME = 19;

export const getVersion: Command = (card) =>
  ordinary((payload) => {
    needLength(payload, 0);
    const parts = versionParts(card.picc, card.messaging !== undefined);
    return { data: Uint8Array.from(parts.flat()), cuts: parts.slice(0, -1).map((part) => part.length) };
  });

/** It is never protected, and ends every session. */
export const selectApplication: Command = (card) => ({
  security: 'plain',
  answer: { security: 'plain' },
  run: (payload) => {
    needLength(payload, 3);
    const aid = numberAt(payload, 0, 3);
    const application = card.picc.applications.find((one) => one.aid === aid);
    if (aid !== 0 && application === undefined) throw new Refusal(APPLICATION_NOT_FOUND);
    card.select(application);
    return DONE;
  },
});

export const getApplicationIds: Command = (card) => {
  card.needPicc();
  if ((card.settings & IS_DIRECTORY_FREE) === 0) card.needMaster();
  return ordinary((payload) => {
    needLength(payload, 0);
    const ids = card.picc.applications.flatMap(({ aid }) => numberBytes(aid, 3));
    return { data: Uint8Array.from(ids), cuts: ids.length > 3 * IDS_IN_FRAME ? [3 * IDS_IN_FRAME] : [] };
  });
};

export const createApplication: Command = (card) => {
  card.needPicc();
  if ((card.settings & IS_CREATION_FREE) === 0) card.needMaster();
  return ordinary((payload) => {
    const { applications, generation } = card.picc;
    const application = orderedApplication(card, payload);
    if (application.aid === 0 || applications.some((one) => isSameApplication(one, application))) {
      throw new Refusal(DUPLICATE);
    }
    if (generation === 'ev1' && applications.length >= MOST_APPLICATIONS_OF_EV1)
      throw new Refusal(COUNT_ERROR);
    takeMemory(card.picc, 32 + application.keys.length * keyBytes(application.keyKind));
    applications.push(application);
    card.changed();
    return DONE;
  });
};

/**
 * `aid(3) settings kindAndKeys [isoId(2) [name(1 to 16)]]`. Bit 5 of `kindAndKeys` gives its files ISO identifiers;
 * bit 4 (a third byte of settings, key sets) is refused.
 */
function orderedApplication(card: PoweredCard, payload: Uint8Array): Application {
  const [settings = 0, kindAndKeys = 0] = payload.subarray(3);
  if (payload.length < 5 || payload.length > 23) throw new Refusal(LENGTH_ERROR);
  const keyKind = keyKindOf(kindAndKeys);
  const keyCount = kindAndKeys & 0x0f;
  const hasIsoIds = (kindAndKeys & 0x20) !== 0;
  if (keyKind === undefined || keyCount > MOST_KEYS || (kindAndKeys & 0x10) !== 0) {
    throw new Refusal(PARAMETER_ERROR);
  }
  const isNamed = payload.length > 5;
  if (isNamed && payload.length < 7) throw new Refusal(LENGTH_ERROR);
  return {
    aid: numberAt(payload, 0, 3),
    settings,
    keyKind,
    keys: Array.from({ length: keyCount }, () => newKeyOf(card.picc, keyKind)),
    hasIsoIds,
    ...(isNamed ? { isoId: numberAt(payload, 5, 2) } : {}),
    ...(payload.length > 7 ? { name: payload.slice(7) } : {}),
    files: [],
  };
}

/** Whether the one could be taken for the other, by any of its names. */
function isSameApplication(left: Application, right: Application): boolean {
  const isSameName = left.name && right.name && isSame(left.name, right.name);
  const isSameIsoId = left.isoId !== undefined && left.isoId === right.isoId;
  return left.aid === right.aid || isSameIsoId || isSameName === true;
}

/** One frame for each application that has an ISO identifier: `aid(3) isoId(2) name`. */
export const getDfNames: Command = (card) => {
  card.needPicc();
  if ((card.settings & IS_DIRECTORY_FREE) === 0) card.needMaster();
  return ordinary((payload) => {
    needLength(payload, 0);
    const names = card.picc.applications.flatMap(({ aid, isoId, name = new Uint8Array(0) }) =>
      isoId === undefined ? [] : [[...numberBytes(aid, 3), ...numberBytes(isoId, 2), ...name]],
    );
    return { data: Uint8Array.from(names.flat()), cuts: names.slice(0, -1).map((part) => part.length) };
  });
};

/** With the card's master key; or, where creating is free, with the application's own, on itself. */
export const deleteApplication: Command = (card) => {
  const selected = card.application;
  if (selected !== undefined && (card.picc.settings & IS_CREATION_FREE) === 0) {
    throw new Refusal(PERMISSION_DENIED);
  }
  card.needMaster();
  return ordinary((payload) => {
    needLength(payload, 3);
    const aid = numberAt(payload, 0, 3);
    const at = card.picc.applications.findIndex((one) => one.aid === aid);
    if (at < 0) throw new Refusal(APPLICATION_NOT_FOUND);
    if (selected !== undefined && selected.aid !== aid) throw new Refusal(PERMISSION_DENIED);
    card.picc.applications.splice(at, 1);
    card.changed();
    // With the application goes the session that was in it.
    if (selected !== undefined) card.select(undefined);
    return DONE;
  });
};

export const formatPicc: Command = (card) => {
  card.needPicc();
  card.needMaster();
  if (card.picc.isFormatDisabled) throw new Refusal(PERMISSION_DENIED);
  return ordinary((payload) => {
    needLength(payload, 0);
    card.picc.applications.length = 0;
    card.picc.usedBytes = 0;
    card.changed();
    return DONE;
  });
};

export const freeMemory: Command = (card) =>
  ordinary((payload) => {
    needLength(payload, 0);
    return { data: Uint8Array.from(numberBytes(freeBytes(card.picc), 3)) };
  });

/** The number that the card was made with, also where it shows a random one. Any key will do. */
export const getCardUid: Command = (card) => {
  if (card.messaging === undefined) throw new Refusal(AUTHENTICATION_ERROR);
  return {
    security: 'ordinary',
    answer: { security: 'full' },
    run: (payload) => {
      needLength(payload, 0);
      return { data: card.picc.uid.slice() };
    },
  };
};

/**
 * Option 00: bit 0 disables FormatPICC for good, bit 1 shows a random uid, for good; option 01: what the keys of new applications are.
 * Other options are refused.
 */
export const setConfiguration: Command = (card, payload) => {
  card.needPicc();
  card.needMaster();
  const [option] = payload;
  if (option !== 0x00 && option !== 0x01) throw new Refusal(PARAMETER_ERROR);
  return {
    security: 'full',
    headerBytes: 1,
    dataBytes: option === 0x00 ? 1 : 25,
    answer: { security: 'ordinary' },
    run: (clear) => {
      const { picc } = card;
      if (option === 0x01) picc.newKey = { bytes: clear.slice(1, 25), version: clear[25] ?? 0 };
      else {
        picc.isFormatDisabled ||= ((clear[1] ?? 0) & 0x01) !== 0;
        picc.isUidRandom ||= ((clear[1] ?? 0) & 0x02) !== 0;
      }
      card.changed();
      return DONE;
    },
  };
};

/** `settings kindAndKeys`. */
export const getKeySettings: Command = (card) => {
  if ((card.settings & IS_DIRECTORY_FREE) === 0) card.needMaster();
  return ordinary((payload) => {
    needLength(payload, 0);
    const { application, picc, keys } = card;
    const kind = KEY_KIND_BITS[application?.keyKind ?? picc.masterKey.kind];
    return { data: Uint8Array.of(card.settings, kind | (application?.hasIsoIds ? 0x20 : 0) | keys.length) };
  });
};
