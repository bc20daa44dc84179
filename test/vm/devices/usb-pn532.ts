import { createChip, drawUid } from '../../../drivers/virtual/create-chip.ts';
import type { SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import { PlacedCard } from '../../benches/pn532/placed-card.ts';
import { Pn532Board } from '../../benches/pn532/pn532-board.ts';
import type { Guest } from '../guest.ts';

/** A simulated PN532 behind a USB serial adapter of a guest. Its cards keep their memory under their uid. */
export class UsbPn532 {
  readonly serialNumber: string;
  readonly board: Pn532Board;
  readonly #guest: Guest;
  readonly #kept = new Map<string, PlacedCard>();
  #toHost: (bytes: Uint8Array) => void = () => {};

  constructor(guest: Guest, serialNumber: string) {
    this.#guest = guest;
    this.serialNumber = serialNumber;
    this.board = new Pn532Board({ toHost: (bytes) => this.#toHost(bytes), unplug: () => this.unplug() });
  }

  /** Resolves with the name that udev gives it. */
  async plug(): Promise<string> {
    this.board.power();
    this.board.wire.clear();
    const { wire, by } = await this.#guest.plugSerial(this.serialNumber);
    this.#toHost = (bytes) => wire.write(bytes);
    wire.on('data', (bytes) => this.board.wire.fromHost(bytes));
    return by;
  }

  async unplug(): Promise<void> {
    this.#toHost = () => {};
    this.board.stop();
    await this.#guest.unplugSerial(this.serialNumber);
  }

  /** Puts a card on it; one that is there is taken away. */
  place({ technology, uid = drawUid(technology), faults }: SimulatedCardOrder): PlacedCard {
    this.lift();
    const card = new PlacedCard(createChip(technology, uid, this.#kept.get(uid)?.chip.memory), faults);
    this.#kept.set(uid, card);
    this.board.chip.place(card);
    return card;
  }

  lift(): void {
    this.board.chip.place();
  }
}
