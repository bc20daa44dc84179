import { WireFaults } from '../../contracts/wire-faults.ts';
import { SimulatedSerialPort } from '../ports/serial-bench.ts';
import { answerFrame, type Command, CommandReader, type SimulatedMode } from './reader-frames.ts';
import { SimulatedReader } from './simulated-reader.ts';

/** A TWN4 on a serial port of its own. To dispose of it is to pull its cable for good. */
export class Twn4Port implements AsyncDisposable {
  readonly reader = new SimulatedReader();
  readonly wire: WireFaults;
  readonly #port: SimulatedSerialPort;
  readonly #mode: SimulatedMode;
  #commands: CommandReader;
  /** Another number whenever the plug was pulled: what was under way then is lost. */
  #plugging = 0;
  #last: Promise<void> = Promise.resolve();

  private constructor(port: SimulatedSerialPort, mode: SimulatedMode) {
    this.#port = port;
    this.#mode = mode;
    this.#commands = new CommandReader(mode);
    this.wire = new WireFaults({
      toHost: (bytes) => port.send(bytes),
      toDevice: (bytes) => this.#receive(bytes),
      die: () => this.unplug(),
    });
    port.onBytes = (bytes) => this.wire.fromHost(bytes);
  }

  /** Rejects when socat is missing, or does not make the port in time. */
  static async open(mode: SimulatedMode): Promise<Twn4Port> {
    return new Twn4Port(await SimulatedSerialPort.open(), mode);
  }

  get path(): string {
    return this.#port.path;
  }

  async unplug(): Promise<void> {
    this.#plugging += 1;
    await this.#port.unplug();
  }

  async replug(): Promise<void> {
    this.#commands = new CommandReader(this.#mode);
    await this.#port.replug();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#plugging += 1;
    this.reader.place(undefined);
    this.wire.clear();
    await this.#port[Symbol.asyncDispose]();
  }

  #receive(bytes: Uint8Array): void {
    const plugging = this.#plugging;
    for (const command of this.#commands.read(bytes)) {
      this.#last = this.#last.then(() => this.#answer(command, plugging));
    }
  }

  async #answer(command: Command, plugging: number): Promise<void> {
    if (plugging !== this.#plugging) return;
    const answer = await this.reader.answer(command);
    if (plugging === this.#plugging) this.wire.fromDevice(answerFrame(this.#mode, answer));
  }
}
