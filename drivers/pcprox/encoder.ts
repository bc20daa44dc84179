import type { CardEncoder, Cue, DriverLog, PingAnswer } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import { pause, unlessAborted } from '../ports/waiting.ts';
import type { WiegandBits } from '../ports/wiegand.ts';
import type { WiegandSettings } from '../ports/wiegand-options.ts';
import { MOST_CARD_BITS } from './codec.ts';
import { CueLight } from './cue-light.ts';
import { numbered, tooLong } from './numbering.ts';
import { PcproxCard, type UseCard } from './presented-card.ts';
import { type PcproxReader, sameBits } from './reader.ts';
import type { Takeover } from './takeover.ts';

/** Between two looks at the field. */
const LOOK_MS = 200;
/** Whether the configuration is in force is asked with so many looks, every 2 s, and with every new card. */
const LOOKS_UNTIL_CHECK = 10;
/** So many answers in a row without sense, and the reader is given up. */
const MOST_NONSENSE = 5;
/** Whoever waits is told of a card that cannot be used once in so many looks. */
const LOOKS_UNTIL_TOLD_AGAIN = 10;

export interface PcproxEncoderParts {
  readonly reader: PcproxReader;
  readonly takeover: Takeover;
  readonly settings: WiegandSettings;
  readonly log: DriverLog;
}

/** An open pcProx: looks at its field all the time. */
export class PcproxEncoder implements CardEncoder {
  readonly #parts: PcproxEncoderParts;
  readonly #closing = new AbortController();
  readonly #waiters = new Set<PromiseWithResolvers<PcproxCard>>();
  readonly #lights: CueLight;
  readonly #looking: Promise<void>;
  #card: PcproxCard | undefined;
  /** What lies there and cannot be used, with the looks that have seen it. Bits that were not had are null. */
  #refused: { readonly bits: WiegandBits | null; readonly error: EncoderError; looks: number } | undefined;
  #nonsense = 0;

  constructor(parts: PcproxEncoderParts) {
    this.#parts = parts;
    this.#lights = new CueLight(parts.reader, parts.takeover);
    const { gone } = parts.reader;
    const { signal } = this.#closing;
    gone.addEventListener('abort', () => this.#end(gone.reason), { once: true, signal });
    this.#looking = this.#keepLooking(AbortSignal.any([gone, this.#closing.signal]));
  }

  get gone(): AbortSignal {
    return this.#parts.reader.gone;
  }

  /** As the contract says; rejects with `card_unsupported` while a card lies there that cannot be used. */
  async awaitCard(signal: AbortSignal): Promise<PcproxCard> {
    for (const over of [signal, this.gone, this.#closing.signal]) over.throwIfAborted();
    if (this.#card !== undefined) return this.#card;
    const waiter = Promise.withResolvers<PcproxCard>();
    this.#waiters.add(waiter);
    return unlessAborted(waiter.promise, signal).finally(() => this.#waiters.delete(waiter));
  }

  /** Green for success, red for failure; then the reader has its lights for itself again. */
  cue(cue: Cue): void {
    this.#lights.show(cue === 'success' ? 'green' : 'red');
  }

  /** Reads what the reader says of itself, as two reports: one out, one in. */
  ping(signal: AbortSignal): Promise<PingAnswer> {
    const { reader } = this.#parts;
    return reader.alone(async () => {
      signal.throwIfAborted();
      const began = performance.now();
      const info = await reader.info();
      const tookMs = performance.now() - began;
      if (info === null) throw new EncoderError('device_protocol', 'the reader says nothing of itself');
      return { asked: 'Device information (8A)', said: `firmware ${info.firmware}`, tookMs };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const closed = new EncoderError('device_lost', 'the encoder was closed');
    this.#closing.abort(closed);
    await Promise.all([this.#looking, this.#lights.end()]);
    await this.#parts.reader.idle();
    this.#end(closed);
  }

  async #keepLooking(until: AbortSignal): Promise<void> {
    for (let looks = 1; !until.aborted; looks++) {
      try {
        await this.#parts.reader.alone(() => this.#look());
        if (looks % LOOKS_UNTIL_CHECK === 0) await this.#check();
        this.#nonsense = 0;
      } catch (error) {
        if (until.aborted) return;
        this.#failed(error);
      }
      await pause(LOOK_MS, until);
    }
  }

  async #look(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const { reader, takeover, log } = this.#parts;
    const seen = await reader.look(this.#card?.bits ?? this.#refused?.bits ?? undefined);
    switch (seen.kind) {
      case 'unsettled':
        return;
      case 'none':
        this.#refused = undefined;
        this.#dismiss('the card has left the reader');
        return;
      case 'too_long':
        this.#refuse(null, tooLong(seen.bitCount, MOST_CARD_BITS));
        return;
      case 'card':
        if (this.#isKnown(seen.bits)) return;
        this.#dismiss('another card took the place of this one');
        // Bits that a reader gave while it was configured otherwise are another number.
        if (await takeover.isInForce(log)) this.#take(seen.bits);
    }
  }

  /** Whether it is the card that lies there already; one that cannot be used is refused again from time to time, to whoever waits by then. */
  #isKnown(bits: WiegandBits): boolean {
    const refused = this.#refused;
    if (refused?.bits && sameBits(bits, refused.bits)) {
      this.#refuse(bits, refused.error);
      return true;
    }
    return this.#card !== undefined && sameBits(bits, this.#card.bits);
  }

  #take(bits: WiegandBits): void {
    const { takeover, settings, log } = this.#parts;
    const found = numbered(bits, settings, takeover.cut);
    if (found.kind === 'refused') {
      this.#refused = undefined;
      this.#refuse(bits, found.error);
      return;
    }
    if (found.isRaw) log.debug({ bits: bits.count }, 'the bits of a card are taken as one number');
    this.#refused = undefined;
    const card = new PcproxCard(found.card, bits, this.#use);
    this.#card = card;
    for (const waiter of this.#waiters) waiter.resolve(card);
  }

  #refuse(bits: WiegandBits | null, error: EncoderError): void {
    this.#dismiss('another card took the place of this one');
    const looks = this.#refused?.looks ?? 0;
    this.#refused = { bits, error, looks: looks + 1 };
    if (looks % LOOKS_UNTIL_TOLD_AGAIN === 0) this.#tell(error);
  }

  readonly #use: UseCard = (card, work, signal) =>
    this.#parts.reader.alone(async () => {
      signal.throwIfAborted();
      card.removed.throwIfAborted();
      const seen = await this.#parts.reader.look(card.bits);
      if (seen.kind === 'card' && sameBits(seen.bits, card.bits)) return work();
      const reason = new EncoderError(
        'card_removed',
        'the card has left the reader, or another one took its place',
      );
      if (this.#card === card) this.#dismiss(reason.message);
      throw reason;
    });

  async #check(): Promise<void> {
    const { reader, takeover, log } = this.#parts;
    await reader.alone(() => takeover.isInForce(log));
  }

  /** One answer without sense may happen; a reader that goes on like that is greeted anew. */
  #failed(error: unknown): void {
    if (!(error instanceof EncoderError)) throw error;
    this.#nonsense += 1;
    if (this.#nonsense >= MOST_NONSENSE) this.#parts.reader.lose(error);
  }

  #tell(error: EncoderError): void {
    for (const waiter of this.#waiters) waiter.reject(error);
  }

  #dismiss(why: string): void {
    const card = this.#card;
    this.#card = undefined;
    card?.leave(new EncoderError('card_removed', why));
  }

  #end(reason: EncoderError): void {
    const card = this.#card;
    this.#card = undefined;
    card?.leave(reason);
    this.#tell(reason);
  }
}
