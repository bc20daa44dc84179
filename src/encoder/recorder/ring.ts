import { monotonicMs } from './monotonic.ts';
import type { LineRecord, WireRecord } from './wire-record.ts';

/** How many records are kept. */
export const KEPT_RECORDS = 10_000;
/** So many kinds of idle exchanges may take turns; a driver has one or two. */
const IDLE_KINDS = 4;

/** Something that happened, beside what passed at a device. */
export interface NotedEvent {
  /** `card_presented`, `host_ended`: snake case. */
  readonly event: string;
  readonly encoderId: string | null;
  readonly driver: string | null;
  readonly at: number;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

interface Kept {
  /** Grows by one with each record, from 1 at the daemon's start. */
  readonly sequence: number;
  readonly encoderId: string | null;
}

export type FlightRecord =
  | (Kept & { readonly driver: string; readonly record: WireRecord; readonly repeats: Repeats | null })
  | (Kept & { readonly driver: string | null; readonly event: NotedEvent; readonly monotonicMs: number });

/** An idle exchange that came again and again: how often, and when last. */
export interface Repeats {
  readonly times: number;
  readonly until: number;
}

interface RingEntry {
  readonly sequence: number;
  readonly driver: string | null;
  readonly record: WireRecord | null;
  readonly event: NotedEvent | null;
  readonly monotonicMs: number;
  times: number;
  until: number;
}

/** The last 10,000 records. What a driver says over and over while nothing happens stands there once. */
export class Ring {
  readonly #entries: RingEntry[] = [];
  #count = 0;
  readonly #idle = new Map<string, RingEntry[]>();
  readonly #encoderIds = new Map<string, string>();

  get last(): number {
    return this.#count;
  }

  knowEncoder(driver: string, deviceId: string, encoderId: string): void {
    this.#encoderIds.set(`${driver} ${deviceId}`, encoderId);
  }

  /** null: it repeats one that is kept. */
  push(driver: string, record: WireRecord): FlightRecord | null {
    const key = `${driver} ${record.deviceId}`;
    const isIdle = record.kind === 'line' && record.isIdle;
    const idle = this.#idle.get(key);
    if (!isIdle) {
      if (idle !== undefined) this.#idle.delete(key);
      return this.#toRecord(this.#add(driver, record, null, record.monotonicMs));
    }
    const same = idle?.find((entry) => isAlive(entry, this.#count) && isRepeated(entry, record));
    if (same !== undefined) {
      same.times += 1;
      same.until = record.at;
      return null;
    }
    const entry = this.#add(driver, record, null, record.monotonicMs);
    this.#idle.set(key, [...(idle ?? []), entry].slice(-IDLE_KINDS));
    return this.#toRecord(entry);
  }

  note(event: NotedEvent): FlightRecord {
    return this.#toRecord(this.#add(event.driver, null, event, monotonicMs(performance.now())));
  }

  after(sequence: number, limit: number, encoderId?: string): readonly FlightRecord[] {
    const found: FlightRecord[] = [];
    const first = Math.max(sequence + 1, this.#count - KEPT_RECORDS + 1, 1);
    for (let number = first; number <= this.#count && found.length < limit; number++) {
      const entry = this.#entries[(number - 1) % KEPT_RECORDS];
      if (entry === undefined) continue;
      const record = this.#toRecord(entry);
      if (encoderId === undefined || record.encoderId === encoderId) found.push(record);
    }
    return found;
  }

  #add(
    driver: string | null,
    record: WireRecord | null,
    event: NotedEvent | null,
    monotonic: number,
  ): RingEntry {
    const at = record?.at ?? event?.at ?? 0;
    const entry = {
      ...{ sequence: this.#count + 1, driver, record, event, monotonicMs: monotonic, times: 1, until: at },
    };
    this.#entries[this.#count % KEPT_RECORDS] = entry;
    this.#count += 1;
    return entry;
  }

  #toRecord({
    sequence,
    driver,
    record,
    event,
    monotonicMs: monotonic,
    times,
    until,
  }: RingEntry): FlightRecord {
    if (record !== null && driver !== null) {
      const encoderId = this.#encoderIds.get(`${driver} ${record.deviceId}`) ?? null;
      return { sequence, encoderId, driver, record, repeats: times === 1 ? null : { times, until } };
    }
    if (event === null) throw new Error('a record of the ring is neither an exchange nor an event');
    return { sequence, encoderId: event.encoderId, driver, event, monotonicMs: monotonic };
  }
}

const isAlive = ({ sequence }: RingEntry, count: number): boolean => sequence > count - KEPT_RECORDS;

function isRepeated({ record }: RingEntry, again: LineRecord): boolean {
  if (record?.kind !== 'line') return false;
  const { command, outBytes, inBytes } = record;
  return command === again.command && outBytes === again.outBytes && inBytes === again.inBytes;
}
