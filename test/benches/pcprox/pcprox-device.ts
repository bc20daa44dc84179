/** Milliseconds in one step of page 1's hold and lock-out times, as the maker's SDK has it. */
const TIME_STEP_MS = 48;
/** How often the antenna reads a card that lies there. */
const READ_AGAIN_MS = 100;

/** A configuration as from the factory: cards of 26 bits without their parities, keystrokes on, Enter after them, held for 1 s. */
const FACTORY_PAGES: readonly (readonly number[])[] = [
  [0x03, 0x05, 0x11, 0x10, 0x1a, 0x00, 0x28, 0x00],
  [0x00, 0x08, 0x15, 0x15, 0x02, 0x02, 0x00, 0x00],
  [0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
];

export interface PcproxOptions {
  /** What is in the EEPROM: three pages of 8 bytes. */
  readonly pages?: readonly (readonly number[])[];
  /** What of a configuration a firmware does not take: bits go on being cut off, or keystrokes on being typed, as the EEPROM says. */
  readonly ignores?: readonly ('cut' | 'halt')[];
  /** Milliseconds that have passed, from any beginning. */
  readonly now?: () => number;
}

/**
 * A pcProx (RDR-6081AKU, firmware 7.3.0) made of code, as protocol.md of Michael Farrell's pcprox describes it: 8 bytes in, 8 bytes out, no ids.
 * Over /dev/hidraw a 0 stands before both: the USB HID driver of Linux puts it there, uhid does not.
 */
export class PcproxDevice {
  /** What its keyboard would have typed, one entry a card: a person's text would be spoilt by each. */
  readonly typed: string[] = [];
  /** How often anything was written to the EEPROM. */
  eepromWrites = 0;
  readonly #now: () => number;
  readonly #ignores: readonly ('cut' | 'halt')[];
  readonly #eeprom: Uint8Array[];
  #ram: Uint8Array[];
  /** A page that was chosen: what is set next becomes its bytes, unless it is got first. */
  #chosen: number | null = null;
  /** Pages were put: no cards until this is finished. */
  #isConfiguring = false;
  #answer = new Uint8Array(8);
  #latchedCount = 0;
  #card: { readonly bits: string; readonly cameAt: number; leftAt: number } | null = null;

  constructor(options: PcproxOptions = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#ignores = options.ignores ?? [];
    this.#eeprom = (options.pages ?? FACTORY_PAGES).map((page) => Uint8Array.from(page));
    this.#ram = this.#eeprom.map((page) => page.slice());
  }

  /** SET_REPORT, feature, id 0. Throws when the host sends another length than 8: the transfer stalls. */
  setFeature(report: Uint8Array): void {
    if (report.length !== 8) throw new Error(`${report.length} bytes were set, not 8`);
    if (this.#chosen !== null) {
      this.#ram[this.#chosen] = this.#chosen === 0 ? this.#taken(report) : report.slice();
      this.#chosen = null;
      this.#isConfiguring = true;
      return;
    }
    this.#obey(report);
  }

  /** GET_REPORT, feature, id 0: what the last command asked for. */
  getFeature(reportId: number, length: number): Uint8Array {
    if (reportId !== 0) throw new Error(`there is no feature report ${reportId}`);
    this.#chosen = null;
    return this.#answer.slice(0, length);
  }

  /** A card is held to the reader: its bits as text, first sent first. */
  hold(bits: string): void {
    this.#card = { bits, cameAt: this.#now(), leftAt: Number.POSITIVE_INFINITY };
    const isRead = !this.#isConfiguring && this.#admits(bits);
    if (isRead && (this.#page(0, 7) & 0x80) === 0) this.typed.push(this.#keystrokes(bits));
  }

  /** The card is taken away; the reader holds its number for valid until the hold time is over. */
  release(): void {
    if (this.#card !== null) this.#card.leftAt = Math.min(this.#card.leftAt, this.#now());
  }

  /** Milliseconds for which a card that is not read any more still counts. */
  get holdMs(): number {
    return this.#page(1, 2) * TIME_STEP_MS;
  }

  /** What is in force: page, byte. */
  get pages(): readonly (readonly number[])[] {
    return this.#ram.map((page) => [...page]);
  }

  /** The lights, where the host controls them. */
  get lights(): 'its own' | { readonly red: boolean; readonly green: boolean } {
    if ((this.#page(2, 1) & 0x02) === 0) return 'its own';
    return { red: (this.#page(2, 0) & 0x01) !== 0, green: (this.#page(2, 0) & 0x02) !== 0 };
  }

  /** Its plug is pulled and put back: what is not in the EEPROM is gone. */
  powerCycle(): void {
    this.#ram = this.#eeprom.map((page) => page.slice());
    this.#chosen = null;
    this.#isConfiguring = false;
    this.#answer = new Uint8Array(8);
    this.#latchedCount = 0;
  }

  /** Page 0 as the firmware takes it. */
  #taken(page: Uint8Array): Uint8Array {
    const taken = page.slice();
    const [, , cut = 0, , , , , flags = 0] = this.#eeprom[0] ?? [];
    if (this.#ignores.includes('cut')) taken[2] = cut;
    if (this.#ignores.includes('halt')) taken[7] = ((taken[7] ?? 0) & 0x7f) | (flags & 0x80);
    return taken;
  }

  #obey(report: Uint8Array): void {
    const [command = 0, parameter = 0] = report;
    switch (command) {
      case 0x80:
      case 0x81:
      case 0x82:
        this.#chosen = command - 0x80;
        this.#say(this.#ram[this.#chosen] ?? []);
        return;
      case 0x8a:
        this.#say([0x00, 0x00, 0x30, 0x07, 0x00, 0x04, 0xf1, 0x00]);
        return;
      case 0x8f:
        this.#say(this.#cardBytes());
        return;
      case 0x8e:
        this.#say([this.#latchedCount, this.#latchedCount]);
        return;
      case 0x90:
        this.#finish(parameter);
        return;
      default:
        this.#say([]);
    }
  }

  #finish(savedPages: number): void {
    for (const [at, page] of this.#ram.entries()) {
      if ((savedPages & (1 << at)) === 0) continue;
      this.#eeprom[at] = page.slice();
      this.eepromWrites += 1;
    }
    this.#isConfiguring = false;
    this.#say([]);
  }

  #cardBytes(): number[] {
    const bits = this.#isConfiguring ? '' : this.#stripped(this.#heldBits());
    this.#latchedCount = bits.length;
    const bytes: number[] = [];
    for (let end = bits.length; end > 0; end -= 8) {
      bytes.push(Number.parseInt(bits.slice(Math.max(end - 8, 0), end), 2));
    }
    return bytes.slice(0, 8);
  }

  #heldBits(): string {
    if (this.#card === null) return '';
    const { bits, cameAt, leftAt } = this.#card;
    // While the lock-out time runs the reader overlooks the card, and its number ages.
    const everyMs = Math.max(READ_AGAIN_MS, this.#page(1, 3) * TIME_STEP_MS);
    const now = this.#now();
    const readings = Math.floor((Math.min(now, leftAt) - cameAt) / everyMs);
    const isValid = now - (cameAt + readings * everyMs) < this.holdMs;
    if (!isValid && now >= leftAt) this.#card = null;
    return isValid && this.#admits(bits) ? bits : '';
  }

  /** iLeadParityBitCnt and iTrailParityBitCnt. */
  #stripped(bits: string): string {
    const counts = this.#page(0, 2);
    return bits.slice(counts & 0x0f, Math.max(bits.length - (counts >> 4), 0));
  }

  /** bFrcBitCntEx: only cards of iTotalBitCnt bits. */
  #admits(bits: string): boolean {
    return (this.#page(0, 7) & 0x02) === 0 || bits.length === this.#page(0, 4);
  }

  #keystrokes(bits: string): string {
    const number = BigInt(`0b0${this.#stripped(bits)}`).toString();
    return (this.#page(0, 7) & 0x20) === 0 ? `${number}\n` : number;
  }

  #page(page: number, byte: number): number {
    return this.#ram[page]?.[byte] ?? 0;
  }

  #say(bytes: Iterable<number>): void {
    this.#answer = new Uint8Array(8);
    this.#answer.set([...bytes]);
  }
}
