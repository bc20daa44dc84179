import type { ChipAnswer } from './chip.ts';

/** PN532 status bytes (user manual, section 7.1): the card did not answer, and the authentication of a Classic failed. */
const TIMED_OUT = 0x01;
const AUTHENTICATION_FAILED = 0x14;

/**
 * A command for the PN532 of an ACR122U: InCommunicateThru `D4 42 command` or InDataExchange `D4 40 01 command`.
 * The answer is `D5 43|41 status data`; undefined for a command that is not simulated.
 */
export function exchangeDirectTransmit(
  ask: (command: Uint8Array) => ChipAnswer,
  data: Uint8Array,
): Uint8Array | undefined {
  const [frame, code, target] = data;
  if (frame !== 0xd4) return undefined;
  const isThru = code === 0x42 && data.length > 2;
  const isExchange = code === 0x40 && target === 0x01 && data.length > 3;
  if (!isThru && !isExchange) return undefined;
  const command = data.slice(isThru ? 2 : 3);
  const reply = isThru ? 0x43 : 0x41;
  const answer = ask(command);
  switch (answer.kind) {
    case 'data':
      return Uint8Array.of(0xd5, reply, 0x00, ...answer.bytes);
    case 'ack':
      return Uint8Array.of(0xd5, reply, 0x00);
    case 'nak':
    case 'silence': {
      const isAuthentication = isExchange && (command[0] === 0x60 || command[0] === 0x61);
      return Uint8Array.of(0xd5, reply, isAuthentication ? AUTHENTICATION_FAILED : TIMED_OUT);
    }
  }
}
