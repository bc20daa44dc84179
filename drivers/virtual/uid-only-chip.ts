import { type Chip, type ChipAnswer, SILENCE } from './chip.ts';

/** A card that tells its number when it is selected, and answers nothing after. */
export class UidOnlyChip implements Chip {
  readonly technology = 'uid_only';
  readonly uid: Uint8Array;
  readonly atqa: Uint8Array;
  readonly sak = 0x00;
  readonly memory = new Uint8Array(0);
  readonly revision = 0;

  /** 4, 7 or 10 bytes: the two high bits of ATQA say which (ISO/IEC 14443-3). */
  constructor(uid: Uint8Array) {
    this.uid = uid;
    this.atqa = Uint8Array.of(uid.length === 4 ? 0x04 : uid.length === 7 ? 0x44 : 0x84, 0x00);
  }

  activate(): void {}

  exchange(): ChipAnswer {
    return SILENCE;
  }
}
