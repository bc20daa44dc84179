import type { Socket } from 'node:net';

/** Reads a socket in pieces of a known length. */
export class ByteQueue {
  #chunks: Buffer[] = [];
  #length = 0;
  #wanted: { readonly length: number; readonly call: PromiseWithResolvers<Buffer> } | undefined;
  #isClosed = false;

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      this.#give();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
      this.#give();
    });
  }

  /** Resolves with the next `length` bytes. Rejects when the socket closes before. One caller at a time. */
  take(length: number): Promise<Buffer> {
    const call = Promise.withResolvers<Buffer>();
    this.#wanted = { length, call };
    this.#give();
    return call.promise;
  }

  #give(): void {
    const { length, call } = this.#wanted ?? {};
    if (length === undefined || call === undefined) return;
    if (this.#length < length) {
      if (this.#isClosed) call.reject(new Error('the socket has closed'));
      return;
    }
    this.#wanted = undefined;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(length)];
    this.#length -= length;
    call.resolve(all.subarray(0, length));
  }
}
