/** A command for the chip (NXP UM0701-02, section 7). */
export interface Command {
  readonly code: number;
  readonly data: Uint8Array;
  /** From the chip's acknowledgement to its answer. */
  readonly answerMs: number;
  /**
   * Whether it may run twice: where the chip did not answer in order it is sent once more. Otherwise that ends the work, since nobody knows
   * whether it ran.
   */
  readonly isRepeatable: boolean;
}

/** Command codes (section 7, table 13). */
export const DIAGNOSE = 0x00;
export const GET_FIRMWARE_VERSION = 0x02;
export const WRITE_REGISTER = 0x08;
export const SET_PARAMETERS = 0x12;
export const SAM_CONFIGURATION = 0x14;
export const RF_CONFIGURATION = 0x32;
export const IN_DATA_EXCHANGE = 0x40;
export const IN_COMMUNICATE_THRU = 0x42;
export const IN_LIST_PASSIVE_TARGET = 0x4a;
export const IN_AUTO_POLL = 0x60;

/** What the chip answers by itself takes so long at most; a few milliseconds are usual. */
const SETTING_MS = 250;
/** A search for cards: three tries for each of two. */
const SEARCH_MS = 1_500;
/** What the chip counts its polls in (section 7.3.13). */
const POLL_MS = 150;

/** A command that sets or asks the chip. */
export function setting(code: number, ...data: readonly number[]): Command {
  return { code, data: Uint8Array.from(data), answerMs: SETTING_MS, isRepeatable: true };
}

/** A search for cards of ISO/IEC 14443 type A. */
export function search(...data: readonly number[]): Command {
  return {
    code: IN_LIST_PASSIVE_TARGET,
    data: Uint8Array.from(data),
    answerMs: SEARCH_MS,
    isRepeatable: true,
  };
}

/** The chip itself looks for a card of ISO/IEC 14443 type A every 150 ms, so often or until there is one. */
export function poll(times: number): Command {
  return {
    code: IN_AUTO_POLL,
    data: Uint8Array.of(times, 0x01, 0x00),
    answerMs: times * POLL_MS + SEARCH_MS,
    isRepeatable: false,
  };
}
