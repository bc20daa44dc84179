import { join } from 'node:path';
import type {
  CreateDriver,
  Device,
  DriverContext,
  DriverLog,
  DriverNews,
  EncoderDriver,
  SimulatedCard,
  SimulatedCardOrder,
} from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { WireTap } from '../../src/encoder/tap.ts';
import { CardExchange, type CardTap } from './card-exchange.ts';
import { CardShelf } from './card-shelf.ts';
import { checkUid, drawUid, SIMULATED_TECHNOLOGIES } from './create-chip.ts';
import { DesfireChip } from './desfire/desfire-chip.ts';
import { VirtualEncoder } from './encoder.ts';
import { virtualOptions } from './options.ts';
import { emptyKeySlots, type ReaderKeySlots } from './reader-face.ts';
import { VirtualStation } from './station.ts';
import { VirtualCard } from './virtual-card.ts';

/** How long a cable that is loose stays out. */
const LOST_MS = 700;

/** The driver `virtual`: encoders and cards made of code. */
export const createDriver: CreateDriver = (context) => new VirtualDriver(context);

interface Seat {
  readonly station: VirtualStation;
  readonly keySlots: ReaderKeySlots;
  encoder: VirtualEncoder | undefined;
}

/** What `createDriver` makes. Its tests use it by name to pull the plug, which nobody else can. */
export class VirtualDriver implements EncoderDriver {
  readonly name = 'virtual';
  readonly #seats: ReadonlyMap<string, Seat>;
  readonly #shelf: CardShelf;
  /** Where the light of an encoder is seen; undefined: it has none. */
  readonly #lightLog: DriverLog | undefined;
  readonly #tap: WireTap | undefined;
  readonly #watchers = new Set<(news: DriverNews) => void>();
  readonly #lossEveryMs: number | undefined;

  /** Throws a ZodError when `context.options` are not those of options.ts. */
  constructor(context: DriverContext) {
    const { encoders, has_light, one_lost_every_seconds } = virtualOptions.parse(context.options);
    this.#lossEveryMs = one_lost_every_seconds === undefined ? undefined : one_lost_every_seconds * 1_000;
    this.#lightLog = has_light ? context.log : undefined;
    this.#tap = context.tap;
    this.#shelf = new CardShelf(join(context.stateDir, 'cards'));
    const devices = Array.from({ length: encoders }, (_, at) => virtualDevice(at + 1));
    this.#seats = new Map(
      devices.map((device) => [
        device.id,
        { station: new VirtualStation(device), keySlots: emptyKeySlots(), encoder: undefined },
      ]),
    );
  }

  async *watch(signal: AbortSignal): AsyncGenerator<DriverNews, void, undefined> {
    const queue: DriverNews[] = [];
    for (const { station } of this.#seats.values()) {
      if (station.isPlugged) queue.push({ news: 'device_arrived', device: station.device });
    }
    queue.push({ news: 'available' });
    let wake = () => {};
    const hear = (news: DriverNews) => {
      queue.push(news);
      wake();
    };
    const stop = () => wake();
    this.#watchers.add(hear);
    signal.addEventListener('abort', stop);
    const losing = this.#loseOneInTurn();
    try {
      while (!signal.aborted) {
        const news = queue.shift();
        if (news) yield news;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      clearInterval(losing);
      this.#watchers.delete(hear);
      signal.removeEventListener('abort', stop);
    }
  }

  async open(device: Device, signal: AbortSignal): Promise<VirtualEncoder> {
    signal.throwIfAborted();
    const seat = this.#seats.get(device.id);
    if (!seat?.station.isPlugged) {
      throw new EncoderError('device_lost', `${device.name} (${device.id}) is not there`);
    }
    if (seat.encoder) throw new Error(`${device.name} (${device.id}) is open already`);
    const encoder = new VirtualEncoder(
      seat.station,
      (order) => this.#placeCard(seat, order),
      () => {
        seat.encoder = undefined;
      },
    );
    const lightLog = this.#lightLog;
    if (lightLog !== undefined) {
      encoder.cue = (cue) => lightLog.debug({ device: device.id, cue }, 'the light of a virtual encoder');
    }
    seat.encoder = encoder;
    return encoder;
  }

  /** Takes a device away as if its cable were pulled. Throws a plain Error when there is none of this id. */
  unplug(deviceId: string): void {
    const seat = this.#seat(deviceId);
    if (!seat.station.isPlugged) return;
    const reason = new EncoderError('device_lost', `${seat.station.device.name} was unplugged`);
    seat.encoder?.lose(reason);
    seat.encoder = undefined;
    seat.station.unplug(reason);
    this.#tell({ news: 'device_left', deviceId });
  }

  /** Gives the same device back. */
  replug(deviceId: string): void {
    const { station } = this.#seat(deviceId);
    if (station.isPlugged) return;
    station.replug();
    this.#tell({ news: 'device_arrived', device: station.device });
  }

  /** Undefined where no cable is ever loose. */
  #loseOneInTurn(): NodeJS.Timeout | undefined {
    if (this.#lossEveryMs === undefined) return undefined;
    const ids = [...this.#seats.keys()];
    let turn = 0;
    return setInterval(() => {
      const id = ids[turn++ % ids.length] ?? '';
      this.unplug(id);
      setTimeout(() => this.replug(id), LOST_MS).unref();
    }, this.#lossEveryMs).unref();
  }

  #placeCard(seat: Seat, order: SimulatedCardOrder): SimulatedCard {
    const { technology, faults, generation } = order;
    const asked = order.uid === undefined ? undefined : checkUid(technology, order.uid);
    const id = order.id ?? asked ?? drawUid(technology);
    // A card is in one place only.
    for (const { station } of this.#seats.values()) if (station.cardId === id) station.takeAway();
    const kept = this.#shelf.find(id);
    if (kept && (kept.technology !== technology || (asked ?? kept.uid) !== kept.uid)) {
      const message = `the virtual card "${id}" is a ${kept.technology} with the uid ${kept.uid}; give another one another id`;
      throw new EncoderError('card_unsupported', message);
    }
    const uid = kept?.uid ?? asked ?? (order.id === undefined ? id : drawUid(technology));
    const card = this.#makeCard(id, {
      technology,
      uid,
      keySlots: seat.keySlots,
      onPulled: () => seat.station.takeAway(),
      ...(kept ? { memory: kept.memory } : {}),
      ...(generation ? { generation } : {}),
      ...(faults ? { faults } : {}),
    });
    if (generation !== undefined && card.chip instanceof DesfireChip && card.chip.generation !== generation) {
      const message = `the virtual card "${id}" is a DESFire ${card.chip.generation}; give another one another id`;
      throw new EncoderError('card_unsupported', message);
    }
    const keep = () => this.#shelf.keep({ id, technology, uid, memory: card.memory });
    if (!kept) keep();
    // A new card that was named by its uid is the same when it is placed again; one with a uid of its own has to be remembered.
    const isSettled = kept !== undefined || id === uid;
    const keeper = { keep, settle: () => this.#shelf.settle(id), isSettled };
    seat.station.place(new CardExchange(id, card, keeper, this.#tapOf(seat.station.device.id)));
    return { id, uid, technology };
  }

  #tapOf(deviceId: string): CardTap | undefined {
    const tap = this.#tap;
    return tap && { exchanges: tap.apdus(deviceId), work: (task) => tap.work(deviceId, task) };
  }

  #makeCard(id: string, options: ConstructorParameters<typeof VirtualCard>[0]): VirtualCard {
    try {
      return new VirtualCard(options);
    } catch (error) {
      if (error instanceof EncoderError || !options.memory) throw error;
      throw this.#shelf.unreadable(id, error);
    }
  }

  #seat(deviceId: string): Seat {
    const seat = this.#seats.get(deviceId);
    if (!seat) throw new Error(`there is no virtual encoder "${deviceId}"`);
    return seat;
  }

  #tell(news: DriverNews): void {
    for (const hear of this.#watchers) hear(news);
  }
}

function virtualDevice(number: number): Device {
  return {
    id: `virtual-${number}`,
    name: `Virtual encoder ${number}`,
    capabilities: {
      technologies: SIMULATED_TECHNOLOGIES.filter((technology) => technology !== 'uid_only'),
      isVirtual: true,
    },
  };
}
