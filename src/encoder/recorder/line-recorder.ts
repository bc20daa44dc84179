import type { LineTap, LineTransport, NameCommand } from '../tap.ts';
import { copied } from './copied.ts';
import { monotonicMs } from './monotonic.ts';
import type { LineRecord, RawPassed, RawRecord } from './wire-record.ts';

/** How much of a greeting is kept. */
const MOST_GREETING_BYTES = 65_536;
/** An exchange on which nothing has come for so long is told of, though the next one has not begun. */
const SETTLED_MS = 100;

interface LineParts {
  readonly deviceId: string;
  readonly transport: LineTransport;
  readonly nameOf: NameCommand;
  readonly record: (record: LineRecord) => void;
  readonly raw: (passed: RawPassed, at: number) => void;
  readonly isCaptured: () => boolean;
}

interface OpenExchange {
  readonly at: number;
  readonly beganMs: number;
  readonly command: string | null;
  readonly isIdle: boolean;
  readonly outBytes: number;
  inBytes: number;
  lastMs: number;
}

/** One open line: puts each message together with what came until the next one, and keeps the bytes of the greeting, in which there is no card yet. */
export class LineRecorder implements LineTap {
  readonly #parts: LineParts;
  readonly #greeting: RawRecord[] = [];
  #greetingBytes = 0;
  #isGreeting = true;
  #exchange: OpenExchange | undefined;
  #hasEnded = false;
  /** The last message, where it is an idle one: there is nothing of a card in it. */
  #idle: RawRecord | undefined;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#tell({ kind: 'opened' }, performance.now(), 0);
  }

  /** What passed before the device was greeted, to the byte, and what it was told while nothing happens and has not answered yet. */
  get greeting(): readonly RawRecord[] {
    const awaited = this.#exchange?.inBytes === 0 ? this.#idle : undefined;
    return awaited === undefined || this.#isGreeting ? this.#greeting : [...this.#greeting, awaited];
  }

  wrote(bytes: Uint8Array): void {
    this.#close();
    const now = performance.now();
    const named = this.#parts.nameOf(bytes);
    const command = named?.name ?? null;
    const isIdle = named?.isIdle === true;
    this.#exchange = {
      ...{ at: Date.now(), beganMs: now, command, isIdle, inBytes: 0, lastMs: now },
      outBytes: bytes.length,
    };
    this.#idle = isIdle ? this.#rawOf(this.#said('out', bytes, command, isIdle), now) : undefined;
    this.#tellBytes('out', bytes, command, isIdle, now);
  }

  received(bytes: Uint8Array): void {
    const now = performance.now();
    this.#exchange ??= {
      ...{ at: Date.now(), beganMs: now, command: null, isIdle: false, inBytes: 0, lastMs: now },
      outBytes: 0,
    };
    this.#exchange.inBytes += bytes.length;
    this.#exchange.lastMs = now;
    this.#tellBytes('in', bytes, null, this.#exchange.isIdle, now);
  }

  /** The device was greeted: what passes from now on may be of a card. */
  greeted(): void {
    if (!this.#isGreeting) return;
    this.#tell({ kind: 'greeted' }, performance.now(), 0);
    this.#isGreeting = false;
  }

  settle(): void {
    if (this.#exchange !== undefined && performance.now() - this.#exchange.lastMs > SETTLED_MS) this.#close();
  }

  /** Another line takes its place. */
  end(): void {
    this.#close();
    this.#hasEnded = true;
  }

  #close(): void {
    const exchange = this.#exchange;
    if (exchange === undefined || this.#hasEnded) return;
    this.#exchange = undefined;
    const { deviceId, transport } = this.#parts;
    const { at, beganMs, lastMs, command, isIdle, outBytes, inBytes } = exchange;
    const durationMs = inBytes === 0 ? null : lastMs - beganMs;
    this.#parts.record({
      kind: 'line',
      ...{ deviceId, transport, at, monotonicMs: monotonicMs(beganMs), durationMs },
      ...{ command, isIdle, outBytes, inBytes },
    });
  }

  #tellBytes(
    kind: 'out' | 'in',
    bytes: Uint8Array,
    command: string | null,
    isIdle: boolean,
    now: number,
  ): void {
    if (!this.#isGreeting && !this.#parts.isCaptured()) return;
    this.#tell(this.#said(kind, bytes, command, isIdle), now, bytes.length);
  }

  #said(kind: 'out' | 'in', bytes: Uint8Array, command: string | null, isIdle: boolean): RawPassed {
    return { kind, transport: this.#parts.transport, command, isIdle, bytes: copied(bytes) };
  }

  #rawOf(passed: RawPassed, now: number): RawRecord {
    const { deviceId } = this.#parts;
    return { deviceId, at: Date.now(), monotonicMs: monotonicMs(now), ...passed };
  }

  #tell(passed: RawPassed, now: number, length: number): void {
    if (this.#isGreeting && this.#greetingBytes < MOST_GREETING_BYTES) {
      this.#greetingBytes += length;
      this.#greeting.push(this.#rawOf(passed, now));
    }
    if (this.#parts.isCaptured()) this.#parts.raw(passed, now);
  }
}
