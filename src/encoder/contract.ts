import { ReadableStream } from 'node:stream/web';
import type { CardSite, WriteJournal } from '../card/program.ts';
import type { Card, CardTechnology } from '../model/card.ts';
import type { CardContents, CardImage } from '../model/card-record.ts';
import type { WireTap } from './tap.ts';

/**
 * The contract between the daemon and a driver. This is the file for driver authors; drivers/README.md is the page
 * that goes with it, and test/contracts/encoder.ts the suite that holds every driver to it.
 *
 * Every rejection is an EncoderError (errors.ts), except that a call whose `signal` fires rejects with `signal.reason`.
 */
export interface EncoderDriver {
  /** Lower case, as in the configuration: `pcsc`. */
  readonly name: string;
  /**
   * Tells of devices that arrive and leave, beginning with those already there, until `signal` fires.
   * It outlives unplugging, suspend and a restart of the service or library underneath: it ends only by its signal,
   * and then returns without throwing. Nothing is announced twice; what arrived leaves before it arrives again.
   */
  watch(signal: AbortSignal): AsyncIterable<DriverNews>;
  /** Opens a device that has arrived and not left. A device is open once at a time. Rejects with `device_lost` when it has gone. */
  open(device: Device, signal: AbortSignal): Promise<CardEncoder>;
}

/** Every driver's index.ts exports a function of this type, named `createDriver`. It loads native code only when `watch` begins. */
export type CreateDriver = (context: DriverContext) => EncoderDriver;

export interface DriverContext {
  /** The driver's part of the configuration, as its own options.ts (a zod schema) made it. */
  readonly options: unknown;
  /** A folder that is the driver's own and outlives the process; made by the driver when it first needs it. */
  readonly stateDir: string;
  readonly log: DriverLog;
  /** Where what passes between the driver and its devices is noted; absent: nobody listens. */
  readonly tap?: WireTap | undefined;
}

/** The part of a log that a driver uses; it works across processes. Keys, card images and uids never go to it. */
export interface DriverLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type DriverNews =
  | { readonly news: 'device_arrived'; readonly device: Device }
  | { readonly news: 'device_left'; readonly deviceId: string }
  /** The driver cannot see devices now; `reason` says why and what a technician can do. It goes on trying. */
  | { readonly news: 'unavailable'; readonly reason: string }
  /** The driver sees devices (again). One that needs no time to find those already there tells of them first. */
  | { readonly news: 'available' }
  /** It sees devices, but not all that it should: `reason` says which not, why, and what a technician can do; null: all is well again. It goes on trying. */
  | { readonly news: 'trouble'; readonly reason: string | null };

/**
 * A way to keep the promise of `watch`: what `serve` tells is the news, until `signal` fires or the listener leaves.
 * `serve` gets a signal that fires on either, and then returns; what it throws, the listener gets.
 */
export function newsStream(
  signal: AbortSignal,
  serve: (tell: (news: DriverNews) => void, signal: AbortSignal) => Promise<void>,
): AsyncIterable<DriverNews> {
  const left = new AbortController();
  const until = AbortSignal.any([signal, left.signal]);
  return new ReadableStream<DriverNews>({
    start: (controller) => {
      const tell = (news: DriverNews) => {
        if (!until.aborted) controller.enqueue(news);
      };
      serve(tell, until).then(
        () => left.signal.aborted || controller.close(),
        (error: unknown) => controller.error(error),
      );
    },
    cancel: () => left.abort(),
  });
}

export interface Device {
  /**
   * Made from a serial number or a port path, never counted: the same after replugging and after a reboot.
   * Unique within the driver.
   */
  readonly id: string;
  /** What a person calls it: the maker's name for it. */
  readonly name: string;
  readonly capabilities: EncoderCapabilities;
}

export interface EncoderCapabilities {
  /** Kinds of card of which the driver can use more than the number. */
  readonly technologies: readonly CardTechnology[];
  /** Whether cards can be put on it by a program (simulate). */
  readonly isVirtual: boolean;
}

/**
 * An open device. One caller at a time. Closing it ends every wait at once, and lets a write whose journal has been noted to end, unless that
 * waits for the person to swipe the card: then it rejects, and the device is disarmed.
 */
export interface CardEncoder extends AsyncDisposable {
  /**
   * Fires once, with an EncoderError `device_lost`, when the device goes; every pending call rejects with the same, but that work on a card
   * rejects with `card_removed` where the card was seen to go first.
   */
  readonly gone: AbortSignal;
  /** Resolves with the card in the field, or else with the next one that comes. */
  awaitCard(signal: AbortSignal): Promise<PresentedCard>;
  /** A light or a sound for the person; best effort, never throws. Absent where the device has neither. */
  cue?(cue: Cue): void;
  /**
   * Asks the device something that it answers from itself: no card is needed, and none is touched. It waits for what the device is doing, so it is not to
   * be called while a card is worked on. Absent where the device can be asked nothing.
   */
  ping?(signal: AbortSignal): Promise<PingAnswer>;
  /** Only on a virtual encoder. */
  readonly simulator?: CardSimulator;
}

export type Cue = 'success' | 'failure';

/** What a device said of itself. */
export interface PingAnswer {
  /** What it was asked, in the words of its manual: `Diagnose, communication line test`. */
  readonly asked: string;
  /** What it answered, for a person: `the same 4 bytes came back`. */
  readonly said: string;
  /** From the first byte of the question to the last one of the answer, milliseconds. */
  readonly tookMs: number;
}

/** A card in the field of an encoder. It stays the same object until the card leaves, and is never reused after. */
export interface PresentedCard {
  readonly card: Card;
  /** Fires once, with an EncoderError `card_removed` (or `device_lost`), when the card has left. */
  readonly removed: AbortSignal;
  /**
   * Takes the card for itself, so that no other program interleaves, reads its number again and gives it back.
   * Rejects with `card_removed` when it has left or another card took its place.
   */
  read(signal: AbortSignal): Promise<Card>;
  /**
   * Takes the card for itself, reads its number again, and says what is on it, without a change to it (`inspectCard` of
   * src/card/card-work.ts). Rejects as `read` does.
   */
  inspect(site: CardSite, signal: AbortSignal): Promise<CardContents>;
  /**
   * Takes the card for itself, reads its number again, and brings it to `image` (`writeCard` of src/card/card-work.ts). Resolves only once
   * the card was read back and holds the image. An abort before the journal's first note leaves the card as it was and rejects with
   * `signal.reason`; after that it is ignored. Rejects with `card_removed` when the card has left, or another one took its place:
   * then it may be half written, if the journal was noted to at all. Writing again, also onto a card that was torn away, ends it.
   */
  write(site: CardSite, image: CardImage, journal: WriteJournal, signal: AbortSignal): Promise<void>;
}

/**
 * A way to keep the promise of `write` about its signal: `write` gets a journal to note to, and a signal that fires as the caller's does until
 * the first note, and never after. Once that has fired, `write` rejects with its reason and begins no exchange; a note throws it.
 */
export async function abortableUntilNoted(
  journal: WriteJournal,
  signal: AbortSignal,
  write: (journal: WriteJournal, untilNoted: AbortSignal) => Promise<void>,
): Promise<void> {
  const untilNoted = new AbortController();
  const abort = () => untilNoted.abort(signal.reason);
  const commit = () => signal.removeEventListener('abort', abort);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const noted: WriteJournal = {
    note: (progress) => {
      untilNoted.signal.throwIfAborted();
      commit();
      journal.note(progress);
    },
  };
  try {
    await write(noted, untilNoted.signal);
  } finally {
    commit();
  }
}

/** Puts cards made of code on a virtual encoder. */
export interface CardSimulator {
  /** Puts a card on the encoder; one that is there is taken away first. Resolves when it is in the field. */
  placeCard(order: SimulatedCardOrder): Promise<SimulatedCard>;
  /** Takes the card away; nothing there is fine. */
  removeCard(): Promise<void>;
}

export interface SimulatedCardOrder {
  readonly technology: CardTechnology;
  /** Hexadecimal, 4, 7 or 10 bytes; drawn at random when absent. */
  readonly uid?: string;
  /** Names a card that keeps its memory when it is taken away and put back; absent: the uid names it. */
  readonly id?: string;
  /** Of a `mifare_desfire`; absent: `ev3`. */
  readonly generation?: DesfireGeneration;
  readonly faults?: CardFaults;
}

export const DESFIRE_GENERATIONS = ['ev1', 'ev2', 'ev3'] as const;

export type DesfireGeneration = (typeof DESFIRE_GENERATIONS)[number];

export interface SimulatedCard extends Card {
  readonly id: string;
}

/** How a simulated card misbehaves. Exchanges are counted from 1 since it was placed. */
export interface CardFaults {
  /** The card leaves the field at this exchange: `before` it took effect, or `after` it did and before the answer. */
  readonly pulledAt?: { readonly exchange: number; readonly moment: 'before' | 'after' };
  /** Milliseconds before every answer. */
  readonly delayMs?: number;
  /** The card answers nothing from this exchange on, and stays. */
  readonly muteFrom?: number;
}
