import { randomUUID } from 'node:crypto';
import type { FlightRecord } from './ring.ts';
import type { RawRecord } from './wire-record.ts';

/** What one capture holds at most; then it ends. */
const MOST_LINES = 50_000;
const MOST_BYTES = 8 * 1024 * 1024;
/** How long what was captured waits to be fetched after its end. */
const KEPT_MS = 60_000;

/** A capture of one encoder's wire. */
export interface Capture {
  readonly id: string;
  readonly encoderId: string;
  readonly driver: string;
  readonly deviceId: string;
  /** The driver's part of the configuration. */
  readonly driverOptions: unknown;
  /** Whether it holds true bytes: keys, uids, what is on cards. */
  readonly withPayload: boolean;
  readonly startedAt: number;
  /** When it ends by itself. */
  readonly endsAt: number;
}

/** A line of a capture: as the flight recorder keeps it, or to the byte. */
export type CapturedLine = { readonly masked: FlightRecord } | { readonly raw: RawRecord };

/** Where an encoder is attached. */
export type Place = Pick<Capture, 'driver' | 'deviceId' | 'driverOptions'>;

interface Running extends Capture {
  readonly lines: CapturedLine[];
  bytes: number;
  isOver: boolean;
  timer: NodeJS.Timeout;
}

/** Captures of wires: of an encoder one with its payload and one without at a time. Each ends by itself. */
export class Captures implements Disposable {
  readonly #running = new Map<string, Running>();
  readonly #whereIs: (encoderId: string) => Place | null;
  readonly #switch: (driver: string, deviceId: string, isOn: boolean) => void;

  constructor(
    whereIs: (encoderId: string) => Place | null,
    switchPayload: (driver: string, deviceId: string, isOn: boolean) => void,
  ) {
    this.#whereIs = whereIs;
    this.#switch = switchPayload;
  }

  /** Those that are under way. */
  running(): readonly Capture[] {
    return [...this.#running.values()].filter(({ isOver }) => !isOver);
  }

  /** Whether one of this encoder and of this kind is under way. */
  isRunning(encoderId: string, withPayload: boolean): boolean {
    return this.running().some((one) => one.encoderId === encoderId && one.withPayload === withPayload);
  }

  /** Devices of this driver that are captured with their payload. */
  payloadDevices(driver: string): readonly string[] {
    return this.running()
      .filter((one) => one.withPayload && one.driver === driver)
      .map(({ deviceId }) => deviceId);
  }

  /** Begins one, for so many seconds; null: one of this kind of this encoder is under way, or it has never been attached since the daemon's start. */
  start(encoderId: string, seconds: number, withPayload: boolean): Capture | null {
    const place = this.#whereIs(encoderId);
    if (place === null || this.isRunning(encoderId, withPayload)) return null;
    const now = Date.now();
    const id = randomUUID();
    const capture: Running = {
      ...{ id, encoderId, ...place, withPayload, startedAt: now, endsAt: now + seconds * 1000 },
      ...{ lines: [], bytes: 0, isOver: false },
      timer: setTimeout(() => this.#end(capture), seconds * 1000).unref(),
    };
    this.#running.set(id, capture);
    if (withPayload) this.#switch(place.driver, place.deviceId, true);
    return capture;
  }

  /** null: there is none of this id, or it was fetched and forgotten. */
  read(id: string, after: number, limit: number) {
    const capture = this.#running.get(id);
    if (capture === undefined) return null;
    const lines = capture.lines.slice(after, after + limit);
    return { capture, lines, next: after + lines.length, isOver: capture.isOver };
  }

  /** Ends it; what it holds can be read for a minute. False: there is none of this id. */
  stop(id: string): boolean {
    const capture = this.#running.get(id);
    if (capture === undefined) return false;
    this.#end(capture);
    return true;
  }

  /** A record of the flight recorder, for captures without payload. */
  record(record: FlightRecord | null): void {
    if (this.#running.size === 0 || record === null) return;
    for (const capture of this.#running.values()) {
      if (!capture.withPayload && record.encoderId === capture.encoderId)
        this.#add(capture, { masked: record }, 0);
      // What happened, beside what passed, belongs to both.
      else if ('event' in record && record.encoderId === capture.encoderId)
        this.#add(capture, { masked: record }, 0);
    }
  }

  raw(driver: string, record: RawRecord): void {
    const capture = this.running().find(
      (one) => one.withPayload && one.driver === driver && one.deviceId === record.deviceId,
    );
    const running = capture && this.#running.get(capture.id);
    if (running !== undefined) this.#add(running, { raw: record }, sizeOf(record));
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }

  #add(capture: Running, line: CapturedLine, bytes: number): void {
    if (capture.isOver) return;
    capture.lines.push(line);
    capture.bytes += bytes;
    if (capture.lines.length >= MOST_LINES || capture.bytes >= MOST_BYTES) this.#end(capture);
  }

  #end(capture: Running): void {
    if (capture.isOver) return;
    capture.isOver = true;
    clearTimeout(capture.timer);
    capture.timer = setTimeout(() => this.#running.delete(capture.id), KEPT_MS).unref();
    if (capture.withPayload) this.#switch(capture.driver, capture.deviceId, false);
  }
}

function sizeOf(record: RawRecord): number {
  switch (record.kind) {
    case 'apdu':
      return record.out.length + (record.in?.length ?? 0);
    case 'out':
    case 'in':
      return record.bytes.length;
    default:
      return 0;
  }
}
