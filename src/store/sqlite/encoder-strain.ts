import type { EncoderStrainTable } from '../desk-tables.ts';
import type { Database } from './database.ts';

interface StrainRow {
  readonly acs_encoder_id: string;
  readonly exchanges: number;
  readonly retries: number;
  readonly slow_answers: number;
  readonly resets: number;
  readonly replugs: number;
  readonly torn_cards: number;
}

/** The table encoder_strain. */
export function encoderStrainTable(database: Database): EncoderStrainTable {
  return {
    add: (encoderId, day, { exchanges, retries, slowAnswers, resets, replugs, tornCards }) => {
      database.run(
        `INSERT INTO encoder_strain (acs_encoder_id, day, exchanges, retries, slow_answers, resets, replugs, torn_cards)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (day, acs_encoder_id) DO UPDATE SET
           exchanges = exchanges + excluded.exchanges, retries = retries + excluded.retries,
           slow_answers = slow_answers + excluded.slow_answers, resets = resets + excluded.resets,
           replugs = replugs + excluded.replugs, torn_cards = torn_cards + excluded.torn_cards`,
        ...[encoderId, day, exchanges, retries, slowAnswers, resets, replugs, tornCards],
      );
    },
    since: (day) =>
      new Map(
        database
          .all<StrainRow>(
            `SELECT acs_encoder_id, sum(exchanges) AS exchanges, sum(retries) AS retries, sum(slow_answers) AS slow_answers,
               sum(resets) AS resets, sum(replugs) AS replugs, sum(torn_cards) AS torn_cards
             FROM encoder_strain WHERE day >= ? GROUP BY acs_encoder_id`,
            day,
          )
          .map(({ acs_encoder_id, exchanges, retries, slow_answers, resets, replugs, torn_cards }) => [
            acs_encoder_id,
            { exchanges, retries, slowAnswers: slow_answers, resets, replugs, tornCards: torn_cards },
          ]),
      ),
    forgetBefore: (day) => {
      database.run('DELETE FROM encoder_strain WHERE day < ?', day);
    },
  };
}
