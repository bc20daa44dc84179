import { EncoderError, type EncoderErrorCode } from '../encoder/errors.ts';
import { buildCommandApdu, type CommandApdu, describeStatus, parseResponseApdu, STATUS_OK } from './apdu.ts';

/** Sends one APDU to the reader and resolves with its answer, status word included. Rejects with an EncoderError. */
export type Transmit = (apdu: Uint8Array) => Promise<Uint8Array>;

/** What a failing status word means for the work at hand; what is not here means that the card or the reader said no. */
const CODES: ReadonlyMap<number, EncoderErrorCode> = new Map([
  [0x6700, 'device_protocol'],
  [0x6800, 'card_unsupported'],
  [0x6981, 'card_unsupported'],
  [0x6a81, 'card_unsupported'],
  [0x6a82, 'card_unsupported'],
  [0x6b00, 'device_protocol'],
  [0x6d00, 'card_unsupported'],
  [0x6e00, 'card_unsupported'],
]);

/** The error for a pseudo-APDU that answered `statusWord`; `doing` says what was asked: `read block 4`. */
export function refusal(doing: string, statusWord: number): EncoderError {
  return new EncoderError(CODES.get(statusWord) ?? 'card_refused', `${doing}: ${describeStatus(statusWord)}`);
}

/**
 * Sends a pseudo-APDU (PC/SC part 3, section 3.2.2; its class is always FF) and resolves with the data of its answer.
 * Rejects with `card_removed` on an empty answer, and by the status word when that is not 9000.
 */
export async function sendPseudoApdu(
  transmit: Transmit,
  doing: string,
  command: Omit<CommandApdu, 'cla'>,
): Promise<Uint8Array> {
  const answer = parseResponseApdu(await transmit(buildCommandApdu({ cla: 0xff, ...command })));
  if (answer.statusWord !== STATUS_OK) throw refusal(doing, answer.statusWord);
  return answer.data;
}
