import type { LineTap, LineTransport, NameCommand, WireTap } from '../../src/encoder/tap.ts';

/** Called when a line to the device of this id was opened: who notes what passes on it. */
export type ListenToLine = (deviceId: string, transport: LineTransport) => LineTap;

/** The lines of a driver, noted by the tap of its context; `nameOf` says what the driver's messages are. */
export function listenBy(tap: WireTap | undefined, nameOf: NameCommand): ListenToLine | undefined {
  return tap && ((deviceId, transport) => tap.line(deviceId, transport, nameOf));
}
