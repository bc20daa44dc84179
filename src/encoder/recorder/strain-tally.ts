import { addStrain, NO_STRAIN, type Strain } from '../../model/encoder-health.ts';
import type { FlightRecord, NotedEvent } from './ring.ts';
import type { WireRecord } from './wire-record.ts';

/**
 * An answer that comes later than this is slow, milliseconds: several times what a reader and a card need for any command. The device of a driver that is
 * missing here waits for people, who take as long as they like.
 */
const SLOW_AFTER_MS: Readonly<Record<string, number>> = {
  virtual: 500,
  pcsc: 500,
  pn532: 500,
  twn4: 500,
  pcprox: 500,
};

/** What is away for less was not pulled out and plugged in by a person: it stopped answering, or what it depends on ended. */
const NOBODY_REPLUGS_WITHIN_MS = 3000;

/** Counts what encoders suffer, from what the flight recorder keeps. */
export class StrainTally {
  #counted = new Map<string, Strain>();
  readonly #totals = new Map<string, Strain>();
  /** By encoder: the command that nothing came back to. */
  readonly #unanswered = new Map<string, string>();
  /** By encoder: since when it is away, or that its driver ended under it. */
  readonly #away = new Map<string, { readonly since: number; readonly driverEnded: boolean }>();
  readonly #driverOf = new Map<string, string>();
  readonly #ended = new Set<string>();

  add(record: FlightRecord): void {
    const { encoderId } = record;
    if ('event' in record) {
      const { event, driver } = record.event;
      if (event === 'host_ended' && driver !== null) this.#ended.add(driver);
      else if (encoderId !== null) this.#note(encoderId, record.event);
    } else if (encoderId !== null) {
      this.#exchange(encoderId, record.driver, record.record);
    }
  }

  /** Since the daemon started, by encoder. */
  get totals(): ReadonlyMap<string, Strain> {
    return this.#totals;
  }

  /** What was counted since it was taken last, by encoder. */
  get counted(): ReadonlyMap<string, Strain> {
    return this.#counted;
  }

  /** What was counted since the last time, by encoder. */
  take(): ReadonlyMap<string, Strain> {
    const taken = this.#counted;
    this.#counted = new Map();
    return taken;
  }

  /** It could not be kept: it counts with what comes next. */
  giveBack(taken: ReadonlyMap<string, Strain>): void {
    for (const [encoderId, strain] of taken) {
      this.#counted.set(encoderId, addStrain(this.#counted.get(encoderId) ?? NO_STRAIN, strain));
    }
  }

  #note(encoderId: string, { event, driver, at, details }: NotedEvent): void {
    switch (event) {
      case 'encoder_arrived': {
        if (driver !== null) this.#driverOf.set(encoderId, driver);
        if (driver !== null) this.#ended.delete(driver);
        const away = this.#away.get(encoderId);
        if (away === undefined) return;
        this.#away.delete(encoderId);
        const isReset = away.driverEnded || Math.abs(at - away.since) < NOBODY_REPLUGS_WITHIN_MS;
        this.#count(encoderId, isReset ? { resets: 1 } : { replugs: 1 });
        return;
      }
      case 'encoder_left': {
        const driverOfIt = this.#driverOf.get(encoderId);
        const driverEnded = driverOfIt !== undefined && this.#ended.has(driverOfIt);
        this.#away.set(encoderId, { since: at, driverEnded });
        return;
      }
      case 'attempt_phase':
        if (details['reason'] === 'encoding_interrupted') this.#count(encoderId, { tornCards: 1 });
        return;
    }
  }

  #exchange(encoderId: string, driver: string, record: WireRecord): void {
    if (record.kind === 'work' || (record.kind === 'line' && (record.isIdle || record.command === null)))
      return;
    const command = record.kind === 'line' ? record.command : `${record.header} ${record.nativeCode}`;
    const isAnswered = record.kind === 'line' ? record.inBytes > 0 : record.statusWord !== null;
    const isRetry = command !== null && this.#unanswered.get(encoderId) === command;
    if (isAnswered || command === null) this.#unanswered.delete(encoderId);
    else this.#unanswered.set(encoderId, command);
    const slowAfterMs = SLOW_AFTER_MS[driver] ?? Number.POSITIVE_INFINITY;
    const isSlow = isAnswered && record.durationMs !== null && record.durationMs > slowAfterMs;
    this.#count(encoderId, { exchanges: 1, retries: isRetry ? 1 : 0, slowAnswers: isSlow ? 1 : 0 });
  }

  #count(encoderId: string, more: Partial<Strain>): void {
    const strain = { ...NO_STRAIN, ...more };
    this.#counted.set(encoderId, addStrain(this.#counted.get(encoderId) ?? NO_STRAIN, strain));
    this.#totals.set(encoderId, addStrain(this.#totals.get(encoderId) ?? NO_STRAIN, strain));
  }
}
