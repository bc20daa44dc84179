import type { CardSite } from '../../src/card/program.ts';
import { KEY_PURPOSES, type KeyPurpose } from '../../src/card/site-keys.ts';
import type { DriverLog } from '../../src/encoder/contract.ts';
import type { CardImage, CardRecord, WriteProgress } from '../../src/model/card-record.ts';

const SITE_ID = '8a1e4d3c-1f0b-4f43-9b0e-6a3f5f1c2d4e';

/** 16 bytes that are found nowhere else: C0 to C7 for the purpose, and 15 that follow from it. */
function keyOf(purpose: KeyPurpose): Uint8Array {
  const first = 0xc0 + KEY_PURPOSES.indexOf(purpose);
  return Uint8Array.from({ length: 16 }, (_, at) => (first + 0x1d * at) & 0xff);
}

/** A site that puts an NDEF record on NTAGs. */
export const SITE: CardSite = {
  siteId: SITE_ID,
  formats: [{ format: 'ntag', isPasswordProtected: true }],
  keys: [
    {
      version: 1,
      keys: {
        record: keyOf('record'),
        ntag_password: keyOf('ntag_password'),
        classic_read: keyOf('classic_read'),
        classic_write: keyOf('classic_write'),
        desfire_master: keyOf('desfire_master'),
        desfire_write: keyOf('desfire_write'),
        desfire_read: keyOf('desfire_read'),
        desfire_picc: keyOf('desfire_picc'),
      },
    },
  ],
};

/** The credential's issue of that number. */
export function recordOf(issueCounter: number): CardRecord {
  return {
    siteId: SITE_ID,
    credentialId: '0f8fad5b-d9cb-469f-a165-70867728950e',
    issueCounter,
    startsAt: 1_789_000_000_000,
    endsAt: 1_790_000_000_000,
    entrances: [1, 7, 65_535],
    replacesLostCard: false,
  };
}

export function imageOf(issueCounter: number): CardImage {
  return { kind: 'record', format: 'ntag', record: recordOf(issueCounter) };
}

/** A journal that keeps its notes; `onFirst` is called at the first one, before the card is changed. */
export class KeptJournal {
  readonly notes: WriteProgress[] = [];
  readonly #onFirst: () => void;
  readonly #begun = Promise.withResolvers<void>();
  /** Resolves at the first note. */
  readonly begun = this.#begun.promise;

  constructor(onFirst: () => void = () => {}) {
    this.#onFirst = onFirst;
  }

  note(progress: WriteProgress): void {
    this.notes.push(progress);
    if (this.notes.length > 1) return;
    this.#begun.resolve();
    this.#onFirst();
  }
}

/** A log that keeps its lines, bytes in hexadecimal. */
export class KeptLog implements DriverLog {
  readonly lines: string[] = [];

  debug(fields: object, message: string): void {
    this.#keep(fields, message);
  }

  info(fields: object, message: string): void {
    this.#keep(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#keep(fields, message);
  }

  error(fields: object, message: string): void {
    this.#keep(fields, message);
  }

  #keep(fields: object, message: string): void {
    this.lines.push(`${message} ${JSON.stringify(fields, asHex)}`);
  }
}

/** Every key of the site as text that a log could hold. */
export function keysAsText(): string[] {
  return SITE.keys.flatMap(({ keys }) =>
    Object.values(keys).flatMap((key) => [
      Buffer.from(key).toString('hex'),
      Buffer.from(key).toString('base64'),
      JSON.stringify([...key]),
      [...key].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    ]),
  );
}

function asHex(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Error) return `${value.stack} ${JSON.stringify(value.cause, asHex)}`;
  return value;
}
