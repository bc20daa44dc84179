import { createReadStream, fsyncSync, readSync, writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { BLOCK, paddingOf, readTarHeader, type TarHeader, tarHeader } from './tar-header.ts';

/** A file to be packed: its bytes, or the path of what holds them, of which `size` bytes are taken. */
export interface PackedFile extends TarHeader {
  readonly content: Uint8Array | { readonly path: string };
}

/** How much is read at once. */
const PIECE_BYTES = 64 * 1024;

/** What text is packed as. */
export function packedText(name: string, text: string): PackedFile {
  const content = Buffer.from(text, 'utf8');
  return { name, size: content.length, content };
}

/** Writes the files into an open file as .tar.gz, and onto the disk; `at` is their time, milliseconds since 1970. The file stays open. */
export async function writeTarGz(
  file: number,
  files: Iterable<PackedFile> | AsyncIterable<PackedFile>,
  at: number,
): Promise<void> {
  // Not a stream of the system's: that closes the file when the disk does not take it.
  await pipeline(
    Readable.from(packed(files, at)),
    createGzip(),
    async (pieces: AsyncIterable<Uint8Array>) => {
      for await (const piece of pieces) {
        for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
      }
    },
  );
  fsyncSync(file);
}

async function* packed(
  files: Iterable<PackedFile> | AsyncIterable<PackedFile>,
  at: number,
): AsyncGenerator<Uint8Array> {
  for await (const { name, size, content } of files) {
    yield tarHeader({ name, size }, at);
    if (content instanceof Uint8Array) yield content;
    else if (size > 0) yield* exactly(content.path, size);
    yield Buffer.alloc(paddingOf(size));
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** The first bytes of a file, which may grow meanwhile. */
async function* exactly(path: string, size: number): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of createReadStream(path, { end: size - 1 })) {
    const bytes: Uint8Array = chunk;
    read += bytes.length;
    yield bytes;
  }
  if (read !== size) throw new Error(`${path} became shorter while it was read`);
}

/**
 * Reads a .tar.gz from an open file, which stays open: each file is given to `take` with its bytes, piece by piece, before the next one.
 * Rejects for what is no such archive, or is cut short.
 */
export async function readTarGz(
  file: number,
  take: (header: TarHeader, content: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  // Not a stream of the system's: that closes the file when it ends early.
  const source = Readable.from(bytesOf(file));
  const gunzip = createGunzip();
  source.once('error', (error) => gunzip.destroy(error));
  const bytes = new Pieces(source.pipe(gunzip)[Symbol.asyncIterator]());
  try {
    for (;;) {
      const header = readTarHeader(await bytes.exactly(BLOCK));
      if (header === null) break;
      await take(header, bytes.upTo(header.size));
      await bytes.exactly(paddingOf(header.size));
    }
    // To its end, so that the checksum of gzip is compared.
    await bytes.rest();
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function* bytesOf(file: number): Generator<Uint8Array> {
  for (let at = 0; ; ) {
    const piece = Buffer.alloc(PIECE_BYTES);
    const read = readSync(file, piece, 0, PIECE_BYTES, at);
    if (read === 0) return;
    yield piece.subarray(0, read);
    at += read;
  }
}

/** A stream's bytes in pieces of the size that is asked for. */
class Pieces {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterator<Buffer>) {
    this.#source = source;
  }

  async *upTo(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0; ) {
      if (this.#held.length === 0) await this.#more();
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async exactly(size: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.upTo(size)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async rest(): Promise<void> {
    while ((await this.#source.next()).done !== true);
  }

  async #more(): Promise<void> {
    const next = await this.#source.next();
    if (next.done === true) throw new Error('it is cut short');
    this.#held = next.value;
  }
}
