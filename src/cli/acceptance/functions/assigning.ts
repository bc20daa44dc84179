import { z } from 'zod';
import { inspectedCard } from '../../card-block.ts';
import { CommandError } from '../../terminal.ts';
import type { Bench } from '../bench.ts';
import { type DeskFunction, NotApplicable, passed } from '../function.ts';

const credential = z.looseObject({ acs_credential_id: z.string(), acs_user_id: z.string().nullish() });

function requireUnknownCard({ found }: Bench): void {
  if (found === null) throw new NotApplicable('The card could not be inspected.');
  if (found.acs_credential_on_seam === null) return;
  const { display_name } = found.acs_credential_on_seam;
  throw new NotApplicable(`The card is registered here (${display_name}): take one that belongs to nobody.`);
}

/** Tries an assignment, and takes it back. */
export function assigningFunctions(): readonly DeskFunction[] {
  /** The assignment that is taken back next. */
  let assigned: { readonly attemptId: string } | null = null;

  const scanToAssign: DeskFunction = {
    id: 'scan_to_assign',
    title: 'Scan to assign: the card is given to a user',
    async run(bench) {
      assigned = null;
      requireUnknownCard(bench);
      const acs_user_id = await bench.made.user();
      const { result, tookMs, attemptId } = await bench.attempt({
        path: '/acs/encoders/scan_to_assign_credential',
        params: { acs_user_id, salto_ks_metadata: { detect_new_tags: true } },
      });
      const given = credential.parse(result);
      bench.made.noteCredential(given.acs_credential_id);
      assigned = { attemptId };
      if (given.acs_user_id !== acs_user_id) throw new CommandError('The card was given to somebody else.');
      return passed('A new user has the card.', 'request to assignment', [tookMs]);
    },
  };

  const undo: DeskFunction = {
    id: 'undo_assignment',
    title: 'The assignment is taken back',
    async run(bench) {
      if (assigned === null) throw new NotApplicable('The card was not assigned.');
      const action_attempt_id = assigned.attemptId;
      const began = performance.now();
      await bench.daemon.call('/v1/assignments/undo', { action_attempt_id }, z.unknown());
      const tookMs = performance.now() - began;
      const { result } = await bench.attempt({ path: '/v1/encoders/inspect_card' });
      const left = inspectedCard.parse(result).acs_credential_on_seam;
      if (left !== null) throw new CommandError(`The card is still registered here: ${left.display_name}.`);
      return passed('The card belongs to nobody again.', 'request to answer', [tookMs]);
    },
  };

  return [scanToAssign, undo];
}
