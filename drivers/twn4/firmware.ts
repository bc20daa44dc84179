import { PortTrouble } from '../ports/contract.ts';

/** ELATEC's USB products, by what the firmware in them makes of the reader. Lower case. */
export const ELATEC = '09d8';
export const SERIAL_PRODUCT = '0420';
export const KEYBOARD_PRODUCT = '0410';
export const PCSC_PRODUCTS: readonly string[] = ['0427', '0428'];

const CURE =
  'load an image of the simple protocol into it (TWN4_xCx..._Multi_CDC_Simple_Protocol.bix of ELATEC\'s developer pack) with AppBlaster, "Program Firmware Image"';

/** Nothing came. `mode`: the only one that was tried, or `auto` when all were. */
export function silentReader(path: string, mode: string): PortTrouble {
  const message = `The TWN4 on ${path} does not answer the simple protocol${only(mode)}: its firmware may be another one, as the standard app that only sends card numbers by itself. If so, ${CURE}.`;
  return new PortTrouble('no_answer', message);
}

/** Something came, and it is not the simple protocol. What it was may be a card's number, and is not told. `mode`: as in `silentReader`. */
export function otherApp(path: string, mode: string, bytes: number): PortTrouble {
  const message = `The device on ${path} sent ${bytes} bytes that are not the simple protocol${only(mode)}: a TWN4 with the standard app sends card numbers as text like this. If it is a TWN4, ${CURE}.`;
  return new PortTrouble('wrong_device', message);
}

function only(mode: string): string {
  return mode === 'auto' ? '' : ` in mode ${mode}, the only one that the configuration allows (twn4.mode)`;
}

/** A TWN4 that types card numbers like a keyboard, at a USB port. */
export function keyboardReader(port: string): PortTrouble {
  const message = `The TWN4 at USB port ${port} runs firmware for keyboard emulation, which types card numbers and cannot be driven: ${CURE}.`;
  return new PortTrouble('wrong_device', message);
}

/** A TWN4 that is a PC/SC reader, at a USB port. */
export function pcscReader(port: string): PortTrouble {
  const message = `The TWN4 at USB port ${port} runs the PC/SC firmware: the driver pcsc drives it. For this driver, ${CURE}.`;
  return new PortTrouble('wrong_device', message);
}
