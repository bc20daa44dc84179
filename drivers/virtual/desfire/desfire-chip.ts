import { randomBytes } from 'node:crypto';
import type { DesfireGeneration } from '../../../src/encoder/contract.ts';
import type { Chip, ChipAnswer } from '../chip.ts';
import { type Handshake, isAuthentication, startAuthentication } from './authentication.ts';
import { isSame } from './block-cipher.ts';
import { randomUid } from './card-identity.ts';
import type { Job } from './command.ts';
import { COMMANDS, LONG_COMMANDS } from './commands.ts';
import {
  FRAME_BYTES,
  type NativeFrame,
  readFrame,
  splitAnswer,
  type Wrapping,
  writeFrame,
} from './frames.ts';
import { selectByName } from './iso-select.ts';
import { decodePicc, encodePicc, factoryPicc, type StorageBytes } from './picc.ts';
import { PoweredCard } from './powered-card.ts';
import { COMMAND_ABORTED, ILLEGAL_COMMAND, LENGTH_ERROR, MORE, OK, Refusal } from './status.ts';

export interface DesfireOptions {
  /** As `memory` gave it; absent: as from the factory. */
  readonly memory?: Uint8Array;
  /** Of a card from the factory; absent: `ev3`. A memory knows its own. */
  readonly generation?: DesfireGeneration;
  /** Of a card from the factory; absent: 8192. */
  readonly storageBytes?: StorageBytes;
  /** Where the card takes its random numbers from: so many bytes. Absent: true ones. */
  readonly random?: (length: number) => Uint8Array;
}

/** What the card waits for. */
type Waiting =
  | { readonly for: 'command' }
  /** The reader's half of an authentication. */
  | { readonly for: 'token'; readonly handshake: Handshake }
  /** More of the data of a command. */
  | { readonly for: 'data'; readonly code: number; readonly job: Job; readonly payload: Uint8Array }
  /** That the rest of an answer is fetched. */
  | { readonly for: 'fetching'; readonly frames: readonly Uint8Array[] };

interface FrameAnswer {
  readonly status: number;
  readonly data: Uint8Array;
}

const COMMAND: Waiting = { for: 'command' };
const NOTHING = new Uint8Array(0);
/** What an Le of 00 asks for (ISO/IEC 7816-4, section 5.1). */
const LONGEST_ANSWER_BYTES = 256;

/**
 * MIFARE DESFire EV1, EV2 or EV3, as a reader meets it over ISO/IEC 14443-4: native frames, or wrapped ones that begin with 90, and ISO SELECT by name.
 * Follows NXP MF3ICDx1, MF3D(H)x2, MF3D(H)x3, AN12196 and AN12752 as far as they are public.
 */
export class DesfireChip implements Chip {
  readonly technology = 'mifare_desfire';
  readonly sak = 0x20;
  readonly historicalBytes = Uint8Array.of(0x80);
  /** Its own; or one that it draws when it comes into the field, where it was configured so. */
  readonly uid: Uint8Array;
  readonly #card: PoweredCard;
  #waiting: Waiting = COMMAND;

  /** `uid`: 7 bytes. Throws a plain Error when the memory is not this card's. */
  constructor(uid: Uint8Array, options: DesfireOptions = {}) {
    const { memory, generation = 'ev3', storageBytes = 8192, random = trulyRandom } = options;
    // An empty memory is that of a card which was placed when the front alone was simulated.
    const picc = memory?.length ? decodePicc(memory) : factoryPicc(uid, generation, storageBytes);
    if (!isSame(picc.uid, uid))
      throw new Error('the memory of the DESFire carries another uid than the card');
    this.#card = new PoweredCard(picc, random);
    this.uid = picc.isUidRandom ? randomUid(random) : picc.uid.slice();
  }

  get generation(): DesfireGeneration {
    return this.#card.picc.generation;
  }

  get atqa(): Uint8Array {
    return Uint8Array.of(this.uid.length === 4 ? 0x04 : 0x44, 0x03);
  }

  get memory(): Uint8Array {
    return encodePicc(this.#card.picc);
  }

  get revision(): number {
    return this.#card.revision;
  }

  activate(): void {
    this.#waiting = COMMAND;
    this.#card.select(undefined);
  }

  exchange(frame: Uint8Array): ChipAnswer {
    return { kind: 'data', bytes: frame[0] === 0x00 ? this.#select(frame) : this.#answer(frame) };
  }

  #select(frame: Uint8Array): Uint8Array {
    this.#waiting = COMMAND;
    return selectByName(this.#card, frame);
  }

  #answer(frame: Uint8Array): Uint8Array {
    const wrapping: Wrapping = frame[0] === 0x90 ? 'wrapped' : 'native';
    try {
      const { status, data } = this.#receive(readFrame(frame, wrapping), frame.length);
      return writeFrame(status, data, wrapping);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refuse();
      return writeFrame(error.status, NOTHING, wrapping);
    }
  }

  /** A no ends what was pending, and an EV1 or EV2 session; a legacy session goes on. */
  #refuse(): void {
    this.#waiting = COMMAND;
    this.#card.transaction.rollBack();
    if (this.#card.messaging?.name !== 'legacy') this.#card.messaging = undefined;
  }

  #receive(frame: NativeFrame | undefined, frameBytes: number): FrameAnswer {
    const isLong = frame !== undefined && LONG_COMMANDS.has(frame.code);
    if (frame === undefined || (frameBytes > FRAME_BYTES && !isLong)) throw new Refusal(LENGTH_ERROR);
    const waiting = this.#waiting;
    this.#waiting = COMMAND;
    if (waiting.for === 'command') return this.#begin(frame);
    if (frame.code !== MORE) throw new Refusal(COMMAND_ABORTED);
    switch (waiting.for) {
      case 'token': {
        const { data, messaging } = waiting.handshake.finish(frame.data);
        this.#card.messaging = messaging;
        return { status: OK, data };
      }
      case 'data': {
        const payload = Uint8Array.of(...waiting.payload, ...frame.data);
        return this.#go(waiting.code, waiting.job, payload);
      }
      case 'fetching':
        if (frame.data.length > 0) throw new Refusal(LENGTH_ERROR);
        return this.#send(waiting.frames);
    }
  }

  #begin({ code, data }: NativeFrame): FrameAnswer {
    if (isAuthentication(code)) {
      const handshake = startAuthentication(this.#card, code, data);
      this.#waiting = { for: 'token', handshake };
      return { status: MORE, data: handshake.challenge };
    }
    const command = COMMANDS.get(code) ?? (this.generation === 'ev1' ? undefined : LONG_COMMANDS.get(code));
    if (command === undefined) throw new Refusal(ILLEGAL_COMMAND);
    return this.#go(code, command(this.#card, data), data);
  }

  /** Runs the command when all of its data is there, and else waits for the rest. */
  #go(code: number, job: Job, payload: Uint8Array): FrameAnswer {
    const { messaging } = this.#card;
    const { security, headerBytes = 0, dataBytes, trailerBytes = 0 } = job;
    if (dataBytes !== undefined) {
      const clearBytes = dataBytes + trailerBytes;
      const missing =
        headerBytes + (messaging?.sealedBytes(security, clearBytes) ?? clearBytes) - payload.length;
      if (missing < 0 || (missing > 0 && !job.isChained)) throw new Refusal(LENGTH_ERROR);
      job.partly?.(payload);
      if (missing > 0) {
        this.#waiting = { for: 'data', code, job, payload };
        return { status: MORE, data: NOTHING };
      }
    }
    const { data, cuts } = job.run(messaging?.open({ ...job, code, payload }) ?? payload);
    // The command may have ended the session: then its answer is not protected any more.
    const sealed = this.#card.messaging?.seal({ ...job.answer, data }) ?? data;
    if (!LONG_COMMANDS.has(code)) return this.#send(splitAnswer(sealed, cuts));
    if (sealed.length > LONGEST_ANSWER_BYTES) throw new Refusal(LENGTH_ERROR);
    return { status: OK, data: sealed };
  }

  #send([frame = NOTHING, ...rest]: readonly Uint8Array[]): FrameAnswer {
    if (rest.length === 0) return { status: OK, data: frame };
    this.#waiting = { for: 'fetching', frames: rest };
    return { status: MORE, data: frame };
  }
}

function trulyRandom(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}
