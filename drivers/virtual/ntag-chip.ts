import { ACK, type Chip, type ChipAnswer, SILENCE } from './chip.ts';
import {
  CAPABILITY_PAGE,
  factoryPages,
  isPageLocked,
  NTAG_LAYOUTS,
  type NtagLayout,
  type NtagTechnology,
  PAGE_BYTES,
  STATIC_LOCK_PAGE,
  withDynamicLocks,
  withStaticLocks,
} from './ntag-layout.ts';

/** NAK codes (NXP NTAG213/215/216, section 9.3): a bad argument, and too many wrong passwords. */
const NAK_ARGUMENT = 0x0;
const NAK_AUTH_LIMIT = 0x4;
/** After the pages, the memory carries the counter of reads, least significant byte first, and that of wrong passwords. */
const COUNTER_BYTES = 4;

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
 * NTAG213, 215 or 216 (NXP NTAG213/215/216, section 10). Native commands: `60` GET_VERSION, `30 page` READ, `3A first last` FAST_READ,
 * `A2 page data(4)` WRITE, `1B password(4)` PWD_AUTH, `39 02` READ_CNT, `3C 00` READ_SIG, `50 00` HLTA.
 */
export class NtagChip implements Chip {
  readonly technology: NtagTechnology;
  readonly uid: Uint8Array;
  readonly atqa = Uint8Array.of(0x44, 0x00);
  readonly sak = 0x00;
  readonly #layout: NtagLayout;
  readonly #memory: Uint8Array;
  #revision = 0;
  #protection: Protection;
  #isAuthenticated = false;
  #isHalted = false;
  #isCounted = false;

  /** `memory` as `memory` gave it; absent: as from the factory. Throws a plain Error when it is not this card's. */
  constructor(technology: NtagTechnology, uid: Uint8Array, memory?: Uint8Array) {
    this.technology = technology;
    this.uid = uid;
    this.#layout = NTAG_LAYOUTS[technology];
    const factory = factoryPages(this.#layout, uid);
    const size = factory.length + COUNTER_BYTES;
    if (memory && memory.length !== size) {
      throw new Error(`the memory of an ${technology} has ${size} bytes, not ${memory.length}`);
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
        return data([0x00, 0x04, 0x04, 0x02, 0x01, 0x00, this.#layout.sizeByte, 0x03]);
      case '30/2':
        return this.#read(first);
      case '3a/3':
        return this.#fastRead(first, second);
      case 'a2/6':
        return this.#write(first, command.slice(2));
      case '1b/5':
        return this.#authenticate(command.slice(1));
      case '39/2':
        return first === 0x02 ? this.#readCounter() : undefined;
      case '3c/2':
        return first === 0x00 ? data(new Uint8Array(32)) : undefined;
      default:
        return undefined;
    }
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
    const { pages, dynamicLockPage, configPage } = this.#layout;
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
    if (page === dynamicLockPage) return this.#store(page, withDynamicLocks(this.#layout, current, bytes));
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

  #readCounter(): ChipAnswer | undefined {
    const { isCounterOn, isCounterProtected } = this.#protection;
    if (!isCounterOn || (isCounterProtected && !this.#isAuthenticated)) return undefined;
    const at = this.#memory.length - COUNTER_BYTES;
    return data(this.#memory.slice(at, at + 3));
  }

  /** The first READ or FAST_READ after activation counts, up to FF FF FF. */
  #count(): void {
    if (!this.#protection.isCounterOn || this.#isCounted) return;
    this.#isCounted = true;
    const at = this.#memory.length - COUNTER_BYTES;
    const [low = 0, middle = 0, high = 0] = this.#memory.subarray(at, at + 3);
    const next = Math.min(low + middle * 0x100 + high * 0x10000 + 1, 0xffffff);
    this.#memory.set([next & 0xff, (next >> 8) & 0xff, next >> 16], at);
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
