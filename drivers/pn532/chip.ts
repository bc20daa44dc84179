import type { PingAnswer } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { ByteLine } from '../ports/contract.ts';
import {
  type Command,
  DIAGNOSE,
  RF_CONFIGURATION,
  SAM_CONFIGURATION,
  SET_PARAMETERS,
  setting,
  WRITE_REGISTER,
} from './command.ts';
import { Exchanger, type Outcome } from './exchange.ts';
import { ACK_FRAME } from './frame-codec.ts';

/** Wakes the chip from power down: 55 sets off its receiver, and the zeros give its clock the 2 ms it needs (UM0701-02, section 7.2.11). */
const WAKE_UP = Uint8Array.of(0x55, 0x55, ...new Uint8Array(14));

/** How many bytes the chip is let repeat when a technician asks. */
const LINE_TEST_BYTES = 32;

/** How often a chip that is silent is called before it counts as gone. */
const CALLS = 3;

/** No security module. A chip that just got power does nothing else before this (section 7.2.10). */
const NORMAL_MODE = setting(SAM_CONFIGURATION, 0x01, 0x00, 0x01);

/**
 * How the chip is set: ATS asked for by itself; CRC made and checked by itself at 106 kbit/s, which another program may have switched off; a native
 * command of a card waits 51 ms for its answer, and none is repeated; a search tries three times, not for ever (sections 7.2.9, 7.2.5 and 7.3.1).
 */
const SETTINGS: readonly Command[] = [
  setting(SET_PARAMETERS, 0x14),
  setting(WRITE_REGISTER, 0x63, 0x02, 0x80, 0x63, 0x03, 0x80),
  setting(RF_CONFIGURATION, 0x02, 0x00, 0x0b, 0x0a),
  setting(RF_CONFIGURATION, 0x04, 0x00),
  setting(RF_CONFIGURATION, 0x05, 0x00, 0x01, 0x02),
];

/** A PN532 at the other end of a line: one command at a time, each with a deadline, and in step again after whatever went wrong. */
export class Chip {
  readonly #line: ByteLine;
  readonly #exchanger: Exchanger;
  #last: Promise<unknown> = Promise.resolve();

  constructor(line: ByteLine) {
    this.#line = line;
    this.#exchanger = new Exchanger(line);
  }

  get gone(): AbortSignal {
    return this.#line.gone;
  }

  get path(): string {
    return this.#line.path;
  }

  /** Wakes the chip, gets in step with it and sets it. False when nothing answers as a PN532 does. Rejects as the line does. */
  start(): Promise<boolean> {
    return this.#inTurn(() => this.#revive());
  }

  /**
   * Runs a command: what the answer holds after its code. Rejects with `device_timeout` when the chip did not answer in order and the command cannot be
   * repeated, with `device_protocol` when it does not know the command, and with `device_lost` when it does not answer any more: then the line is
   * given up. When `signal` fires, the chip is made to end the command.
   */
  run(command: Command, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#inTurn(() => this.#run(command, signal));
  }

  /** Lets the chip repeat bytes (Diagnose, test 0). Rejects as `run`, and with `device_protocol` when others come back. */
  lineTest(): Promise<PingAnswer> {
    const drawn = crypto.getRandomValues(new Uint8Array(LINE_TEST_BYTES));
    return this.#inTurn(async () => {
      const began = performance.now();
      const answer = await this.#run({ ...setting(DIAGNOSE, 0x00, ...drawn), isRepeatable: false });
      const tookMs = performance.now() - began;
      if (!drawn.every((byte, at) => answer[at + 1] === byte)) {
        throw new EncoderError('device_protocol', 'other bytes came back than were sent: see the cable');
      }
      return {
        asked: 'Diagnose (00), communication line test',
        said: `the same ${LINE_TEST_BYTES} bytes came back`,
        tookMs,
      };
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #run(command: Command, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const heeding = signal === undefined ? {} : { signal };
    let outcome = await this.#exchanger.run(command, heeding);
    if (isUnanswered(outcome)) {
      await this.#recover();
      signal?.throwIfAborted();
      if (command.isRepeatable) {
        outcome = await this.#exchanger.run(command, heeding);
        if (isUnanswered(outcome)) await this.#recover();
      }
    }
    signal?.throwIfAborted();
    switch (outcome.kind) {
      case 'answer':
        return outcome.data;
      case 'syntax_error':
        throw new EncoderError(
          'device_protocol',
          `the PN532 does not know ${named(command)} with these data`,
        );
      case 'no_ack':
      case 'aborted':
        throw new EncoderError('device_timeout', `the PN532 did not acknowledge ${named(command)}`);
      case 'no_answer': {
        const message = `the PN532 did not answer ${named(command)} within ${command.answerMs} ms`;
        throw new EncoderError('device_timeout', message);
      }
    }
  }

  /** After a command that was not answered, or not to its end: no late answer is taken for that of the next command. Gives the line up when the chip stays silent. */
  async #recover(): Promise<void> {
    if (await this.#revive()) return;
    const cure = 'see that the board has power and that its cable sits well';
    const silent = `the PN532 at ${this.#line.path} does not answer any more: ${cure}`;
    this.#line.lose(new EncoderError('device_lost', silent));
    this.#line.gone.throwIfAborted();
  }

  /** Wakes the chip, gets in step with it and sets it. False when it does not answer. */
  async #revive(): Promise<boolean> {
    for (let call = 1; call <= CALLS; call++) {
      if ((await this.#getInStep()) && (await this.#set())) return true;
    }
    return false;
  }

  /**
   * Ends what the chip is doing, by an acknowledgement (section 6.2.2.2), and lets it repeat four bytes drawn at random: whatever came before
   * them belongs to earlier commands. False when it does not.
   */
  async #getInStep(): Promise<boolean> {
    await this.#exchanger.send(ACK_FRAME);
    const woken = await this.#exchanger.run(NORMAL_MODE, { lead: WAKE_UP });
    if (woken.kind === 'no_ack') return false;
    const drawn = crypto.getRandomValues(new Uint8Array(4));
    const outcome = await this.#exchanger.run(setting(DIAGNOSE, 0x00, ...drawn));
    return outcome.kind === 'answer' && drawn.every((byte, at) => outcome.data[at + 1] === byte);
  }

  /** A chip that had no power meanwhile has forgotten its settings. One that does not know one of them goes without. */
  async #set(): Promise<boolean> {
    for (const command of SETTINGS) {
      const outcome = await this.#exchanger.run(command);
      if (outcome.kind !== 'answer' && outcome.kind !== 'syntax_error') return false;
    }
    return true;
  }
}

function isUnanswered({ kind }: Outcome): boolean {
  return kind === 'no_ack' || kind === 'no_answer' || kind === 'aborted';
}

function named({ code }: Command): string {
  return `command ${code.toString(16).toUpperCase().padStart(2, '0')}`;
}
