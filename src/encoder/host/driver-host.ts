import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DriverLog } from '../contract.ts';
import { EncoderError } from '../errors.ts';
import type { HostedWire } from '../recorder/flight-recorder.ts';
import type { HostLimits } from './limits.ts';
import { errorOf, type HostAnswer, type HostOrder, type HostReport, hostReport } from './messages.ts';
import { type CallTerms, PendingCall } from './pending-call.ts';

const ENTRY = fileURLToPath(new URL('./host-process.ts', import.meta.url));

/** Native calls block a thread of libuv's pool each; with the four of the default, four dead readers would stop the files of the host too. */
const THREADS = '16';

export interface HostSetup {
  /** Of the driver, for messages. */
  readonly name: string;
  /** Exports `createDriver`. */
  readonly module: URL;
  readonly options: unknown;
  readonly stateDir: string;
  readonly log: DriverLog;
  /** Who hears what passes at the driver's devices. */
  readonly wire?: HostedWire;
  /** Added to the daemon's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface HostEnd {
  readonly why: string;
  /** The driver's module could not be loaded. */
  readonly isUnloadable: boolean;
  /** It was killed because it was not ready in time, or gave no sign of life. */
  readonly wasLate: boolean;
}

type Unnumbered<Order> = Order extends unknown ? Omit<Order, 'call'> : never;

/** A call as it is made: its number is given to it here. */
type Call = Unnumbered<
  Extract<HostOrder, { order: 'open' | 'read' | 'inspect' | 'write' | 'ping' | 'close' }>
>;

/** Until a process that has ended counts as having said everything, though its pipes are still open. */
const DRAIN_MS = 1_000;

/** One child process that runs a driver, from its start to its death. It is started once; another one follows it. */
export class DriverHost {
  /** Resolves when the process is no more, and why. */
  readonly ended: Promise<HostEnd>;
  readonly #setup: HostSetup;
  readonly #limits: HostLimits;
  readonly #onReport: (report: HostReport) => void;
  readonly #child: ChildProcess;
  readonly #calls = new Map<number, PendingCall>();
  readonly #silence: NodeJS.Timeout;
  readonly #start: NodeJS.Timeout;
  #callCount = 0;
  #isReady = false;
  #misses = 0;
  #why: string | undefined;
  #isUnloadable = false;
  #wasLate = false;
  #lastWords = '';

  constructor(setup: HostSetup, limits: HostLimits, onReport: (report: HostReport) => void) {
    this.#setup = setup;
    this.#limits = limits;
    this.#onReport = onReport;
    this.#child = fork(ENTRY, {
      env: { ...process.env, UV_THREADPOOL_SIZE: THREADS, ...setup.env },
      execArgv: [],
      execPath: process.execPath,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    setup.log.debug({ driver: setup.name, pid: this.#child.pid }, 'driver host started');
    this.#start = setTimeout(() => {
      this.#wasLate = true;
      this.kill(`it was not ready within ${limits.startMs} ms`);
    }, limits.startMs);
    // Half the time, twice: when this process itself was held up, what the host said meanwhile is heard between the two.
    this.#silence = setInterval(() => this.#miss(), limits.silenceMs / 2);
    this.#child.on('message', (message) => this.#hear(message));
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#why ??= error.message;
        if (this.#child.pid === undefined) resolve(this.#bury('it could not be started'));
      });
      this.#child.once('exit', (code, signal) => {
        const end = () => {
          const last = this.#lastWords === '' ? '' : `: ${this.#lastWords}`;
          resolve(this.#bury(`it ended with ${signal ?? `exit code ${code}`}${last}`));
        };
        // What it noted before it died is heard before its calls are told that it did: all that it sent has come by `close`.
        const late = setTimeout(end, DRAIN_MS);
        this.#child.once('close', () => {
          clearTimeout(late);
          end();
        });
      });
    });
    this.#followOutput();
    const { module, options, stateDir } = setup;
    this.send({ order: 'start', module: module.href, options, stateDir, beatMs: limits.silenceMs / 4 });
  }

  /**
   * Makes a call. An abort is passed on, and the driver decides what it means: the call ends by the driver's answer.
   * Rejects with `device_timeout`, and the host dies, when there is none in time; with `device_lost` when the host dies for another reason,
   * after the journal has heard every note that the host sent.
   */
  async call(call: Call, signal: AbortSignal | undefined, terms: CallTerms): Promise<HostAnswer> {
    signal?.throwIfAborted();
    if (this.#why !== undefined || this.#hasExited()) throw this.#lost();
    const number = ++this.#callCount;
    const pending: PendingCall = new PendingCall(terms, (limitMs) => {
      // Another call's deadline may have killed the host in this very turn.
      if (this.#child.killed) return;
      const message = `${this.#setup.name} did not answer the order "${call.order}" within ${limitMs} ms`;
      pending.reject(new EncoderError('device_timeout', message));
      this.#killOnceWritten(message);
    });
    this.#calls.set(number, pending);
    const abort = () => this.send({ order: 'abort', call: number });
    signal?.addEventListener('abort', abort, { once: true });
    try {
      this.send({ ...call, call: number });
      const answer = await pending.answer;
      if (answer.answer === 'aborted') throw signal?.reason;
      if (answer.answer === 'failed') throw errorOf(answer.fault);
      return answer;
    } finally {
      pending.end();
      this.#calls.delete(number);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Sends an order that has no answer; one that cannot be sent is lost with the host. */
  send(order: HostOrder): void {
    if (this.#child.connected) this.#child.send(order, (error) => error && this.kill(error.message));
  }

  /** Ends the host: a write that is under way may end, for as long as `writeMs`; else the process is gone within `closeMs`. */
  async stop(): Promise<void> {
    const { writeMs, closeMs } = this.#limits;
    const isWriting = [...this.#calls.values()].some(({ changesCard }) => changesCard);
    const late = setTimeout(
      () => this.kill('it was stopped, and did not end'),
      isWriting ? writeMs : closeMs / 2,
    );
    this.#why ??= 'it was stopped';
    this.send({ order: 'stop' });
    await this.ended;
    clearTimeout(late);
  }

  /** SIGKILL: a native call that hangs heeds nothing less. */
  kill(why: string): void {
    this.#why ??= why;
    this.#child.kill('SIGKILL');
  }

  #hear(message: unknown): void {
    this.#misses = 0;
    const { data: report, error } = hostReport.safeParse(message);
    if (report === undefined) {
      this.kill(`it said what nobody understands: ${error.message}`);
      return;
    }
    if (report.report === 'beat') return;
    if (report.report === 'ready') {
      clearTimeout(this.#start);
      this.#isReady = true;
    }
    if (report.report === 'cannot_load') {
      this.#why ??= report.reason;
      this.#isUnloadable = true;
    }
    if (report.report === 'answer') {
      this.#calls.get(report.call)?.resolve(report.answer);
      if (report.answer.answer === 'failed') this.#killIfStuck(report.answer.fault);
      return;
    }
    if (report.report === 'progress') {
      this.#calls.get(report.call)?.note(report.progress);
      return;
    }
    this.#onReport(report);
    if (report.report === 'waiting_failed') this.#killIfStuck(report.fault);
  }

  /** A driver that gave up on a native call cannot end it: the thread goes with the process. */
  #killIfStuck(fault: { readonly code: string; readonly message: string }): void {
    if (fault.code === 'device_timeout') this.#killOnceWritten(fault.message);
  }

  /** Takes no more calls, and kills the host when every write that is under way has ended: on another device's card, it may be half done. */
  #killOnceWritten(why: string): void {
    this.#why ??= why;
    const writes = [...this.#calls.values()].filter(({ changesCard }) => changesCard);
    if (writes.length === 0) this.kill(why);
    else void Promise.allSettled(writes.map(({ answer }) => answer)).then(() => this.kill(why));
  }

  #miss(): void {
    // A slow machine loads code for seconds, in which the main thread says nothing: that has a limit of its own.
    if (!this.#isReady) return;
    this.#misses++;
    if (this.#misses < 2) return;
    this.#wasLate = true;
    this.kill(`its main thread gave no sign of life for ${this.#limits.silenceMs} ms`);
  }

  #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #lost(): EncoderError {
    return new EncoderError(
      'device_lost',
      `the driver host of ${this.#setup.name} is gone: ${this.#why ?? 'it ended'}`,
    );
  }

  #bury(why: string): HostEnd {
    this.#why ??= why;
    clearTimeout(this.#start);
    clearInterval(this.#silence);
    for (const pending of this.#calls.values()) pending.reject(this.#lost());
    return { why: this.#why, isUnloadable: this.#isUnloadable, wasLate: this.#wasLate };
  }

  #followOutput(): void {
    const { stdout, stderr } = this.#child;
    if (stdout) {
      createInterface({ input: stdout }).on('line', (line) =>
        this.#setup.log.debug({ driver: this.#setup.name, line }, 'the driver printed'),
      );
    }
    if (!stderr) return;
    createInterface({ input: stderr }).on('line', (line) => {
      if (/^\w*Error\b/.test(line)) this.#lastWords = line;
      this.#setup.log.debug({ driver: this.#setup.name, line }, 'the driver printed an error');
    });
  }
}
