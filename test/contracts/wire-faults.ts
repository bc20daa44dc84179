import type { Sent, Spoiling, Wire } from './wire-hands.ts';

export interface WireEnds {
  /** Gives bytes to the port that the driver has open. */
  toHost(bytes: Uint8Array): void;
  /** Gives bytes to the simulated device. */
  toDevice(bytes: Uint8Array): void;
  /** Pulls the plug of the device. */
  die(): Promise<void>;
  /**
   * Milliseconds between the two pieces of an answer that is cut once, so that the driver gets them one by one: a byte takes one at 9600 baud. Absent: 2.
   */
  readonly gapMs?: number;
}

const GAP_MS = 2;
/** Between a late frame and what follows it: the device answers what the host wrote meanwhile, and is in no hurry. */
const LATE_GAP_MS = 25;

/** Bytes on their way, and how long nothing comes after them. */
interface Piece {
  readonly bytes: Uint8Array;
  /** Milliseconds; `turn`: the rest of this turn of the event loop, so that many pieces do not add up to a late answer. */
  readonly gap: number | 'turn' | 'none';
}

/**
 * A line with somebody in the middle. A bench plugs it in between: what its simulated device sends goes to `fromDevice`, one frame a call; what arrives from
 * the port goes to `fromHost`, as it comes. It passes everything on in order, at once while there is no fault, and knows no protocol.
 *
 *     const wire = new WireFaults({ toHost: (bytes) => pty.write(bytes), toDevice: (bytes) => chip.receive(bytes), die: () => bench.unplug() });
 *     chip.onFrame = (frame) => wire.fromDevice(frame);
 *     pty.onData = (bytes) => wire.fromHost(bytes);
 *
 * For HID a report is a frame, and is never split.
 */
export class WireFaults implements Wire {
  readonly #ends: WireEnds;
  #counts = { toHost: 0, frames: 0, toDevice: 0, commands: 0 };
  #lostCommand = Number.POSITIVE_INFINITY;
  #cut = Number.POSITIVE_INFINITY;
  #every = Number.POSITIVE_INFINITY;
  #noise: Uint8Array = new Uint8Array(0);
  #spoiling: { first: number; last: number; at: number; mask: number } | undefined;
  #delayedFrom = Number.POSITIVE_INFINITY;
  #held: Uint8Array[] = [];
  #silentFrom = Number.POSITIVE_INFINITY;
  #speaking = Promise.withResolvers<void>();
  #death: { way: 'toHost' | 'toDevice'; at: number; died: PromiseWithResolvers<void> } | undefined;
  #isDead = false;
  /** Pieces on their way to the host. */
  readonly #pieces: Piece[] = [];
  #endGap: (() => void) | undefined;

  constructor(ends: WireEnds) {
    this.#ends = ends;
    this.#speaking.resolve();
  }

  get sent(): Sent {
    return { ...this.#counts };
  }

  get isSilent(): boolean {
    return this.#counts.frames + 1 >= this.#silentFrom;
  }

  /** Resolves once the device is not silent. */
  get speaking(): Promise<void> {
    return this.#speaking.promise;
  }

  /** A frame that the device sends. */
  fromDevice(frame: Uint8Array): void {
    if (this.#isDead || this.isSilent || frame.length === 0) return;
    this.#counts.frames += 1;
    const arriving = this.#spoiled(frame);
    if (this.#counts.frames >= this.#delayedFrom) this.#held.push(arriving);
    else this.#arrive(arriving);
  }

  /** Bytes that the host sends. */
  fromHost(bytes: Uint8Array): void {
    if (this.#isDead) return;
    const late = this.#held;
    if (late.length > 0) {
      this.#held = [];
      this.#delayedFrom = Number.POSITIVE_INFINITY;
      for (const [at, frame] of late.entries()) this.#arrive(frame, at === late.length - 1 ? LATE_GAP_MS : 0);
    }
    this.#counts.commands += 1;
    if (this.#counts.commands === this.#lostCommand) return;
    const passing = this.#untilDeath('toDevice', bytes);
    this.#counts.toDevice += passing.length;
    if (passing.length > 0) this.#ends.toDevice(passing);
    this.#dieIfDue('toDevice');
  }

  splitAt(position: number): void {
    this.#cut = this.#counts.toHost + position;
  }

  splitEvery(bytes: number): void {
    this.#every = bytes;
  }

  noiseBefore(noise: Uint8Array): void {
    this.#noise = noise;
  }

  corrupt({ frames = 1, after = 0, at, mask = 0x01 }: Spoiling): void {
    const first = this.#counts.frames + after + 1;
    this.#spoiling = { first, last: first + frames - 1, at, mask };
  }

  delayNext(after = 0): void {
    this.#delayedFrom = this.#counts.frames + after + 1;
  }

  loseCommand(after = 0): void {
    this.#lostCommand = this.#counts.commands + after + 1;
  }

  silence(after = 0): void {
    this.speak();
    this.#silentFrom = this.#counts.frames + after + 1;
    this.#speaking = Promise.withResolvers();
  }

  speak(): void {
    this.#silentFrom = Number.POSITIVE_INFINITY;
    this.#speaking.resolve();
  }

  dieAfter(where: { readonly toHost: number } | { readonly toDevice: number }): Promise<void> {
    const died = Promise.withResolvers<void>();
    const [way, bytes] =
      'toHost' in where ? (['toHost', where.toHost] as const) : (['toDevice', where.toDevice] as const);
    this.#death = { way, at: this.#counts[way] + bytes, died };
    return died.promise;
  }

  clear(): void {
    this.#held = [];
    this.#cut = Number.POSITIVE_INFINITY;
    this.#every = Number.POSITIVE_INFINITY;
    this.#noise = new Uint8Array(0);
    this.#spoiling = undefined;
    this.#lostCommand = Number.POSITIVE_INFINITY;
    this.#delayedFrom = Number.POSITIVE_INFINITY;
    this.#death = undefined;
    this.#isDead = false;
    this.speak();
    this.#hurry();
  }

  #spoiled(frame: Uint8Array): Uint8Array {
    const { frames } = this.#counts;
    if (this.#spoiling === undefined || frames < this.#spoiling.first || frames > this.#spoiling.last)
      return frame;
    const { at, mask } = this.#spoiling;
    return frame.map((byte, position) => (position === at % frame.length ? byte ^ mask : byte));
  }

  /** Sends a frame towards the host, with what the faults make of it. */
  #arrive(frame: Uint8Array, gapAfterMs = 0): void {
    const passing = this.#untilDeath('toHost', Uint8Array.of(...this.#noise, ...frame));
    let from = 0;
    for (let end = 1; end <= passing.length; end++) {
      const position = this.#counts.toHost + end;
      const isLast = end === passing.length;
      const isCut = position === this.#cut;
      const isPiece = position % this.#every === 0;
      if (!isLast && !isCut && !isPiece) continue;
      const gapMs = isLast && gapAfterMs > 0 ? gapAfterMs : isCut ? (this.#ends.gapMs ?? GAP_MS) : 0;
      this.#pieces.push({
        bytes: passing.slice(from, end),
        gap: gapMs > 0 ? gapMs : isPiece ? 'turn' : 'none',
      });
      from = end;
    }
    this.#counts.toHost += passing.length;
    this.#deliver();
    this.#dieIfDue('toHost');
  }

  #deliver(): void {
    if (this.#endGap !== undefined) return;
    for (let piece = this.#pieces.shift(); piece !== undefined; piece = this.#pieces.shift()) {
      this.#ends.toHost(piece.bytes);
      if (piece.gap === 'none') continue;
      this.#endGap = this.#after(piece.gap, () => {
        this.#endGap = undefined;
        this.#deliver();
      });
      return;
    }
  }

  /** Returns how not to. */
  #after(gap: number | 'turn', goOn: () => void): () => void {
    if (gap === 'turn') {
      const turn = setImmediate(goOn);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(goOn, gap);
    return () => clearTimeout(timer);
  }

  /** Delivers at once what is on its way. */
  #hurry(): void {
    this.#endGap?.();
    this.#endGap = undefined;
    const bytes = this.#pieces.splice(0).flatMap((piece) => [...piece.bytes]);
    if (bytes.length > 0) this.#ends.toHost(Uint8Array.from(bytes));
  }

  #untilDeath(way: 'toHost' | 'toDevice', bytes: Uint8Array): Uint8Array {
    if (this.#death?.way !== way) return bytes;
    return bytes.subarray(0, Math.max(0, this.#death.at - this.#counts[way]));
  }

  #dieIfDue(way: 'toHost' | 'toDevice'): void {
    const death = this.#death;
    if (death?.way !== way || this.#counts[way] < death.at) return;
    this.#death = undefined;
    this.#isDead = true;
    this.#hurry();
    this.#ends.die().then(death.died.resolve, death.died.reject);
  }
}
