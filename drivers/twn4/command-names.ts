import type { CommandName } from '../../src/encoder/tap.ts';

/** As ELATEC's TWN4 API reference calls them, by the numbers of API and function. */
const NAMES: ReadonlyMap<number, CommandName> = new Map([
  [0x0004, { name: 'GetVersionString' }],
  [0x0400, { name: 'GPIOConfigureOutputs' }],
  [0x0402, { name: 'GPIOSetBits' }],
  [0x0403, { name: 'GPIOClearBits' }],
  [0x0407, { name: 'Beep' }],
  [0x0500, { name: 'SearchTag', isIdle: true }],
  [0x0501, { name: 'SetRFOff' }],
  [0x0502, { name: 'SetTagTypes' }],
  [0x0503, { name: 'GetTagTypes' }],
  [0x0504, { name: 'GetSupportedTagTypes' }],
  [0x0b00, { name: 'MifareClassic_Login' }],
  [0x0b01, { name: 'MifareClassic_ReadBlock' }],
  [0x0b02, { name: 'MifareClassic_WriteBlock' }],
  [0x1202, { name: 'ISO14443_4_CheckPresence', isIdle: true }],
  [0x1203, { name: 'ISO14443_4_TDX' }],
  [0x1205, { name: 'ISO14443A_GetSAK' }],
  [0x1207, { name: 'ISO14443_3_TDX' }],
]);

const CARRIAGE_RETURN = 0x0d;

/** The name of a message to the reader, in whichever mode: two hexadecimal digits a byte and a carriage return, or two bytes of length before it. */
export function nameTwn4Command(message: Uint8Array): CommandName | undefined {
  if (message.at(-1) === CARRIAGE_RETURN && message.length >= 5) {
    const code = Number.parseInt(String.fromCharCode(...message.subarray(0, 4)), 16);
    const named = NAMES.get(code);
    if (named !== undefined) return named;
  }
  return NAMES.get((message[2] ?? 0) * 256 + (message[3] ?? 0));
}
