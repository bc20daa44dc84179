import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The card's side of a reader's slot: bytes in, bytes out. drivers/virtual's VirtualCard is one. */
export interface BenchCard {
  readonly atr: Uint8Array;
  /** The field came on, or the reader reset the card. */
  activate(): void;
  /** Resolves with the answer APDU; rejects when the card has left the field; never settles while the card is mute. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
}

/** Virtual reader protocol: a frame is a 16-bit length, most significant byte first, and so many bytes. */
const HEADER_BYTES = 2;
/** The reader's one-byte frames; any other length is an APDU. */
const CONTROL = { off: 0x00, on: 0x01, reset: 0x02, sendAtr: 0x04 } as const;

/** One slot of a virtual reader: a TCP port of vpcd, to which a card connects. */
export class VpcdSlot {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Puts the card in; one that is there is taken out first. Resolves when the reader has first asked for its ATR. */
  async insert(card: BenchCard): Promise<void> {
    await this.remove();
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    this.#socket = socket;
    const seen = Promise.withResolvers<void>();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => seen.reject(new Error(`vpcd closed port ${this.#port} before it saw the card`)));
    let unread = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      unread = Buffer.concat([unread, chunk]);
      while (unread.length >= HEADER_BYTES) {
        const end = HEADER_BYTES + unread.readUInt16BE(0);
        if (unread.length < end) return;
        const frame = unread.subarray(HEADER_BYTES, end);
        unread = unread.subarray(end);
        seen.resolve();
        answer(socket, card, frame);
      }
    });
    await seen.promise;
  }

  /** Takes the card out; nothing there is fine. */
  async remove(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined || socket.closed) return;
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
  }
}

function answer(socket: Socket, card: BenchCard, frame: Buffer): void {
  if (frame.length !== 1) {
    card.transmit(frame).then(
      (response) => send(socket, response),
      () => socket.destroy(),
    );
    return;
  }
  const control = frame[0];
  if (control === CONTROL.sendAtr) send(socket, card.atr);
  if (control === CONTROL.on || control === CONTROL.reset) card.activate();
}

function send(socket: Socket, body: Uint8Array): void {
  if (socket.destroyed) return;
  const frame = Buffer.alloc(HEADER_BYTES + body.length);
  frame.writeUInt16BE(body.length, 0);
  frame.set(body, HEADER_BYTES);
  socket.write(frame);
}
