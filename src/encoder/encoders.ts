import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Card } from '../model/card.ts';
import type { CardEncoder, Cue, Device, EncoderDriver, PresentedCard } from './contract.ts';
import { EncoderError, type EncoderErrorCode } from './errors.ts';
import { Presence, type Steadiness } from './presence.ts';
import { Station } from './station.ts';

/** Who is told what happens at the encoders; each call returns once it is on the disk. */
export interface EncoderObserver {
  /** A device is open. Returns the id of the encoder that it is. */
  arrived(driver: string, device: Device): string;
  left(encoderId: string): void;
  cardPresented(encoderId: string, card: Card): void;
  /** `encoder_left`: nobody knows whether the card still lies there. */
  cardRemoved(encoderId: string, card: Card, cause: 'taken_away' | 'encoder_left'): void;
  /** A driver can see no devices, not all of them, or all of them (again). Need not be kept. */
  driverTold?(driver: string, state: 'available' | 'unavailable' | 'trouble', reason: string | null): void;
  /** A card lies there that cannot be read. Need not be kept. */
  cardFailed?(encoderId: string, code: EncoderErrorCode): void;
}

/** How a driver is doing; `reason` says what a technician can do. */
export type DriverStatus =
  | { readonly driver: string; readonly state: 'starting' | 'running'; readonly reason?: string }
  | { readonly driver: string; readonly state: 'unavailable'; readonly reason: string };

/** A light or sound, and when. */
export interface TimedCue {
  /** After the first one, milliseconds. */
  readonly atMs: number;
  readonly cue: Cue;
}

/** What failed without the device leaving, opening it or reading a card, is tried again after this long. */
const RETRY_AFTER_MS = 1000;

/** A device that has arrived and not left. */
interface ServedDevice {
  readonly gone: AbortController;
  /** Resolves when it has been opened, or could not be. */
  readonly opened: Promise<void>;
  readonly served: Promise<void>;
}

/** Every encoder of the desk: runs the drivers, keeps their devices open, and knows which card lies where. */
export class Encoders implements AsyncDisposable {
  readonly #stations = new Map<string, Station>();
  readonly #statuses = new Map<string, DriverStatus>();
  /** What each driver does not see, as it told last. */
  readonly #troubles = new Map<string, string>();
  readonly #presence = new Presence();
  readonly #closing = new AbortController();
  readonly #running: Promise<void>[] = [];
  /** Resolves when every light and sound that was asked for has been given. */
  #signs: Promise<unknown> = Promise.resolve();
  readonly #observer: EncoderObserver;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(observer: EncoderObserver, clock: Clock, log: Logger) {
    this.#observer = observer;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Begins to run a driver; it runs until this is disposed of. Resolves once the devices that were already there are
   * open, or the driver has said that it sees none.
   */
  run(driver: EncoderDriver): Promise<void> {
    this.#statuses.set(driver.name, { driver: driver.name, state: 'starting' });
    return new Promise((started) => {
      this.#running.push(this.#watch(driver, started).finally(started));
    });
  }

  /** Notes a driver that cannot even be started. */
  noteUnavailable(driver: string, reason: string): void {
    this.#statuses.set(driver, { driver, state: 'unavailable', reason });
    this.#observer.driverTold?.(driver, 'unavailable', reason);
    this.#log.warn({ driver, reason }, 'driver unavailable');
  }

  /** Notes that a driver does not see all devices that it should. */
  #noteTrouble(driver: string, reason: string | null): void {
    if (reason === null) this.#troubles.delete(driver);
    else this.#troubles.set(driver, reason);
    this.#observer.driverTold?.(driver, reason === null ? 'available' : 'trouble', reason);
    if (reason === null) this.#log.info({ driver }, 'the driver sees all its devices again');
    else this.#log.warn({ driver, reason }, 'the driver does not see all its devices');
  }

  drivers(): readonly DriverStatus[] {
    return [...this.#statuses.values()].map((status) => {
      const reason = this.#troubles.get(status.driver);
      return status.state === 'unavailable' || reason === undefined ? status : { ...status, reason };
    });
  }

  /** The place of an encoder, attached or not. */
  station(id: string): Station {
    let station = this.#stations.get(id);
    if (station === undefined) {
      station = new Station(id);
      this.#stations.set(id, station);
    }
    return station;
  }

  /** Gives lights and sounds at an encoder at their times, until `mayGoOn` says no before one, or this is disposed of. */
  giveCues(id: string, cues: readonly TimedCue[], mayGoOn: () => boolean): void {
    const station = this.station(id);
    const began = this.#clock.now();
    const give = async () => {
      for (const { atMs, cue } of cues) {
        if (atMs > 0) await this.#clock.until(began + atMs, this.#closing.signal);
        if (!mayGoOn()) return;
        station.cue(cue);
      }
    };
    this.#signs = Promise.allSettled([this.#signs, give()]);
  }

  steadiness(id: string): Steadiness {
    return this.#presence.of(id, this.#clock.now());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new EncoderError('device_lost', 'The daemon is stopping.'));
    await Promise.all([...this.#running, this.#signs]);
  }

  async #watch(driver: EncoderDriver, started: () => void): Promise<void> {
    const devices = new Map<string, ServedDevice>();
    const signal = this.#closing.signal;
    for await (const news of driver.watch(signal)) {
      switch (news.news) {
        case 'device_arrived': {
          const gone = new AbortController();
          const opened = Promise.withResolvers<void>();
          const served = this.#serve(
            driver,
            news.device,
            AbortSignal.any([signal, gone.signal]),
            opened.resolve,
          );
          devices.set(news.device.id, { gone, opened: opened.promise, served });
          break;
        }
        case 'device_left': {
          const device = devices.get(news.deviceId);
          devices.delete(news.deviceId);
          device?.gone.abort(new EncoderError('device_lost', 'The encoder was disconnected.'));
          await device?.served;
          break;
        }
        case 'available':
          this.#statuses.set(driver.name, { driver: driver.name, state: 'running' });
          this.#log.info({ driver: driver.name }, 'driver available');
          this.#observer.driverTold?.(driver.name, 'available', null);
          void Promise.all([...devices.values()].map(({ opened }) => opened)).then(started);
          break;
        case 'trouble':
          this.#noteTrouble(driver.name, news.reason);
          break;
        case 'unavailable':
          this.noteUnavailable(driver.name, news.reason);
          started();
          break;
      }
    }
    await Promise.all([...devices.values()].map(({ served }) => served));
  }

  /** Keeps a device open for as long as it is attached. */
  async #serve(
    driver: EncoderDriver,
    device: Device,
    signal: AbortSignal,
    opened: () => void,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#serveOnce(driver, device, signal, opened);
      } catch (error) {
        opened();
        if (signal.aborted || (error instanceof EncoderError && error.code === 'device_lost')) return;
        this.#log.warn(
          { driver: driver.name, device: device.id, err: error },
          'encoder failed, opening it again',
        );
        await this.#clock.until(this.#clock.now() + RETRY_AFTER_MS, signal).catch(() => undefined);
      }
    }
  }

  async #serveOnce(
    driver: EncoderDriver,
    device: Device,
    signal: AbortSignal,
    opened: () => void,
  ): Promise<void> {
    await using encoder = await driver.open(device, signal);
    const id = this.#observer.arrived(driver.name, device);
    const station = this.station(id);
    this.#presence.arrived(id, this.#clock.now());
    station.attach(encoder);
    opened();
    this.#log.info({ encoder: id, driver: driver.name, device: device.id }, 'encoder online');
    let present: PresentedCard | null = null;
    try {
      for (;;) {
        const next = await this.#nextCard(encoder, station, signal);
        this.#observer.cardPresented(id, next.card);
        present = next;
        station.present(present);
        await fired(AbortSignal.any([present.removed, encoder.gone, signal]));
        if (encoder.gone.aborted) throw encoder.gone.reason;
        signal.throwIfAborted();
        station.clear();
        const { card } = present;
        present = null;
        await this.#note(() => this.#observer.cardRemoved(id, card, 'taken_away'));
      }
    } finally {
      station.detach();
      this.#presence.left(id, this.#clock.now());
      const left = present?.card;
      if (left !== undefined) await this.#note(() => this.#observer.cardRemoved(id, left, 'encoder_left'));
      await this.#note(() => this.#observer.left(id));
      this.#log.info({ encoder: id }, 'encoder offline');
    }
  }

  /** Notes what has happened, and tries again while it cannot be kept: an encoder that left must not stay online for ever. */
  async #note(what: () => void): Promise<void> {
    for (;;) {
      try {
        what();
        return;
      } catch (error) {
        this.#log.error({ err: error }, 'what happened at an encoder cannot be kept, trying again');
        if (this.#closing.signal.aborted) return;
        const again = this.#clock.now() + RETRY_AFTER_MS;
        await this.#clock.until(again, this.#closing.signal).catch(() => undefined);
      }
    }
  }

  /** A card that cannot be read is no reason to give the encoder up: whoever waits for a card is told, and waiting goes on. */
  async #nextCard(encoder: CardEncoder, station: Station, signal: AbortSignal): Promise<PresentedCard> {
    for (;;) {
      try {
        return await encoder.awaitCard(signal);
      } catch (error) {
        if (!(error instanceof EncoderError) || error.code === 'device_lost' || signal.aborted) throw error;
        this.#log.warn({ encoder: station.id, code: error.code, err: error }, 'a card could not be read');
        this.#observer.cardFailed?.(station.id, error.code);
        station.fail(error);
        await this.#clock.until(this.#clock.now() + RETRY_AFTER_MS, AbortSignal.any([signal, encoder.gone]));
      }
    }
  }
}

/** Resolves when the signal fires. */
function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
