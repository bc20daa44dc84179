import type { CardLink } from '../../src/card/link.ts';
import { areEqual, cardKey, cmac } from './aes-keys.ts';
import { readClassic } from './classic-reading.ts';
import { readDesfire } from './desfire-reading.ts';
import { readNtag } from './ntag-reading.ts';
import { type Reason, Shut } from './shut.ts';
import { type CredentialRecord, hex, readRecord } from './strict-record.ts';

/** The master keys of one version that record.md gives to a lock, 16 bytes each. */
export interface LockKeys {
  readonly version: number;
  readonly record: Uint8Array;
  readonly classicRead: Uint8Array;
  readonly desfireRead: Uint8Array;
}

/** Issue counters by credential (hex of its UUID); on a real lock it outlives a change of batteries. */
export interface CounterMemory {
  get(credentialId: string): number | undefined;
  set(credentialId: string, issueCounter: number): unknown;
}

export interface LockSettings {
  /** The newest first. */
  readonly siteKeys: readonly LockKeys[];
  /** A UUID. */
  readonly siteId: string;
  readonly entranceNumber: number;
  /** Seconds since 1970; undefined once the time is lost. */
  readonly now: () => number | undefined;
  readonly memory: CounterMemory;
  readonly classicSectors?: readonly number[];
  readonly desfireApplication?: number;
  /** 16 bytes that nobody can foresee. */
  readonly random?: () => Uint8Array;
}

export interface Outcome {
  readonly opens: boolean;
  readonly why: Reason | 'valid';
  /** Absent unless the tag was right for this card. */
  readonly record?: CredentialRecord;
}

export interface Lock {
  /** `card.uid` is from the selection. Never rejects: whatever fails, the door stays shut. */
  present(link: CardLink, card: { readonly uid: Uint8Array }): Promise<Outcome>;
}

/**
 * A lock, built from docs/card-formats alone: it shares no line with the programs that write cards, so that what it
 * opens for is what the pages say.
 */
export function openLock(settings: LockSettings): Lock {
  return {
    present: async (link, { uid }) => {
      let record: CredentialRecord | undefined;
      try {
        const bytes = await readCard(settings, link, uid);
        record = verified(settings, bytes, uid);
        checkCounter(settings.memory, record);
        checkTimes(settings.now(), record);
        if (!record.entrances.includes(settings.entranceNumber)) throw new Shut('other_entrance');
        return { opens: true, why: 'valid', record };
      } catch (error) {
        const why = error instanceof Shut ? error.reason : 'unreadable';
        return { opens: false, why, ...(record && { record }) };
      }
    },
  };
}

function readCard(settings: LockSettings, link: CardLink, uid: Uint8Array): Promise<Uint8Array> {
  const {
    siteKeys,
    classicSectors = [1, 2, 3],
    desfireApplication = 0xf48ed0,
    random = randomBytes,
  } = settings;
  if (link.isoDep) return readDesfire(link.isoDep, uid, desfireApplication, siteKeys, random());
  if (link.classic) return readClassic(link.classic, uid, classicSectors, siteKeys);
  if (link.ultralight) return readNtag(link.ultralight);
  throw new Shut('unreadable');
}

/** record.md, What a lock does, steps 2 to 6. */
function verified({ siteKeys, siteId }: LockSettings, bytes: Uint8Array, uid: Uint8Array): CredentialRecord {
  const record = readRecord(bytes);
  if (record.siteId !== siteId.replaceAll('-', '').toLowerCase()) throw new Shut('other_site');
  if (hex(record.uid) !== hex(uid)) throw new Shut('copied');
  const masterKey = siteKeys.find(({ version }) => version === record.keyVersion)?.record;
  if (masterKey === undefined) throw new Shut('unknown_version');
  const key = cardKey(masterKey, uid, [0x52, 0x45, 0x43]);
  if (!areEqual(cmac(key, record.payload), record.tag)) throw new Shut('altered');
  return record;
}

/** Step 7: also a card that a later step refuses has shown that the ones before it are void. */
function checkCounter(memory: CounterMemory, { credentialId, issueCounter }: CredentialRecord): void {
  const known = memory.get(credentialId);
  if (known !== undefined && known > issueCounter) throw new Shut('replaced');
  if (known !== issueCounter) memory.set(credentialId, issueCounter);
}

/** Step 8. */
function checkTimes(now: number | undefined, { startsAt, endsAt }: CredentialRecord): void {
  if (startsAt === undefined && endsAt === undefined) return;
  if (now === undefined) throw new Shut('time_lost');
  if (startsAt !== undefined && now < startsAt) throw new Shut('not_yet_valid');
  if (endsAt !== undefined && now >= endsAt) throw new Shut('expired');
}

function randomBytes(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(16));
}
