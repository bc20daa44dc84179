import type { ByteLine } from '../../../drivers/ports/contract.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import { encodeFrame, FrameReader } from '../../benches/pn532/frame-codec.ts';

const ACK = '0000FF00FF00';

/** What a chip says to a command, or to nothing: bytes as they stand. */
export type Reply = readonly string[];

/** A line whose other end does what the test says. Without a word for a command it acknowledges and answers as a chip does that is well. */
export class ScriptedLine implements ByteLine {
  readonly path = '/dev/ttyTEST';
  onBytes: ((bytes: Uint8Array) => void) | undefined;
  /** Everything that was sent, in order: commands from their code on, `ack`, `nack`, and `wake` for other bytes. */
  readonly heard: string[] = [];
  /** The very bytes that were handed over. */
  readonly given: Uint8Array[] = [];
  /** Says what comes back for a command, from its code on; undefined: what a chip answers that is well. */
  script: (command: string) => Reply | undefined = () => undefined;
  /** What comes back for a NACK. */
  repeated: Reply = [];
  readonly #gone = new AbortController();
  readonly #reader = new FrameReader();

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  lose(reason: EncoderError): void {
    this.#gone.abort(reason);
  }

  /** Bytes from the chip, in hexadecimal. */
  say(...pieces: Reply): void {
    for (const piece of pieces) this.onBytes?.(fromHex(piece));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.gone.throwIfAborted();
    this.given.push(bytes);
    if (bytes[0] === 0x55) this.heard.push('wake');
    for (const frame of this.#reader.push(bytes.slice())) {
      if (frame.kind === 'data') this.#obey(toHex(frame.data.subarray(1)));
      else this.heard.push(frame.kind);
      if (frame.kind === 'nack') this.say(...this.repeated);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lose(new EncoderError('device_lost', 'the line was closed'));
  }

  #obey(command: string): void {
    this.heard.push(command);
    this.say(...(this.script(command) ?? [ACK, answer(command, well(command))]));
  }
}

/** A frame from the chip: the answer to a command with these data. */
export function answer(command: string, data: string): string {
  const code = Number.parseInt(command.slice(0, 2), 16) + 1;
  return toHex(encodeFrame(Uint8Array.of(0xd5, code, ...fromHex(data))));
}

export const ACKNOWLEDGED = ACK;

/** Diagnose is echoed, the firmware is told; the rest answers nothing. */
function well(command: string): string {
  if (command.startsWith('00')) return command.slice(2);
  return command === '02' ? '32010607' : '';
}
