import { EncoderError } from '../../src/encoder/errors.ts';
import { type FoundTag, readFoundTag } from './codec/found-tag.ts';
import * as functions from './codec/functions.ts';
import { Results } from './codec/results.ts';
import { type CallOptions, READER_MS, type SimpleProtocol } from './simple-protocol.ts';

/** How long a card may take for an exchange; a DESFire asks for more time as often as it needs it. */
const CARD_MS = 1_500;
const SLOW_CARD_MS = 5_000;

/** The functions of a TWN4, as what they give. Each rejects as SimpleProtocol.call does, and with `device_protocol` on an answer that does not fit. */
export class Twn4Reader {
  readonly #protocol: SimpleProtocol;

  constructor(protocol: SimpleProtocol) {
    this.#protocol = protocol;
  }

  /** Fires when the reader has gone. */
  get gone(): AbortSignal {
    return this.#protocol.gone;
  }

  /** What GetVersionString says: boot loader, firmware and app. */
  async versionText(): Promise<string> {
    const results = await this.#results(functions.GET_VERSION_STRING, 'ask for the version');
    const text = results.counted();
    results.end();
    return String.fromCharCode(...text);
  }

  /** The tag in the field, selected anew; undefined when there is none. Whatever was open on it is closed. */
  async searchTag(): Promise<FoundTag | undefined> {
    const options = { doing: 'search for a card', deadlineMs: CARD_MS, isRepeatable: true };
    return readFoundTag(await this.#protocol.call(functions.SEARCH_TAG, options));
  }

  async getTagTypes(which: 'set' | 'supported'): Promise<functions.TagTypeMasks> {
    const command = which === 'set' ? functions.GET_TAG_TYPES : functions.GET_SUPPORTED_TAG_TYPES;
    const results = await this.#results(command, `ask for the tag types that are ${which}`);
    const masks = { low: results.uint32(), high: results.uint32() };
    results.end();
    return masks;
  }

  async setTagTypes(masks: functions.TagTypeMasks): Promise<void> {
    await this.#results(functions.setTagTypes(masks), 'set the tag types');
  }

  async setRadioOff(): Promise<void> {
    await this.#results(functions.SET_RF_OFF, 'switch the field off');
  }

  /** SAK of the card that was found (ISO/IEC 14443-3); undefined when the reader has none. */
  async sak(): Promise<number | undefined> {
    const results = await this.#results(functions.GET_SAK, 'ask for SAK');
    return results.bool() ? results.byte() : undefined;
  }

  /** Whether the card of ISO/IEC 14443-4 that was found is still there, its state untouched. */
  async checkPresence(): Promise<boolean> {
    const options = { doing: 'look for the card', deadlineMs: CARD_MS, isRepeatable: true };
    return this.#ask(functions.CHECK_PRESENCE, options);
  }

  /** Sends an APDU; undefined when no answer came from the card. */
  async exchangePart4(apdu: Uint8Array): Promise<Uint8Array | undefined> {
    requireShort(apdu, 'an APDU');
    const options = { doing: 'exchange an APDU', deadlineMs: SLOW_CARD_MS, isRepeatable: false };
    return this.#exchange(functions.exchangePart4(apdu), options);
  }

  /** Sends a frame; undefined when no answer came from the card. `isRepeatable`: where it changes nothing on the card. */
  async exchangePart3(
    frame: Uint8Array,
    timeoutMs: number,
    isRepeatable: boolean,
  ): Promise<Uint8Array | undefined> {
    requireShort(frame, 'a frame');
    const options = { doing: 'exchange a frame', deadlineMs: CARD_MS, isRepeatable };
    return this.#exchange(functions.exchangePart3(frame, timeoutMs), options);
  }

  /** False when the card said no, or nothing. */
  async classicLogin(key: Uint8Array, kind: 'A' | 'B', sector: number): Promise<boolean> {
    const options = { doing: `log in to sector ${sector}`, deadlineMs: CARD_MS, isRepeatable: true };
    return this.#ask(functions.classicLogin(key, kind, sector), options);
  }

  /** Undefined when the card said no, or nothing. */
  async classicReadBlock(block: number): Promise<Uint8Array | undefined> {
    const doing = `read block ${block}`;
    const options = { doing, deadlineMs: CARD_MS, isRepeatable: true };
    const command = functions.classicReadBlock(block);
    const results = new Results(await this.#protocol.call(command, options), doing);
    const data = results.bool() ? results.fixed(16) : undefined;
    results.end();
    return data;
  }

  /** False when the card said no, or nothing. */
  async classicWriteBlock(block: number, data: Uint8Array): Promise<boolean> {
    const options = { doing: `write block ${block}`, deadlineMs: CARD_MS, isRepeatable: false };
    return this.#ask(functions.classicWriteBlock(block, data), options);
  }

  /** Calls functions that answer nothing, one after the other: lights and sounds. */
  async signal(...commands: readonly Uint8Array[]): Promise<void> {
    for (const command of commands) await this.#results(command, 'light and sound');
  }

  async #results(command: Uint8Array, doing: string): Promise<Results> {
    const options = { doing, deadlineMs: READER_MS, isRepeatable: true };
    return new Results(await this.#protocol.call(command, options), doing);
  }

  async #ask(command: Uint8Array, options: CallOptions): Promise<boolean> {
    const results = new Results(await this.#protocol.call(command, options), options.doing);
    const answer = results.bool();
    results.end();
    return answer;
  }

  async #exchange(command: Uint8Array, options: CallOptions): Promise<Uint8Array | undefined> {
    const results = new Results(await this.#protocol.call(command, options), options.doing);
    const answer = results.bool() ? results.counted() : undefined;
    // Firmware differs in whether an empty count stands after a no.
    if (answer !== undefined) results.end();
    return answer;
  }
}

function requireShort(bytes: Uint8Array, what: string): void {
  if (bytes.length <= functions.MOST_COUNTED_BYTES) return;
  const message = `${what} of ${bytes.length} bytes is too long for a TWN4: at most ${functions.MOST_COUNTED_BYTES} go through`;
  throw new EncoderError('card_unsupported', message);
}
