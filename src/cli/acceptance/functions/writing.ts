import { z } from 'zod';
import { inspectedCard, scannedCard } from '../../card-block.ts';
import { CommandError } from '../../terminal.ts';
import type { Bench } from '../bench.ts';
import { type DeskFunction, NotApplicable, passed } from '../function.ts';
import { onCard } from './reading.ts';

/** Why nothing is written on this card; null: it is. */
function whyNotWritten({ found, mayDestroy }: Bench): string | null {
  if (found === null) return 'The card could not be inspected.';
  if (found.format === null) return `No card format of this site fits a ${found.card.technology}.`;
  if (found.format === 'uid_only') return 'Cards are used by their number here: nothing is written on them.';
  if (found.record_standing === 'none' || mayDestroy) return null;
  return `The card is not blank (${onCard(found.record_standing)}): take a blank one, or say --card-destroyed-ok.`;
}

/** Throws NotApplicable where nothing may be written. */
function requireWritable(bench: Bench): void {
  const why = whyNotWritten(bench);
  if (why !== null) throw new NotApplicable(why);
}

const encoded = z.looseObject({ acs_credential_id: z.string(), card_format: z.string() });

/** Tries everything that writes, on one card: each step goes on from what the one before left. */
export function writingFunctions(): readonly DeskFunction[] {
  /** What the card carries now, as far as it was written here. */
  let carried: string | null = null;
  /** The reason that nothing more can be said of it. */
  const requireCarried = (bench: Bench): string => {
    requireWritable(bench);
    if (carried === null) throw new NotApplicable('Nothing could be encoded before.');
    return carried;
  };
  const encodeNew = async (bench: Bench, more: object) => {
    const acs_credential_id = await bench.made.credential();
    const params = { acs_credential_id, ...more };
    const ended = await bench.attempt({ path: '/acs/encoders/encode_credential', params });
    carried = acs_credential_id;
    return { ...ended, format: encoded.parse(ended.result).card_format };
  };

  const encode: DeskFunction = {
    id: 'encode',
    title: 'A credential is written on the card',
    async run(bench) {
      requireWritable(bench);
      const { format, tookMs } = await encodeNew(bench, { overwrite: bench.mayDestroy });
      return passed(`Written and read back, as ${format}.`, 'request to verified card', [tookMs]);
    },
  };

  const readBack: DeskFunction = {
    id: 'read_back',
    title: 'What was written is read',
    async run(bench) {
      const wanted = requireCarried(bench);
      const { result, tookMs } = await bench.attempt({ path: '/acs/encoders/scan_credential' });
      const { acs_credential_on_encoder: card, acs_credential_on_seam } = scannedCard.parse(result);
      // A token on a stripe names no credential: the site knows it by its number.
      const read = card.acs_credential_id ?? acs_credential_on_seam?.acs_credential_id;
      if (card.record_standing !== 'authentic' || read !== wanted) {
        throw new CommandError(
          `The card holds something else: ${card.record_standing}, ${read ?? 'no credential'}.`,
        );
      }
      return passed('The same credential, authentic.', 'request to contents', [tookMs]);
    },
  };

  const refuseOverwrite: DeskFunction = {
    id: 'refuse_overwrite',
    title: 'Another credential is refused on the same card',
    async run(bench) {
      requireCarried(bench);
      const acs_credential_id = await bench.made.credential();
      const params = { acs_credential_id };
      const refused = await bench.attempt({ path: '/acs/encoders/encode_credential', params }).then(
        () => null,
        (error: unknown) => error,
      );
      if (refused === null) {
        carried = acs_credential_id;
        throw new CommandError('It was written over a credential that is still valid, unasked.');
      }
      const isRight =
        refused instanceof CommandError && refused.details.reason === 'card_carries_another_credential';
      if (!isRight) throw refused;
      return passed('Refused, and the card is as it was.');
    },
  };

  const overwrite: DeskFunction = {
    id: 'overwrite',
    title: 'Another credential is written over it, when that is meant',
    async run(bench) {
      requireCarried(bench);
      const { tookMs } = await encodeNew(bench, { overwrite: true });
      return passed('Written and read back.', 'request to verified card', [tookMs]);
    },
  };

  const pulledCard: DeskFunction = {
    id: 'pulled_card',
    title: 'A card that is pulled in mid-write is noticed, and repaired',
    async run(bench) {
      requireCarried(bench);
      if (bench.found?.card.technology === 'magnetic_stripe') {
        throw new NotApplicable('Cards are swiped here: none lies there that could be pulled away.');
      }
      return pullInMidWrite(bench, (acs_credential_id) => {
        carried = acs_credential_id;
      });
    },
  };

  const erase: DeskFunction = {
    id: 'erase',
    title: 'The card is erased',
    async run(bench) {
      requireCarried(bench);
      const params = { overwrite: true };
      const { tookMs } = await bench.attempt({ path: '/v1/encoders/erase_card', params });
      const { result } = await bench.attempt({ path: '/v1/encoders/inspect_card' });
      const { record_standing } = inspectedCard.parse(result);
      if (record_standing !== 'none')
        throw new CommandError(`The card is not blank: ${onCard(record_standing)}.`);
      carried = null;
      const asFound = bench.found?.record_standing === 'none';
      return passed(
        asFound ? 'Blank, as it was found.' : 'Blank. It was not blank when it was found.',
        'request to blank card',
        [tookMs],
      );
    },
  };

  return [encode, readBack, refuseOverwrite, overwrite, pulledCard, erase];
}

/** Writes a third credential with a hand that takes the card away as soon as it is being written, and puts it back. */
async function pullInMidWrite(bench: Bench, onWritten: (credentialId: string) => void) {
  const { hand } = bench;
  if (hand.kind === 'simulated') {
    await bench.take('');
    await bench.put('', true);
  }
  const acs_credential_id = await bench.made.credential();
  let pulledAt: number | null = null;
  let noticedMs: number | null = null;
  hand.tell(
    'Take the card away the moment that "Writing" appears here, and put it back when you are told to.',
  );
  const { tookMs } = await bench.attempt({
    path: '/acs/encoders/encode_credential',
    params: { acs_credential_id, overwrite: true },
    onChange: async ({ phase, hint_code, progress }, atMs) => {
      const isNoticed = hint_code === 'put_card_back' || hint_code === 'hold_card_still';
      if (isNoticed && pulledAt !== null) noticedMs ??= atMs - pulledAt;
      // Without progress the journal has no note: the card is as it was.
      if (phase !== 'writing' || pulledAt !== null || progress === undefined) return false;
      pulledAt = performance.now();
      hand.tell('Writing. Take it away now!');
      await hand.take('Take the card away.');
      return !isNoticed;
    },
  });
  onWritten(acs_credential_id);
  if (noticedMs === null) {
    throw new NotApplicable(
      `The card was written before it was taken away, within ${Math.round(tookMs)} ms.`,
    );
  }
  return passed(
    'Noticed, the same card asked for again, finished and read back.',
    hand.kind === 'simulated' ? 'pull to news' : '"Writing" to news of the pull',
    [noticedMs],
  );
}
