import { z } from 'zod';
import type { Credential } from '../../model/credential.ts';
import type { TornSince } from '../../site/live-writes.ts';
import { isoTime, toIsoTime } from './fields.ts';

export const credentialWarning = z.object({
  warning_code: z.enum([
    'waiting_to_be_issued',
    'needs_to_be_reissued',
    'schedule_modified',
    'schedule_externally_modified',
    'unknown_issue_with_acs_credential',
    'being_deleted',
  ]),
  message: z.string(),
  created_at: isoTime,
});

type Warning = z.input<typeof credentialWarning>;

/** What a person should know of a credential; each as long as its situation lasts. `torn`: what did not end at this desk; the credential itself says it of others. */
export function toWarnings(credential: Credential, torn: TornSince): Warning[] {
  const { createdAt } = credential;
  return [
    ...warning('waiting_to_be_issued', isWaiting(credential) ? createdAt : null, waitingWords(credential)),
    ...warning(
      'needs_to_be_reissued',
      credential.needsReissue ? (credential.reissueNeededAt ?? createdAt) : null,
      'The card says something else than the site by now. Encode the credential on it again.',
    ),
    ...warning(
      'schedule_modified',
      credential.scheduleModifiedAt,
      'The start that was asked for was past already, so the credential begins when it was made.',
    ),
    ...warning(
      'schedule_externally_modified',
      credential.scheduleExternallyModifiedAt,
      'The card says other times than this site wrote on it. Find out who has the keys of the site, and encode the credential on the card again.',
    ),
    ...warning(
      'unknown_issue_with_acs_credential',
      torn.get(credential.id) ?? credential.unfinishedWriteAt,
      'A write on a card did not end, and the card may be half written. Put it on the encoder again: that repairs it.',
    ),
    ...warning(
      'being_deleted',
      credential.deletionAskedAt,
      'The credential is deleted as soon as the work on its card has ended.',
    ),
  ];
}

/** `since` null: there is no such situation. */
function warning(
  warning_code: Warning['warning_code'],
  since: number | null,
  message: string,
): readonly Warning[] {
  return since === null ? [] : [{ warning_code, message, created_at: toIsoTime(since) }];
}

function isWaiting({ accessMethod, isIssued }: Credential): boolean {
  return accessMethod === 'card' && !isIssued;
}

function waitingWords({ code }: Credential): string {
  return code === null
    ? 'No card carries this credential yet. Encode it on a card.'
    : 'No card was seen with that number yet. Scan the card to assign it, or encode the credential on a card.';
}
