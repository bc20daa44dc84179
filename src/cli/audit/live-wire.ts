import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type Address, type Headers, PATIENCE_MS, requestText } from './wire.ts';

/** The headers with which a WebSocket begins (RFC 6455, section 4.1). */
export const upgradeHeaders = (): Headers => ({
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': randomBytes(16).toString('base64'),
});

/** Opcodes of frames (RFC 6455, section 5.2). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9 } as const;

export interface FrameShape {
  readonly opcode?: number;
  /** Whether more of this message follows; absent: no. */
  readonly isPart?: boolean;
  /** Whether it says that it is compressed (RFC 7692, section 6); absent: no. */
  readonly isCompressed?: boolean;
}

/** A frame as a client sends it, masked. */
export function frameBytes(payload: string | Uint8Array, shape: FrameShape = {}): Buffer {
  const data = Buffer.from(payload);
  const first = (shape.isPart ? 0 : 0x80) | (shape.isCompressed ? 0x40 : 0) | (shape.opcode ?? OPCODE.text);
  const mask = randomBytes(4);
  const masked = data.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.of(first), lengthBytes(data.length), mask, masked]);
}

function lengthBytes(length: number): Buffer {
  if (length < 126) return Buffer.of(0x80 | length);
  const bytes = Buffer.alloc(length < 0x1_0000 ? 3 : 9);
  if (length < 0x1_0000) {
    bytes.writeUInt8(0x80 | 126);
    bytes.writeUInt16BE(length, 1);
  } else {
    bytes.writeUInt8(0x80 | 127);
    bytes.writeBigUInt64BE(BigInt(length), 1);
  }
  return bytes;
}

/** What the daemon said on a socket: a message, or that it is over and with which code (null: none). */
export type Heard =
  | { readonly type: 'message'; readonly text: string; readonly value: Readonly<Record<string, unknown>> }
  | { readonly type: 'closed'; readonly code: number | null };

/** A WebSocket made by hand, so that it can send what none may. Close it (`using`). */
export class LiveWire implements Disposable {
  readonly #socket: Socket;
  readonly #heard: Heard[] = [];
  #head = '';
  /** What has come and is no whole frame yet. */
  #rest: Buffer = Buffer.alloc(0);
  #isOver = false;
  #wake = () => {};

  private constructor({ host, port }: Address) {
    this.#socket = connect({ host, port });
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('error', () => this.#end(null));
    this.#socket.on('close', () => this.#end(null));
  }

  /** Asks for a socket at /live; `status` then says whether there is one (101). */
  static async open(address: Address, headers: Headers, target = '/live'): Promise<LiveWire> {
    const wire = new LiveWire(address);
    wire.#socket.write(requestText({ target, headers: { ...headers, ...upgradeHeaders() } }));
    await wire.#until(() => wire.#head !== '' || wire.#isOver, PATIENCE_MS);
    return wire;
  }

  /** Of the answer to the upgrade; 0: none came. */
  get status(): number {
    return Number(this.#head.split(' ')[1] ?? 0);
  }

  /** The answer to the upgrade. */
  get head(): string {
    return this.#head;
  }

  send(frame: object): void {
    this.sendBytes(frameBytes(JSON.stringify(frame)));
  }

  sendBytes(bytes: Uint8Array): void {
    if (!this.#isOver) this.#socket.write(bytes);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What is heard next; null: nothing in that time. */
  async next(withinMs = PATIENCE_MS): Promise<Heard | null> {
    await this.#until(() => this.#heard.length > 0, withinMs);
    return this.#heard.shift() ?? null;
  }

  /** Everything that is heard until the socket is over, or the time is, or one is heard that says enough. */
  async all(
    withinMs = PATIENCE_MS,
    isEnough: (heard: Heard) => boolean = () => false,
  ): Promise<readonly Heard[]> {
    await this.#until(() => this.#isOver || this.#heard.some(isEnough), withinMs);
    return this.#heard.splice(0);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
    this.#end(null);
  }

  async #until(isSo: () => boolean, withinMs: number): Promise<void> {
    const ends = performance.now() + withinMs;
    while (!isSo()) {
      const left = ends - performance.now();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
  }

  #end(code: number | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#heard.push({ type: 'closed', code });
    this.#wake();
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (this.#head === '') {
      const at = this.#rest.indexOf('\r\n\r\n');
      if (at < 0) return;
      this.#head = this.#rest.subarray(0, at).toString('latin1');
      this.#rest = this.#rest.subarray(at + 4);
    }
    if (this.status === 101) while (this.#takeFrame());
    this.#wake();
  }

  /** Takes one whole frame off what has come; a daemon masks nothing. */
  #takeFrame(): boolean {
    const bytes = this.#rest;
    if (bytes.length < 2) return false;
    const short = bytes.readUInt8(1) & 0x7f;
    const at = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < at) return false;
    const length =
      short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    if (bytes.length < at + length) return false;
    const payload = bytes.subarray(at, at + length);
    this.#rest = bytes.subarray(at + length);
    const opcode = bytes.readUInt8(0) & 0x0f;
    if (opcode === OPCODE.text) {
      const text = payload.toString();
      this.#heard.push({ type: 'message', text, value: Object(parsed(text)) });
    } else if (opcode === OPCODE.close) {
      this.#end(payload.length >= 2 ? payload.readUInt16BE(0) : null);
    }
    return true;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
