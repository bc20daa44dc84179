/** Bits of dwEventState (pcsclite.h). */
const STATE_PRESENT = 0x0020;
const STATE_MUTE = 0x0200;

/** What lies on a reader, as pcscd says it. */
export type Presence =
  | { readonly isPresent: false }
  | {
      readonly isPresent: true;
      /** pcscd's count of insertions and removals, modulo 65536: another count is another card, or the same one put back. */
      readonly count: number;
      /** Empty when the card got power and said nothing. */
      readonly atr: Uint8Array;
    };

export const NOTHING_PRESENT: Presence = { isPresent: false };

/** Reads one status of a reader. */
export function presenceFrom(state: number, atr: Uint8Array | undefined): Presence {
  if ((state & STATE_PRESENT) === 0) return NOTHING_PRESENT;
  const isMute = (state & STATE_MUTE) !== 0;
  return {
    isPresent: true,
    count: state >>> 16,
    atr: isMute || atr === undefined ? new Uint8Array(0) : Uint8Array.from(atr),
  };
}

/** True when nothing came or went between the two: pcscd also tells of programs that connect and of power. */
export function isSamePresence(one: Presence, other: Presence): boolean {
  if (!one.isPresent || !other.isPresent) return one.isPresent === other.isPresent;
  return one.count === other.count;
}
