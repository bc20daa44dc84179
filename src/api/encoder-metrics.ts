import { Counter, Gauge, type Registry } from 'prom-client';
import { HEALTH_WORDS, healthOf, type Strain } from '../model/encoder-health.ts';
import { recentStrain } from '../site/encoder-strain.ts';
import { EVERY_ROW } from '../store/paging.ts';
import type { Desk } from './operation.ts';

const LABELS = ['acs_encoder_id', 'driver'] as const;

const COUNTED: readonly (readonly [string, string, keyof Strain])[] = [
  ['exchanges', 'Commands that an encoder, or a card on it, was given', 'exchanges'],
  ['retries', 'Commands that had to be given again', 'retries'],
  ['slow_answers', 'Answers that came late', 'slowAnswers'],
  ['resets', 'Times that an encoder stopped answering and was opened anew', 'resets'],
  ['replugs', 'Times that an encoder was unplugged and plugged in again', 'replugs'],
  ['torn_cards', 'Cards that left in the middle of a write, and did not come back in time', 'tornCards'],
];

/** How the encoders are, each of them; counters begin at 0 with the daemon. */
export function addEncoderMetrics(
  { site, recorder }: Pick<Desk, 'site' | 'recorder'>,
  registers: Registry[],
): void {
  const known = () =>
    site.store.encoders.list({}, EVERY_ROW).rows.filter(({ removedAt }) => removedAt === null);
  for (const [name, help, key] of COUNTED) {
    new Counter({
      name: `encoderd_encoder_${name}_total`,
      help,
      labelNames: LABELS,
      registers,
      collect() {
        this.reset();
        for (const { id, driver } of known()) {
          this.inc({ acs_encoder_id: id, driver }, recorder.strain.totals.get(id)?.[key] ?? 0);
        }
      },
    });
  }
  new Gauge({
    name: 'encoderd_encoder_health',
    help: 'How an encoder is, judged by its last 7 days: 1 for the word that holds',
    labelNames: [...LABELS, 'word'],
    registers,
    collect() {
      this.reset();
      const strainOf = recentStrain(site, recorder.strain.counted);
      for (const { id, driver } of known()) {
        const health = healthOf(strainOf(id));
        for (const word of HEALTH_WORDS) {
          this.set({ acs_encoder_id: id, driver, word }, word === health.word ? 1 : 0);
        }
      }
    },
  });
}
