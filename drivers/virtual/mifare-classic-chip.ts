import {
  type AccessCondition,
  accessOfTrailer,
  allows,
  dataRights,
  encodeAccessBits,
  isKeyBReadable,
  type KeyRule,
  type SectorAccess,
  TRANSPORT_ACCESS,
  trailerRights,
} from '../../src/card/classic-access.ts';
import {
  accessGroupOf,
  CLASSIC_BLOCK_BYTES,
  isTrailer,
  sectorOf,
  trailerOf,
} from '../../src/card/classic-geometry.ts';
import { ACK, type Chip, type ChipAnswer, SILENCE } from './chip.ts';

/** What is different from one size of card to another. ATQA is that of a uid of 4 bytes; 40 more with 7 bytes. */
interface ClassicSize {
  readonly name: string;
  readonly blocks: number;
  readonly sak: number;
  readonly atqa: number;
}

export type ClassicTechnology = 'mifare_classic_1k' | 'mifare_classic_4k';

const SIZES: Readonly<Record<ClassicTechnology, ClassicSize>> = {
  mifare_classic_1k: { name: 'MIFARE Classic 1K', blocks: 64, sak: 0x08, atqa: 0x04 },
  mifare_classic_4k: { name: 'MIFARE Classic 4K', blocks: 256, sak: 0x18, atqa: 0x02 },
};

/** "Operation not allowed" (NXP MF1S50yyX_V1, section 9.3). */
const NAK_NOT_ALLOWED = 0x4;

/** The sector that is open, and the key that opened it. */
interface OpenSector {
  readonly sector: number;
  readonly key: 'A' | 'B';
}

/**
 * MIFARE Classic 1K (NXP MF1S50yyX_V1) and 4K (MF1S70yyX_V1). Native commands:
 * `60|61 block key(6) uid(4)` authenticate, `30 block` read, `A0 block data(16)` write, `C1|C0|C2 block value(4)` increment,
 * decrement, restore, `B0 block` transfer, `50 00` halt.
 */
export class MifareClassicChip implements Chip {
  readonly technology: ClassicTechnology;
  readonly uid: Uint8Array;
  readonly atqa: Uint8Array;
  readonly sak: number;
  readonly #blocks: number;
  readonly #memory: Uint8Array;
  #revision = 0;
  #open: OpenSector | undefined;
  #isHalted = false;
  /** What increment, decrement and restore leave for transfer. */
  #register: Uint8Array | undefined;

  /** `memory` is all its bytes, as `memory` gave them; absent: as from the factory. Throws a plain Error when it is not this card's. */
  constructor(uid: Uint8Array, memory?: Uint8Array, technology: ClassicTechnology = 'mifare_classic_1k') {
    const { name, blocks, sak, atqa } = SIZES[technology];
    this.technology = technology;
    this.uid = uid;
    this.atqa = Uint8Array.of(uid.length === 4 ? atqa : 0x40 | atqa, 0x00);
    this.sak = sak;
    this.#blocks = blocks;
    const manufacturerBlock = manufacturerBlockOf(uid, sak, this.atqa);
    if (memory && memory.length !== blocks * CLASSIC_BLOCK_BYTES) {
      throw new Error(`a ${name} has ${blocks * CLASSIC_BLOCK_BYTES} bytes, not ${memory.length}`);
    }
    if (memory && !manufacturerBlock.every((byte, at) => memory[at] === byte)) {
      throw new Error('block 0 of the memory does not carry the uid of the card');
    }
    this.#memory = memory ? memory.slice() : factoryMemory(blocks, manufacturerBlock);
  }

  get memory(): Uint8Array {
    return this.#memory.slice();
  }

  get revision(): number {
    return this.#revision;
  }

  activate(): void {
    this.#open = undefined;
    this.#register = undefined;
    this.#isHalted = false;
  }

  exchange(command: Uint8Array): ChipAnswer {
    if (this.#isHalted) return SILENCE;
    const [code, block] = command;
    if (code === 0x50) return this.#halt(SILENCE);
    const answer =
      block === undefined || block >= this.#blocks ? undefined : this.#run(code, block, command.slice(2));
    return answer ?? this.#halt({ kind: 'nak', code: NAK_NOT_ALLOWED });
  }

  /** Undefined: the card says no. */
  #run(code: number | undefined, block: number, rest: Uint8Array): ChipAnswer | undefined {
    switch (code) {
      case 0x60:
        return this.#authenticate(block, 'A', rest.subarray(0, 6));
      case 0x61:
        return this.#authenticate(block, 'B', rest.subarray(0, 6));
      case 0x30:
        return isTrailer(block) ? this.#readTrailer(block) : this.#readData(block);
      case 0xa0:
        if (rest.length !== CLASSIC_BLOCK_BYTES) return undefined;
        return isTrailer(block) ? this.#writeTrailer(block, rest) : this.#writeData(block, rest);
      case 0xc0:
      case 0xc1:
      case 0xc2:
        return this.#loadValue(code, block, rest);
      case 0xb0:
        return this.#transfer(block);
      default:
        return undefined;
    }
  }

  #halt(answer: ChipAnswer): ChipAnswer {
    this.#open = undefined;
    this.#register = undefined;
    this.#isHalted = true;
    return answer;
  }

  #authenticate(block: number, key: 'A' | 'B', bytes: Uint8Array): ChipAnswer | undefined {
    const trailer = this.#block(trailerOf(sectorOf(block)));
    const stored = key === 'A' ? trailer.subarray(0, 6) : trailer.subarray(10, 16);
    // A sector with contradicting access bits is blocked for good.
    if (accessOfTrailer(trailer) === undefined || bytes.length !== 6) return undefined;
    if (!stored.every((byte, at) => bytes[at] === byte)) return undefined;
    this.#open = { sector: sectorOf(block), key };
    this.#register = undefined;
    return ACK;
  }

  /** The access conditions of the sector that holds `block`, if it is open and its key is good for anything. */
  #openAccess(block: number): { readonly access: SectorAccess; readonly key: 'A' | 'B' } | undefined {
    if (this.#open?.sector !== sectorOf(block)) return undefined;
    const access = accessOfTrailer(this.#block(trailerOf(this.#open.sector)));
    if (access === undefined) return undefined;
    if (this.#open.key === 'B' && isKeyBReadable(access[3])) return undefined;
    return { access, key: this.#open.key };
  }

  #mayUse(block: number, use: (condition: AccessCondition) => KeyRule): boolean {
    const open = this.#openAccess(block);
    return open !== undefined && allows(use(open.access[accessGroupOf(block)]), open.key);
  }

  #readData(block: number): ChipAnswer | undefined {
    if (!this.#mayUse(block, (condition) => dataRights(condition).read)) return undefined;
    return { kind: 'data', bytes: this.#block(block).slice() };
  }

  #writeData(block: number, data: Uint8Array): ChipAnswer | undefined {
    if (block === 0 || !this.#mayUse(block, (condition) => dataRights(condition).write)) return undefined;
    return this.#store(block, data);
  }

  /** Key A reads as zeros always, key B where it is not data. */
  #readTrailer(block: number): ChipAnswer | undefined {
    const open = this.#openAccess(block);
    if (open === undefined) return undefined;
    const rights = trailerRights(open.access[3]);
    const bytes = new Uint8Array(CLASSIC_BLOCK_BYTES);
    const trailer = this.#block(block);
    if (allows(rights.readAccess, open.key)) bytes.set(trailer.subarray(6, 10), 6);
    if (allows(rights.readKeyB, open.key)) bytes.set(trailer.subarray(10, 16), 10);
    return { kind: 'data', bytes };
  }

  /** Writes the parts that the key may write and leaves the others; a no when there are none. */
  #writeTrailer(block: number, data: Uint8Array): ChipAnswer | undefined {
    const open = this.#openAccess(block);
    if (open === undefined) return undefined;
    const rights = trailerRights(open.access[3]);
    const parts = [
      { rule: rights.writeKeyA, from: 0, to: 6 },
      { rule: rights.writeAccess, from: 6, to: 10 },
      { rule: rights.writeKeyB, from: 10, to: 16 },
    ].filter((part) => allows(part.rule, open.key));
    if (parts.length === 0) return undefined;
    const trailer = this.#block(block).slice();
    for (const { from, to } of parts) trailer.set(data.subarray(from, to), from);
    return this.#store(block, trailer);
  }

  #loadValue(code: number, block: number, operand: Uint8Array): ChipAnswer | undefined {
    const isAllowed = this.#mayUse(block, (condition) =>
      code === 0xc1 ? dataRights(condition).increment : dataRights(condition).decrement,
    );
    if (isTrailer(block) || !isAllowed || operand.length !== 4) return undefined;
    const value = numberIn(this.#block(block));
    if (value === undefined) return undefined;
    const amount = new DataView(operand.buffer, operand.byteOffset).getInt32(0, true);
    const change = code === 0xc1 ? amount : code === 0xc0 ? -amount : 0;
    this.#register = valueBlock(value + change, this.#block(block)[12] ?? 0);
    // The reader gets no answer to the second half of these commands; silence within the time means done.
    return ACK;
  }

  #transfer(block: number): ChipAnswer | undefined {
    if (this.#register === undefined || block === 0 || isTrailer(block)) return undefined;
    if (!this.#mayUse(block, (condition) => dataRights(condition).decrement)) return undefined;
    return this.#store(block, this.#register);
  }

  #block(block: number): Uint8Array {
    return this.#memory.subarray(block * CLASSIC_BLOCK_BYTES, (block + 1) * CLASSIC_BLOCK_BYTES);
  }

  #store(block: number, data: Uint8Array): ChipAnswer {
    this.#memory.set(data, block * CLASSIC_BLOCK_BYTES);
    this.#revision += 1;
    return ACK;
  }
}

/** Block 0: the uid, a check byte after one of 4 bytes, SAK, ATQA. */
function manufacturerBlockOf(uid: Uint8Array, sak: number, atqa: Uint8Array): Uint8Array {
  const check = uid.length === 4 ? [uid.reduce((sum, byte) => sum ^ byte, 0)] : [];
  const block = new Uint8Array(CLASSIC_BLOCK_BYTES);
  block.set([...uid, ...check, sak, ...atqa]);
  return block;
}

function factoryMemory(blocks: number, manufacturerBlock: Uint8Array): Uint8Array {
  const memory = new Uint8Array(blocks * CLASSIC_BLOCK_BYTES);
  memory.set(manufacturerBlock);
  const key = Array.from({ length: 6 }, () => 0xff);
  const trailer = [...key, ...encodeAccessBits(TRANSPORT_ACCESS), 0x69, ...key];
  for (let block = 0; block < blocks; block++) {
    if (isTrailer(block)) memory.set(trailer, block * CLASSIC_BLOCK_BYTES);
  }
  return memory;
}

/** The number in a value block: three times, the second time inverted (section 8.6.2.1); undefined in any other block. */
function numberIn(block: Uint8Array): number | undefined {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const value = view.getInt32(0, true);
  return view.getInt32(4, true) === ~value && view.getInt32(8, true) === value ? value : undefined;
}

function valueBlock(value: number, address: number): Uint8Array {
  const block = new Uint8Array(CLASSIC_BLOCK_BYTES);
  const view = new DataView(block.buffer);
  view.setInt32(0, value, true);
  view.setInt32(4, ~value, true);
  view.setInt32(8, value, true);
  block.set([address, ~address & 0xff, address, ~address & 0xff], 12);
  return block;
}
