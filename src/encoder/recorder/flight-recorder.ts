import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../log.ts';
import { Captures, type Place } from './captures.ts';
import { KeptRing } from './kept-ring.ts';
import { type FlightRecord, KEPT_RECORDS, type NotedEvent, Ring } from './ring.ts';
import { StrainTally } from './strain-tally.ts';
import type { RawRecord, WireRecord } from './wire-record.ts';
import { WireRecorder } from './wire-recorder.ts';

/** How long a driver host has to tell what it has noted, when somebody asks. */
const TELL_WITHIN_MS = 250;
/** How often what is in memory is written down, if anything was added. */
const KEEP_EVERY_MS = 300_000;

/** Where the recorder's file is, and how a record stands in it. */
export interface Keeping {
  readonly path: string;
  readonly toLine: (record: FlightRecord) => string;
  readonly log: Logger;
}

/** A driver that runs in another process. */
export interface RemoteWire {
  /** It is to tell now what it has noted; `hear` is called then, or never. False: there is no process. */
  tellNow(): boolean;
  capture(deviceId: string, isOn: boolean): void;
}

/** What a driver host tells of its devices, all that has come up since the last time. */
export interface WireBatch {
  readonly records: readonly WireRecord[];
  readonly raw: readonly RawRecord[];
}

/** Where what a driver host tells of its wires comes in. */
export interface HostedWire {
  attach(remote: RemoteWire): void;
  hear(batch: WireBatch): void;
  /** The host runs: these devices are to be captured to the byte. */
  began(): readonly string[];
  /** The host has ended, and why. */
  ended(why: string): void;
}

/** The desk's flight recorder: what passed at its encoders last, and what else happened, in memory. Nothing in it is a key, a card's number, or on a card. */
export class FlightRecorder implements AsyncDisposable {
  readonly captures: Captures;
  readonly strain = new StrainTally();
  readonly #ring = new Ring();
  readonly #remotes = new Map<string, RemoteWire>();
  readonly #recorders = new Map<string, WireRecorder>();
  readonly #encoders = new Map<string, { readonly driver: string; readonly deviceId: string }>();
  readonly #options = new Map<string, unknown>();
  readonly #told = new Map<string, PromiseWithResolvers<void>>();

  readonly #log: Logger;
  readonly #kept: KeptRing;
  readonly #timer: NodeJS.Timeout;
  #written = 0;

  /** Throws as the file system does. */
  constructor({ path, toLine, log }: Keeping) {
    this.#log = log;
    this.#kept = new KeptRing(path, () => this.#ring.after(0, KEPT_RECORDS).map(toLine));
    this.#timer = setInterval(() => void this.#keep(), KEEP_EVERY_MS).unref();
    // Heard before whoever ends the process.
    process.on('uncaughtExceptionMonitor', this.#writeNow);
    this.captures = new Captures(
      (encoderId) => this.#placeOf(encoderId),
      (driver, deviceId, isOn) => {
        this.#recorders.get(driver)?.capture(deviceId, isOn);
        this.#remotes.get(driver)?.capture(deviceId, isOn);
      },
    );
  }

  /** The tap of a driver that runs in this process. */
  tapOf(driver: string, options: unknown): WireRecorder {
    this.#options.set(driver, options);
    const tap = new WireRecorder({
      record: (record) => this.#push(driver, record),
      raw: (record) => this.captures.raw(driver, record),
    });
    this.#recorders.set(driver, tap);
    return tap;
  }

  /** For a driver that runs in a host. */
  wireOf(driver: string, options: unknown): HostedWire {
    this.#options.set(driver, options);
    return {
      attach: (remote) => this.#remotes.set(driver, remote),
      hear: ({ records, raw }) => {
        for (const record of records) this.#push(driver, record);
        for (const record of raw) this.captures.raw(driver, record);
        this.#told.get(driver)?.resolve();
      },
      began: () => this.captures.payloadDevices(driver),
      ended: (why) =>
        this.note({ event: 'host_ended', encoderId: null, driver, at: Date.now(), details: { reason: why } }),
    };
  }

  /** This device of this driver is this encoder. */
  knowEncoder(encoderId: string, driver: string, deviceId: string): void {
    this.#encoders.set(encoderId, { driver, deviceId });
    this.#ring.knowEncoder(driver, deviceId, encoderId);
  }

  /** Something happened. No field may hold what is secret, nor a card's number. */
  note(event: NotedEvent): void {
    const record = this.#ring.note(event);
    this.strain.add(record);
    this.captures.record(record);
  }

  /** Of the last record; 0: there is none. */
  get last(): number {
    return this.#ring.last;
  }

  /** Lets driver hosts tell what they have noted; one that does not soon is not waited for. */
  async gather(): Promise<void> {
    for (const tap of this.#recorders.values()) tap.settle();
    if (this.#remotes.size === 0) return;
    const told = [...this.#remotes].map(([driver, remote]) => {
      const heard = Promise.withResolvers<void>();
      if (!remote.tellNow()) return undefined;
      this.#told.set(driver, heard);
      return heard.promise;
    });
    const late = new AbortController();
    const tooLate = delay(TELL_WITHIN_MS, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([Promise.all(told), tooLate]);
    late.abort();
  }

  /** The first `limit` records after the one of this number, oldest first. */
  after(sequence: number, limit: number, encoderId?: string): readonly FlightRecord[] {
    return this.#ring.after(sequence, limit, encoderId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    process.off('uncaughtExceptionMonitor', this.#writeNow);
    this.captures[Symbol.dispose]();
    await this.#keep();
  }

  async #keep(): Promise<void> {
    if (this.#ring.last === this.#written) return;
    this.#written = this.#ring.last;
    await this.#kept.write().catch((error: unknown) => {
      this.#log.warn({ err: error }, 'the flight recorder cannot be written down');
    });
  }

  /** The process is about to end by a fault: what is in memory is written down at once. Never throws. */
  readonly #writeNow = (): void => {
    try {
      this.#kept.writeNow();
    } catch (error) {
      this.#log.error({ err: error }, 'the flight recorder cannot be written down');
    }
  };

  #placeOf(encoderId: string): Place | null {
    const known = this.#encoders.get(encoderId);
    return known === undefined ? null : { ...known, driverOptions: this.#options.get(known.driver) ?? {} };
  }

  #push(driver: string, record: WireRecord): void {
    const kept = this.#ring.push(driver, record);
    if (kept !== null) this.strain.add(kept);
    this.captures.record(kept);
  }
}
