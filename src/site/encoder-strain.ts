import type { Logger } from '../log.ts';
import { addStrain, JUDGED_DAYS, NO_STRAIN, type Strain } from '../model/encoder-health.ts';
import { StorageError } from '../store/errors.ts';
import type { Site } from './site.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How often what was counted is written down, milliseconds: a minute of it is lost when the power fails. */
const KEEP_EVERY_MS = 60_000;

/** How long it is kept, days. */
const KEPT_DAYS = 90;

/** Counts what encoders suffer; see StrainTally. */
export interface StrainCounts {
  /** What was counted since the last time, by encoder. */
  take(): ReadonlyMap<string, Strain>;
  giveBack(taken: ReadonlyMap<string, Strain>): void;
}

const dayOf = (at: number) => Math.floor(at / DAY_MS);

/** What an encoder suffered in the days by which its health is judged: what is kept, and what was counted and is not written down yet. */
export function recentStrain(
  { store, clock }: Pick<Site, 'store' | 'clock'>,
  counted: ReadonlyMap<string, Strain>,
): (encoderId: string) => Strain {
  const kept = store.encoderStrain.since(dayOf(clock.now()) - JUDGED_DAYS + 1);
  return (encoderId) => addStrain(kept.get(encoderId) ?? NO_STRAIN, counted.get(encoderId) ?? NO_STRAIN);
}

/** Writes down every minute, and when it is disposed of, what was counted. */
export function keepStrain(
  site: Pick<Site, 'store' | 'clock'>,
  counts: StrainCounts,
  log: Logger,
): Disposable {
  const keep = () => keepCounted(site, counts, log);
  const timer = setInterval(keep, KEEP_EVERY_MS).unref();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      keep();
    },
  };
}

/** Writes down what was counted since the last time. What the disk does not take now is written with the next. */
export function keepCounted(
  { store, clock }: Pick<Site, 'store' | 'clock'>,
  counts: StrainCounts,
  log: Logger,
): void {
  const taken = counts.take();
  if (taken.size === 0) return;
  const day = dayOf(clock.now());
  try {
    store.transaction(() => {
      for (const [encoderId, strain] of taken) store.encoderStrain.add(encoderId, day, strain);
      store.encoderStrain.forgetBefore(day - KEPT_DAYS);
    });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    counts.giveBack(taken);
    log.warn({ err: error }, 'what the encoders suffered cannot be written down now');
  }
}
