import type { Messaging } from './messaging.ts';
import type { Application, CardFile, CardKey, Picc } from './picc.ts';
import { AUTHENTICATION_ERROR, FILE_NOT_FOUND, NO_SUCH_KEY, PERMISSION_DENIED, Refusal } from './status.ts';
import { Transaction } from './transaction.ts';

/** The key number that may change the settings and create: the master key of the application, or of the card. */
export const MASTER_KEY = 0;

/** A card in the field: its memory, and what lasts only as long as there is power. */
export class PoweredCard {
  readonly picc: Picc;
  readonly transaction = new Transaction();
  /** `length` random bytes. */
  readonly random: (length: number) => Uint8Array;
  messaging: Messaging | undefined;
  /** Undefined: the card itself, AID 000000. */
  application: Application | undefined;
  /** Grows with every change of the memory. */
  revision = 0;

  constructor(picc: Picc, random: (length: number) => Uint8Array) {
    this.picc = picc;
    this.random = random;
  }

  /** Nothing authenticated, nothing pending, the card itself selected. */
  select(application: Application | undefined): void {
    this.messaging = undefined;
    this.transaction.rollBack();
    this.application = application;
  }

  changed(): void {
    this.revision += 1;
  }

  /** Key settings of what is selected. */
  get settings(): number {
    return this.application?.settings ?? this.picc.settings;
  }

  get keys(): readonly CardKey[] {
    return this.application?.keys ?? [this.picc.masterKey];
  }

  /** Throws the card's 40 when what is selected has no such key. */
  key(keyNumber: number): CardKey {
    const key = this.keys[keyNumber];
    if (key === undefined) throw new Refusal(NO_SUCH_KEY);
    return key;
  }

  get isMaster(): boolean {
    return this.messaging?.keyNumber === MASTER_KEY;
  }

  /** Throws the card's AE unless the master key is authenticated. */
  needMaster(): void {
    if (!this.isMaster) throw new Refusal(AUTHENTICATION_ERROR);
  }

  /** Throws the card's 9D unless the card itself is selected. */
  needPicc(): void {
    if (this.application !== undefined) throw new Refusal(PERMISSION_DENIED);
  }

  /** Throws the card's 9D unless an application is selected. */
  needApplication(): Application {
    if (this.application === undefined) throw new Refusal(PERMISSION_DENIED);
    return this.application;
  }

  /** A file of the application that is selected. Throws the card's F0 when there is none of this number. */
  file(fileNumber: number): CardFile {
    const file = this.needApplication().files.find(({ number }) => number === fileNumber);
    if (file === undefined) throw new Refusal(FILE_NOT_FOUND);
    return file;
  }
}
