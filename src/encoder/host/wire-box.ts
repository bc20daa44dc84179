import type { WireBatch } from '../recorder/flight-recorder.ts';
import type { RawRecord, WireRecord } from '../recorder/wire-record.ts';
import { WireRecorder } from '../recorder/wire-recorder.ts';

/** What a host keeps until it is fetched; it is every beat. */
const MOST_RECORDS = 5_000;

/** What passed at the devices of a driver host, until it goes to the daemon: together with the next sign of life, or when somebody asks. */
export class WireBox {
  readonly tap: WireRecorder;
  #records: WireRecord[] = [];
  #raw: RawRecord[] = [];

  constructor() {
    this.tap = new WireRecorder({
      record: (record) => {
        if (this.#records.length < MOST_RECORDS) this.#records.push(record);
      },
      raw: (record) => this.#raw.push(record),
    });
  }

  /** null: nothing has passed. */
  take(): WireBatch | null {
    this.tap.settle();
    if (this.#records.length === 0 && this.#raw.length === 0) return null;
    const batch = { records: this.#records, raw: this.#raw };
    this.#records = [];
    this.#raw = [];
    return batch;
  }
}
