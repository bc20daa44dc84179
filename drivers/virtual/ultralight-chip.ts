import { ACK, type Chip, type ChipAnswer, SILENCE } from './chip.ts';
import {
  CAPABILITY_PAGE,
  factoryPages,
  isPageLocked,
  PAGE_BYTES,
  STATIC_LOCK_PAGE,
  ULTRALIGHT_LAYOUTS,
  type UltralightLayout,
  type UltralightTechnology,
  withDynamicLocks,
  withStaticLocks,
} from './ultralight-layout.ts';

/** NAK codes (NXP NTAG213/215/216, section 9.3): a bad argument, too many wrong passwords, a counter that would overflow. */
const NAK_ARGUMENT = 0x0;
const NAK_AUTH_LIMIT = 0x4;
const NAK_OVERFLOW = 0x4;
/** A counter has three bytes, least significant first, and stops at the greatest number. */
const COUNTER_BYTES = 3;
const COUNTER_LIMIT = 0xffffff;

/** What the configuration pages said when the card was activated: a change of them waits until the next activation. */
interface Protection {
  /** The first page that needs the password. */
  readonly firstPage: number;
  readonly isReadProtected: boolean;
  readonly isConfigLocked: boolean;
  readonly isCounterOn: boolean;
  readonly isCounterProtected: boolean;
  /** Wrong passwords after which none is accepted any more; 0: no limit. */
  readonly wrongPasswordLimit: number;
}

/**
 * NTAG213, 215 or 216 (NXP NTAG213/215/216, section 10), or Ultralight EV1 (MF0ULx1, section 10). Native commands: `60` GET_VERSION,
 * `30 page` READ, `3A first last` FAST_READ, `A2 page data(4)` WRITE, `1B password(4)` PWD_AUTH, `39 counter` READ_CNT, `3C 00` READ_SIG,
 * `50 00` HLTA; an EV1 also `A5 counter add(4)` INCR_CNT and `3E counter` CHECK_TEARING_EVENT.
 *
 * After the pages, the memory carries the counters, that of an NTAG or the three of an EV1, and one byte for wrong passwords.
 */
export class UltralightChip implements Chip {
  readonly technology: UltralightTechnology;
  readonly uid: Uint8Array;
  readonly atqa = Uint8Array.of(0x44, 0x00);
  readonly sak = 0x00;
  readonly #layout: UltralightLayout;
  readonly #memory: Uint8Array;
  #revision = 0;
  #protection: Protection;
  #isAuthenticated = false;
  #isHalted = false;
  #isCounted = false;

  /** `memory` as `memory` gave it; absent: as from the factory. Throws a plain Error when it is not this card's. */
  constructor(technology: UltralightTechnology, uid: Uint8Array, memory?: Uint8Array) {
    this.technology = technology;
    this.uid = uid;
    this.#layout = ULTRALIGHT_LAYOUTS[technology];
    const factory = factoryPages(this.#layout, uid);
    const size = factory.length + (this.#layout.counters === 'reads' ? 1 : 3) * COUNTER_BYTES + 1;
    if (memory && memory.length !== size) {
      throw new Error(`the memory of a card of kind ${technology} has ${size} bytes, not ${memory.length}`);
    }
    if (memory && !factory.subarray(0, 9).every((byte, at) => memory[at] === byte)) {
      throw new Error('the first pages of the memory do not carry the uid of the card');
    }
    this.#memory = new Uint8Array(size);
    this.#memory.set(memory ?? factory);
    this.#protection = this.#readProtection();
  }

  get memory(): Uint8Array {
    return this.#memory.slice();
  }

  get revision(): number {
    return this.#revision;
  }

  activate(): void {
    this.#protection = this.#readProtection();
    this.#isAuthenticated = false;
    this.#isHalted = false;
    this.#isCounted = false;
  }

  exchange(command: Uint8Array): ChipAnswer {
    if (this.#isHalted) return SILENCE;
    if (command[0] === 0x50) {
      this.#isHalted = true;
      return SILENCE;
    }
    const answer = this.#run(command) ?? { kind: 'nak', code: NAK_ARGUMENT };
    if (answer.kind === 'nak') {
      this.#isHalted = true;
      this.#isAuthenticated = false;
    }
    return answer;
  }

  /** Undefined: the card says no. */
  #run(command: Uint8Array): ChipAnswer | undefined {
    const [code, first = 0, second = 0] = command;
    switch (`${code?.toString(16)}/${command.length}`) {
      case '60/1':
        return this.#version();
      case '30/2':
        return this.#read(first);
      case '3a/3':
        return this.#fastRead(first, second);
      case 'a2/6':
        return this.#write(first, command.slice(2));
      case '1b/5':
        return this.#authenticate(command.slice(1));
      case '39/2':
        return this.#readCounter(first);
      case 'a5/6':
        return this.#increment(first, second + (command[3] ?? 0) * 0x100 + (command[4] ?? 0) * 0x10000);
      case '3e/2':
        return this.#layout.counters === 'three' && first <= 2 ? data([0xbd]) : undefined;
      case '3c/2':
        return first === 0x00 ? data(new Uint8Array(32)) : undefined;
      default:
        return undefined;
    }
  }

  #version(): ChipAnswer {
    const [product, subtype, size] = this.#layout.version;
    return data([0x00, 0x04, product, subtype, 0x01, 0x00, size, 0x03]);
  }

  /** Four pages; past the last readable one it goes on at page 0 (section 10.2). */
  #read(page: number): ChipAnswer | undefined {
    const readable = this.#readablePages();
    if (page >= readable) return undefined;
    this.#count();
    const pages = [0, 1, 2, 3].map((step) => this.#visible((page + step) % readable));
    return data(pages.flatMap((bytes) => [...bytes]));
  }

  #fastRead(first: number, last: number): ChipAnswer | undefined {
    if (first > last || last >= this.#readablePages()) return undefined;
    this.#count();
    const pages = Array.from({ length: last - first + 1 }, (_, step) => this.#visible(first + step));
    return data(pages.flatMap((bytes) => [...bytes]));
  }

  #write(page: number, bytes: Uint8Array): ChipAnswer | undefined {
    const { pages, dynamicLock, configPage } = this.#layout;
    if (page < STATIC_LOCK_PAGE || page >= pages) return undefined;
    if (page >= this.#protection.firstPage && !this.#isAuthenticated) return undefined;
    if (isPageLocked(this.#layout, this.#memory, page)) return undefined;
    if (this.#protection.isConfigLocked && (page === configPage || page === configPage + 1)) return undefined;
    const current = this.#page(page);
    if (page === STATIC_LOCK_PAGE) return this.#store(page, withStaticLocks(current, bytes));
    if (page === CAPABILITY_PAGE)
      return this.#store(
        page,
        current.map((byte, at) => byte | (bytes[at] ?? 0)),
      );
    if (page === dynamicLock?.page) return this.#store(page, withDynamicLocks(this.#layout, current, bytes));
    return this.#store(page, bytes);
  }

  /** Answers the two bytes of PACK. A password that was right sets the counter of wrong ones back. */
  #authenticate(password: Uint8Array): ChipAnswer | undefined {
    const { wrongPasswordLimit } = this.#protection;
    const failuresAt = this.#memory.length - 1;
    const failures = this.#memory[failuresAt] ?? 0;
    if (wrongPasswordLimit !== 0 && failures >= wrongPasswordLimit)
      return { kind: 'nak', code: NAK_AUTH_LIMIT };
    const isRight = this.#page(this.#layout.configPage + 2).every((byte, at) => password[at] === byte);
    if (wrongPasswordLimit !== 0 && failures !== (isRight ? 0 : failures + 1)) {
      this.#memory[failuresAt] = isRight ? 0 : failures + 1;
      this.#revision += 1;
    }
    if (!isRight) return undefined;
    this.#isAuthenticated = true;
    return data(this.#page(this.#layout.configPage + 3).slice(0, 2));
  }

  /** An NTAG has counter 2 alone, where its configuration shows it; an EV1 has 0 to 2. */
  #readCounter(counter: number): ChipAnswer | undefined {
    const { isCounterOn, isCounterProtected } = this.#protection;
    const isShown =
      this.#layout.counters === 'three'
        ? counter <= 2
        : counter === 2 && isCounterOn && (!isCounterProtected || this.#isAuthenticated);
    if (!isShown) return undefined;
    const at = this.#counterAt(counter);
    return data(this.#memory.slice(at, at + COUNTER_BYTES));
  }

  /** INCR_CNT refuses what would go past the limit. */
  #increment(counter: number, by: number): ChipAnswer | undefined {
    if (this.#layout.counters !== 'three' || counter > 2) return undefined;
    const sum = this.#counterValue(counter) + by;
    if (sum > COUNTER_LIMIT) return { kind: 'nak', code: NAK_OVERFLOW };
    this.#setCounter(counter, sum);
    return ACK;
  }

  /** The first READ or FAST_READ after activation counts, up to FF FF FF. */
  #count(): void {
    if (this.#layout.counters !== 'reads' || !this.#protection.isCounterOn || this.#isCounted) return;
    this.#isCounted = true;
    this.#setCounter(2, Math.min(this.#counterValue(2) + 1, COUNTER_LIMIT));
  }

  #counterAt(counter: number): number {
    const place = this.#layout.counters === 'reads' ? 0 : counter;
    return this.#layout.pages * PAGE_BYTES + place * COUNTER_BYTES;
  }

  #counterValue(counter: number): number {
    const at = this.#counterAt(counter);
    const [low = 0, middle = 0, high = 0] = this.#memory.subarray(at, at + COUNTER_BYTES);
    return low + middle * 0x100 + high * 0x10000;
  }

  #setCounter(counter: number, value: number): void {
    this.#memory.set([value & 0xff, (value >> 8) & 0xff, value >> 16], this.#counterAt(counter));
    this.#revision += 1;
  }

  #readablePages(): number {
    const { firstPage, isReadProtected } = this.#protection;
    return isReadProtected && !this.#isAuthenticated
      ? Math.min(firstPage, this.#layout.pages)
      : this.#layout.pages;
  }

  /** A page as a reader sees it: PWD and PACK as zeros. */
  #visible(page: number): Uint8Array {
    return page >= this.#layout.configPage + 2 ? new Uint8Array(PAGE_BYTES) : this.#page(page);
  }

  #page(page: number): Uint8Array {
    return this.#memory.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  }

  #store(page: number, bytes: Uint8Array): ChipAnswer {
    this.#memory.set(bytes, page * PAGE_BYTES);
    this.#revision += 1;
    return ACK;
  }

  /** ACCESS: PROT 80, CFGLCK 40, NFC_CNT_EN 10, NFC_CNT_PWD_PROT 08, AUTHLIM 07 (section 8.5.7). */
  #readProtection(): Protection {
    const access = this.#page(this.#layout.configPage + 1)[0] ?? 0;
    return {
      firstPage: this.#page(this.#layout.configPage)[3] ?? 0xff,
      isReadProtected: (access & 0x80) !== 0,
      isConfigLocked: (access & 0x40) !== 0,
      isCounterOn: (access & 0x10) !== 0,
      isCounterProtected: (access & 0x08) !== 0,
      wrongPasswordLimit: access & 0x07,
    };
  }
}

function data(bytes: Iterable<number>): ChipAnswer {
  return { kind: 'data', bytes: Uint8Array.from(bytes) };
}
