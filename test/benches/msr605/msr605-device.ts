import { type DeviceCommand, takeCommand } from './device-command.ts';
import { readBits, type SimulatedStripe, trackBits } from './stripe.ts';

/** What the device waits for a card to do. */
export type Arming =
  | { readonly kind: 'read_iso' | 'read_raw' | 'sensor_test' }
  | { readonly kind: 'write_iso'; readonly texts: readonly string[] }
  | { readonly kind: 'write_raw'; readonly raw: readonly (readonly number[])[] }
  | { readonly kind: 'erase'; readonly tracks: readonly number[] };

/** `bad`: too fast, or crooked. What is written then is half written. */
export type Hand = 'good' | 'bad';

const ESC = 0x1b;
const OK = 0x30;
const READ_WRITE_ERROR = 0x31;
const FORMAT_ERROR = 0x32;
const INVALID_COMMAND = 0x34;
const BAD_SWIPE = 0x39;
const REFUSED = 0x41;

const BITS_PER_INCH: Readonly<Record<number, readonly [track: number, bits: 75 | 210]>> = {
  160: [0, 75],
  161: [0, 210],
  75: [1, 75],
  210: [1, 210],
  192: [2, 75],
  193: [2, 210],
};

/**
 * An MSR605 (MSR605 Programmer's Manual rev B): bytes in by `receive`, bytes out by `onSend`, cards by `swipe`. While it waits for a card it takes a reset and nothing
 * else: the manual does not say what another command would do.
 */
export class Msr605Device {
  onSend: (bytes: Uint8Array) => void = () => {};
  /** Hears when the device begins to wait for a card, and when it ends to. */
  onArming: (arming: Arming | undefined) => void = () => {};
  readonly model: string = '3';
  readonly firmware: string = 'REVH7.31';
  coercivity: 'high' | 'low' = 'low';
  bitsPerInch: [number, number, number] = [75, 75, 75];
  bitsPerCharacter: [number, number, number] = [8, 8, 8];
  leadingZeros: [tracks1And3: number, track2: number] = [61, 22];
  /** What it was last told to light. */
  lamps = 0x81;
  resets = 0;
  /** Codes of commands that it does not understand, or not while it waits for a card. */
  readonly ignored: number[] = [];
  /** Codes that it refuses, as an older device. */
  readonly refusedSettings = new Set<number>();
  #input: number[] = [];
  #arming: Arming | undefined;

  get arming(): Arming | undefined {
    return this.#arming;
  }

  receive(bytes: Uint8Array): void {
    this.#input.push(...bytes);
    for (;;) {
      const begin = this.#input.indexOf(ESC);
      if (begin < 0) break;
      this.#input.splice(0, begin);
      const next = takeCommand(this.#input);
      if (next === undefined) return;
      this.#input.splice(0, next.taken);
      this.#obey(next.command);
    }
    this.#input = [];
  }

  /** A card passes. False: the device did not wait for one, and nothing has happened. */
  swipe(stripe: SimulatedStripe, hand: Hand = 'good'): boolean {
    const arming = this.#arming;
    if (arming === undefined) return false;
    this.#arm(undefined);
    this.onSend(Uint8Array.from(this.#pass(arming, stripe, hand)));
    return true;
  }

  #pass(arming: Arming, stripe: SimulatedStripe, hand: Hand): number[] {
    switch (arming.kind) {
      case 'sensor_test':
        return [ESC, OK];
      case 'read_iso':
        return isoBlock(stripe, hand);
      case 'read_raw':
        return rawBlock(stripe, hand, this.bitsPerCharacter);
      case 'erase':
        return this.#lay(stripe, hand, (at) => (arming.tracks.includes(at) ? '' : undefined));
      case 'write_iso':
        return this.#lay(stripe, hand, (at) => {
          const text = arming.texts[at] ?? '';
          return text === '' ? undefined : trackBits(text, at, this.leadingZeros[at === 1 ? 1 : 0]);
        });
      case 'write_raw':
        return this.#lay(stripe, hand, (at) => {
          const raw = arming.raw[at] ?? [];
          const width = this.bitsPerCharacter[at] ?? 8;
          const bits = raw.map((byte) =>
            [...byte.toString(2).padStart(8, '0')].reverse().join('').slice(0, width),
          );
          return raw.length === 0 ? undefined : bits.join('');
        });
    }
  }

  /** Writes the tracks for which there are bits. A field for low coercivity does nothing to a card of high coercivity, and the device does not notice. */
  #lay(stripe: SimulatedStripe, hand: Hand, bitsOf: (at: number) => string | undefined): number[] {
    for (const at of [0, 1, 2]) {
      const bits = bitsOf(at);
      if (bits === undefined || (stripe.coercivity === 'high' && this.coercivity === 'low')) continue;
      const before = stripe.tracks[at] ?? '';
      const half = Math.floor(Math.max(bits.length, before.length) / 2);
      stripe.tracks[at] =
        hand === 'good' ? bits : `${bits.slice(0, half).padEnd(half, '0')}${before.slice(half)}`;
    }
    return [ESC, hand === 'good' ? OK : BAD_SWIPE];
  }

  #obey(command: DeviceCommand): void {
    if (this.#arming !== undefined && !(command.kind === 'plain' && command.code === 0x61)) {
      this.ignored.push(codeOf(command));
      return;
    }
    switch (command.kind) {
      case 'plain':
        this.#obeyPlain(command.code);
        return;
      case 'with_bytes':
        this.#obeySetting(command.code, command.bytes);
        return;
      case 'write_iso':
      case 'write_raw':
        this.#arm(command);
        return;
      case 'misformed':
        this.#send(FORMAT_ERROR);
        return;
      case 'unknown':
        this.ignored.push(command.code);
        this.#send(INVALID_COMMAND);
        return;
    }
  }

  #obeyPlain(code: number): void {
    switch (code) {
      case 0x61:
        this.resets += 1;
        this.#arm(undefined);
        return;
      case 0x65:
        this.#send(0x79);
        return;
      case 0x64:
        this.#send(this.coercivity === 'high' ? 0x68 : 0x6c);
        return;
      case 0x6c:
        this.#send(...this.leadingZeros);
        return;
      case 0x72:
        this.#arm({ kind: 'read_iso' });
        return;
      case 0x6d:
        this.#arm({ kind: 'read_raw' });
        return;
      case 0x74:
        this.#send(this.model.charCodeAt(0), 0x53);
        return;
      case 0x76:
        this.#send(...[...this.firmware].map((character) => character.charCodeAt(0)));
        return;
      case 0x78:
      case 0x79:
        if (this.refusedSettings.has(code)) {
          this.#send(REFUSED);
          return;
        }
        this.coercivity = code === 0x78 ? 'high' : 'low';
        this.#send(OK);
        return;
      case 0x86:
        this.#arm({ kind: 'sensor_test' });
        return;
      case 0x87:
        this.#send(OK);
        return;
      default:
        this.lamps = code;
    }
  }

  #obeySetting(code: number, bytes: readonly number[]): void {
    const [first = 0, second = 0, third = 0] = bytes;
    if (code === 0x63) {
      const select = first === 0 ? 1 : first;
      this.#arm({ kind: 'erase', tracks: [0, 1, 2].filter((at) => (select >> at) & 1) });
      return;
    }
    if (this.refusedSettings.has(code) || this.refusedSettings.has(first)) {
      this.#send(REFUSED);
      return;
    }
    switch (code) {
      case 0x7a:
        this.leadingZeros = [first, second];
        this.#send(OK);
        return;
      case 0x6f:
        if ([first, second, third].some((bits) => bits < 5 || bits > 8)) {
          this.#send(REFUSED);
          return;
        }
        this.bitsPerCharacter = [first, second, third];
        this.#send(OK, first, second, third);
        return;
      default: {
        const [track, bits] = BITS_PER_INCH[first] ?? [];
        if (track === undefined || bits === undefined) {
          this.#send(REFUSED);
          return;
        }
        this.bitsPerInch[track] = bits;
        this.#send(OK);
        return;
      }
    }
  }

  #arm(arming: Arming | undefined): void {
    if (this.#arming === arming) return;
    this.#arming = arming;
    this.onArming(arming);
  }

  #send(...bytes: number[]): void {
    this.onSend(Uint8Array.of(ESC, ...bytes));
  }
}

function isoBlock(stripe: SimulatedStripe, hand: Hand): number[] {
  const starts = ['%', ';', ';'];
  const reads = stripe.tracks
    .map((bits, at) => readBits(bits, at))
    .map((read) => (hand === 'bad' && read !== 'empty' ? 'unreadable' : read));
  const tracks = reads.flatMap((read, at) => {
    if (read === 'empty') return [ESC, at + 1, ESC, 0x2b];
    if (read === 'unreadable') return [ESC, at + 1, ESC, 0x2a];
    return [ESC, at + 1, ...Buffer.from(`${starts[at]}${read.text}?`)];
  });
  const isRead = reads.some((read) => typeof read === 'object') && !reads.includes('unreadable');
  return [ESC, 0x73, ...tracks, 0x3f, 0x1c, ESC, isRead ? OK : READ_WRITE_ERROR];
}

function rawBlock(stripe: SimulatedStripe, hand: Hand, widths: readonly number[]): number[] {
  const tracks = stripe.tracks.flatMap((bits, at) => {
    const width = widths[at] ?? 8;
    const begin = bits.indexOf('1');
    const passed = begin < 0 || hand === 'bad' ? '' : bits.slice(begin);
    const whole = passed.padEnd(Math.ceil(passed.length / width) * width, '0');
    const bytes = (whole.match(new RegExp(`.{${width}}`, 'g')) ?? []).map((chunk) =>
      Number.parseInt(chunk, 2),
    );
    return [ESC, at + 1, bytes.length, ...bytes];
  });
  return [ESC, 0x73, ...tracks, 0x3f, 0x1c, ESC, hand === 'bad' ? READ_WRITE_ERROR : OK];
}

function codeOf(command: DeviceCommand): number {
  switch (command.kind) {
    case 'write_iso':
      return 0x77;
    case 'write_raw':
      return 0x6e;
    case 'misformed':
      return 0x73;
    default:
      return command.code;
  }
}
