import type { ApduTap, CardTask, LineTap, LineTransport, NameCommand, WireTap } from '../tap.ts';
import { apduShape } from './apdu-shape.ts';
import { copied } from './copied.ts';
import { LineRecorder } from './line-recorder.ts';
import { monotonicMs } from './monotonic.ts';
import { taskDetails } from './task-details.ts';
import type { RawPassed, RawRecord, WireRecord } from './wire-record.ts';

/** Who gets what is noted, at once. */
export interface WireSink {
  record(record: WireRecord): void;
  raw(record: RawRecord): void;
}

/** The tap of one driver, in the process where that runs. It masks: nothing but lengths and names leaves it, unless a device is captured. */
export class WireRecorder implements WireTap {
  readonly #sink: WireSink;
  readonly #captured = new Set<string>();
  readonly #apdus = new Map<string, ApduTap>();
  readonly #lines = new Map<string, LineRecorder>();

  constructor(sink: WireSink) {
    this.#sink = sink;
  }

  apdus(deviceId: string): ApduTap {
    const known = this.#apdus.get(deviceId);
    if (known !== undefined) return known;
    const tap: ApduTap = {
      exchanged: (beganMs, command, answer) => this.#exchanged(deviceId, beganMs, command, answer),
    };
    this.#apdus.set(deviceId, tap);
    return tap;
  }

  line(deviceId: string, transport: LineTransport, nameOf: NameCommand): LineTap {
    this.#lines.get(deviceId)?.end();
    const line = new LineRecorder({
      ...{ deviceId, transport, nameOf },
      record: (record) => this.#sink.record(record),
      raw: (passed, at) => this.#raw(deviceId, passed, at),
      isCaptured: () => this.#captured.has(deviceId),
    });
    this.#lines.set(deviceId, line);
    return line;
  }

  work(deviceId: string, task: CardTask): void {
    const now = performance.now();
    this.#sink.record({
      kind: 'work',
      deviceId,
      at: Date.now(),
      monotonicMs: monotonicMs(now),
      work: task.work,
    });
    if (this.#captured.has(deviceId)) {
      this.#raw(deviceId, { kind: 'work', work: task.work, details: taskDetails(task) }, now);
    }
  }

  /** The device at this line answered as it should, and is told of. */
  greeted(deviceId: string): void {
    this.#lines.get(deviceId)?.greeted();
  }

  /** Tells of exchanges on lines that nothing has come of for a while. */
  settle(): void {
    for (const line of this.#lines.values()) line.settle();
  }

  /** From now on, or no more, every byte of this device is told; first those of its greeting. */
  capture(deviceId: string, isOn: boolean): void {
    if (!isOn) {
      this.#captured.delete(deviceId);
      return;
    }
    if (this.#captured.has(deviceId)) return;
    this.#captured.add(deviceId);
    for (const greeting of this.#lines.get(deviceId)?.greeting ?? []) this.#sink.raw(greeting);
  }

  #exchanged(deviceId: string, beganMs: number, command: Uint8Array, answer: Uint8Array | undefined): void {
    const durationMs = performance.now() - beganMs;
    const { header, nativeCode, lc, le } = apduShape(command);
    const length = answer?.length ?? 0;
    this.#sink.record({
      kind: 'apdu',
      deviceId,
      at: Date.now(),
      monotonicMs: monotonicMs(beganMs),
      durationMs,
      header,
      nativeCode,
      lc,
      le,
      statusWord:
        answer === undefined || length < 2
          ? null
          : (answer[length - 2] ?? 0) * 256 + (answer[length - 1] ?? 0),
      answerBytes: Math.max(0, length - 2),
    });
    if (!this.#captured.has(deviceId)) return;
    const answered = answer === undefined ? null : copied(answer);
    this.#raw(deviceId, { kind: 'apdu', durationMs, out: copied(command), in: answered }, beganMs);
  }

  #raw(deviceId: string, passed: RawPassed, at: number): void {
    this.#sink.raw({ deviceId, at: Date.now(), monotonicMs: monotonicMs(at), ...passed });
  }
}
