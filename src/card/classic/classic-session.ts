import { EncoderError } from '../../encoder/errors.ts';
import { isTrailer, sectorOf, trailerOf } from '../classic-geometry.ts';
import type { ClassicKey, ClassicLink } from '../link.ts';

/** Work on one card that opens a sector only when it is not open already: an authentication is two exchanges on PC/SC. */
export class ClassicSession {
  readonly #link: ClassicLink;
  #open: { readonly sector: number; readonly key: ClassicKey } | undefined;

  constructor(link: ClassicLink) {
    this.#link = link;
  }

  /** The sector that is open. */
  get openSector(): number | undefined {
    return this.#open?.sector;
  }

  /** Opens a sector, unless it is open with this key. False: it is not the sector's key. */
  async opens(sector: number, key: ClassicKey): Promise<boolean> {
    return await this.open(sector, key).then(
      () => true,
      (error: unknown) => ifRefused(error, false),
    );
  }

  /** Opens a sector, unless it is open with this key. Rejects with `card_refused` when it is not the sector's key. */
  async open(sector: number, key: ClassicKey): Promise<void> {
    if (this.#open?.sector === sector && isSameKey(this.#open.key, key)) return;
    this.#open = undefined;
    await this.#link.authenticate(trailerOf(sector), key);
    this.#open = { sector, key };
  }

  /** Closes what is open: the next `open` authenticates in any case. */
  close(): void {
    this.#open = undefined;
  }

  /** 16 bytes of a block in the open sector. */
  async read(block: number): Promise<Uint8Array> {
    return await this.#inOpenSector(block, () => this.#link.readBlock(block));
  }

  /** The same; undefined when the card does not let it be read. */
  async readIfAllowed(block: number): Promise<Uint8Array | undefined> {
    return await this.read(block).catch((error: unknown) => ifRefused(error, undefined));
  }

  /** Writes a block in the open sector. A trailer closes it, for its keys may be others now. */
  async write(block: number, data: Uint8Array): Promise<void> {
    await this.#inOpenSector(block, () => this.#link.writeBlock(block, data));
    if (isTrailer(block)) this.close();
  }

  async #inOpenSector<Answer>(block: number, ask: () => Promise<Answer>): Promise<Answer> {
    if (this.#open?.sector !== sectorOf(block)) throw new Error(`the sector of block ${block} is not open`);
    try {
      return await ask();
    } catch (error) {
      // After a no the card is halted, and whatever was open is not.
      this.close();
      throw error;
    }
  }
}

/** The answer when the card said no; any other error goes on. */
function ifRefused<Answer>(error: unknown, answer: Answer): Answer {
  if (error instanceof EncoderError && error.code === 'card_refused') return answer;
  throw error;
}

function isSameKey(one: ClassicKey, other: ClassicKey): boolean {
  return one.kind === other.kind && one.bytes.every((byte, at) => byte === other.bytes[at]);
}
