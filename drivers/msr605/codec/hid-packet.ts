/**
 * How the MSR605X wraps the bytes of the serial protocol in HID reports of 64 bytes: a header, up to 63 bytes of the message, and filling that means
 * nothing. Header: bit 7 the first packet of a message, bit 6 the last one, bits 5 to 0 how many bytes of it are here. `C2 1B 61` is a reset.
 * Known from open drivers alone; the maker has published nothing.
 */
export const PACKET_BYTES = 64;

const FIRST = 0x80;
const LAST = 0x40;
const LENGTH = 0x3f;

/** The message as packets, in order. */
export function packetsOf(message: Uint8Array): Uint8Array[] {
  const room = PACKET_BYTES - 1;
  const count = Math.max(1, Math.ceil(message.length / room));
  return Array.from({ length: count }, (_, at) => {
    const part = message.subarray(at * room, (at + 1) * room);
    const packet = new Uint8Array(PACKET_BYTES);
    packet[0] = (at === 0 ? FIRST : 0) | (at === count - 1 ? LAST : 0) | part.length;
    packet.set(part, 1);
    return packet;
  });
}

/** What a packet carries; nothing where there is no packet. A packet that ends before what its header says carries what is there. */
export function payloadOf(packet: Uint8Array): Uint8Array {
  const [header = 0] = packet;
  return packet.subarray(1, 1 + (header & LENGTH));
}
