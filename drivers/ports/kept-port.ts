import type { CardEncoder, DriverLog, DriverNews } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import { complaintAt, isExpected } from './complaint.ts';
import type { Candidate, Greet, PortLine, PortSource } from './contract.ts';
import { KeptDevice } from './kept-device.ts';
import { greetInTime, openInTime } from './opening.ts';
import { type Pace, retryMs } from './pace.ts';
import type { TroubleBoard } from './trouble-board.ts';
import { firstFired, pause, settledWithin, unlessAborted } from './waiting.ts';

export interface KeptPortSetup<Line extends PortLine> {
  readonly candidate: Candidate;
  readonly source: PortSource<Line>;
  readonly greet: Greet<Line>;
  readonly pace: Pace;
  readonly log: DriverLog;
  readonly board: TroubleBoard;
  /** False when it was there from the start. */
  readonly wasPluggedIn: boolean;
  readonly tell: (news: DriverNews) => void;
  /** Resolves after a look around that begins now or later. */
  readonly lookAgain: () => Promise<void>;
}

/** One candidate: opened, greeted, announced, kept until it is lost, and tried again for as long as it is in sight. */
export class KeptPort<Line extends PortLine> {
  /** As it was last seen. */
  candidate: Candidate;
  /** Resolves when the first try has come to something. */
  readonly tried: Promise<void>;
  readonly #setup: KeptPortSetup<Line>;
  readonly #end = new AbortController();
  readonly #running: Promise<void>;
  #waiting = new AbortController();
  #line: Line | undefined;
  #kept: KeptDevice | undefined;
  /** In a row. */
  #failures = 0;

  constructor(setup: KeptPortSetup<Line>) {
    this.#setup = setup;
    this.candidate = setup.candidate;
    const tried = Promise.withResolvers<void>();
    this.tried = tried.promise;
    this.#running = this.#keep(this.#end.signal, tried.resolve).finally(tried.resolve);
  }

  /** Rejects with `device_lost` when no device is kept now, and with a plain Error while it is open. */
  async open(signal: AbortSignal): Promise<CardEncoder> {
    if (this.#kept === undefined)
      throw new EncoderError('device_lost', `no device answers at ${this.candidate.path}`);
    return this.#kept.open(signal);
  }

  /** It was unplugged and plugged in again between two looks: it is tried at once. */
  replug(candidate: Candidate): void {
    this.candidate = candidate;
    this.#failures = 0;
    this.#waiting.abort();
  }

  /** The candidate is not in sight any more. Resolves when its device has left, and its line is closed. */
  async vanish(): Promise<void> {
    this.#line?.lose(new EncoderError('device_lost', `${this.candidate.path} was unplugged`));
    await this.stop();
    this.#setup.board.end(this.candidate.key);
  }

  /** Resolves when the device was left as it was found, and its line is closed. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #keep(signal: AbortSignal, tried: () => void): Promise<void> {
    const { pace, log } = this.#setup;
    while (!signal.aborted) {
      await this.#try(signal, tried);
      tried();
      if (signal.aborted) return;
      if (this.#failures === 0) continue;
      const nextTryMs = retryMs(this.#failures, pace);
      log.debug(
        { port: this.candidate.key, failures: this.#failures, nextTryMs },
        'a port is tried again later',
      );
      this.#waiting = new AbortController();
      await pause(nextTryMs, signal, this.#waiting.signal);
    }
  }

  /** Resolves when the device is lost, or was not had at all. */
  async #try(signal: AbortSignal, announced: () => void): Promise<void> {
    const { source, greet, pace, board } = this.#setup;
    try {
      const line = await openInTime(source, this.candidate, pace, signal);
      this.#line = line;
      const greeted = await greetInTime(greet, line, this.candidate, pace, signal);
      board.end(this.candidate.key);
      await this.#have(new KeptDevice(this.candidate.key, greeted, line), line, signal, announced);
    } catch (error) {
      this.#failures += 1;
      await this.#complain(error, signal);
    } finally {
      if (this.#line !== undefined) await settledWithin(pace.closeMs, this.#line[Symbol.asyncDispose]());
      this.#line = undefined;
    }
  }

  async #have(kept: KeptDevice, line: Line, signal: AbortSignal, announced: () => void): Promise<void> {
    const { pace, tell } = this.#setup;
    const since = performance.now();
    this.#kept = kept;
    tell({ news: 'device_arrived', device: kept.device });
    announced();
    await firstFired(line.gone, signal);
    this.#kept = undefined;
    if (!line.gone.aborted) await settledWithin(pace.closeMs, kept.leave());
    tell({ news: 'device_left', deviceId: kept.device.id });
    this.#failures = performance.now() - since >= pace.wellMs ? 1 : this.#failures + 1;
  }

  /** Tells of a failure, if the port is there still: a plug that is pulled looks like many a trouble. */
  async #complain(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { board, log, wasPluggedIn, lookAgain } = this.#setup;
    const complaint = complaintAt(this.candidate, error);
    if (!isExpected(error)) log.error({ port: this.candidate.key, error }, 'trying a port broke');
    // udev gives a new device its group a moment after it is there.
    if (complaint.kind === 'no_access' && wasPluggedIn && this.#failures === 1) return;
    await unlessAborted(lookAgain(), signal).catch(() => {});
    if (!signal.aborted && complaint.kind !== 'absent') board.begin(this.candidate.key, complaint);
  }
}
