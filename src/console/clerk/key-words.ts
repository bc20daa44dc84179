import type { MessageKey, Words } from '../i18n.ts';
import type { GuestKey } from '../wire.ts';

/** What a key is called where its rooms are not. */
export function keyTitle(
  { access_method, card_number, code, is_issued }: GuestKey,
  { t }: Pick<Words, 't'>,
): string {
  switch (access_method) {
    case 'code':
      return t('key.code', { code: code ?? '' });
    case 'mobile_key':
      return t('key.phone');
    case 'cloud_key':
      return t('key.cloud');
    default:
      return card_number === undefined || !is_issued
        ? t('key.unwritten')
        : t('key.card', { number: card_number });
  }
}

/** Whether it opens nothing any more. */
export function isKeyOver({ ends_at }: GuestKey, now: number): boolean {
  return ends_at !== undefined && Date.parse(ends_at) <= now;
}

/** Warnings that a clerk can end by writing the card again. */
const TROUBLES: Readonly<Record<string, MessageKey>> = {
  needs_to_be_reissued: 'key.outdated',
  schedule_externally_modified: 'key.outdated',
};

/** What is wrong with a key that was written; null: nothing. A write that did not end counts more. */
export function keyTrouble({ warnings }: GuestKey): MessageKey | null {
  const codes = warnings.map(({ warning_code }) => warning_code);
  const isTorn = warnings.some(
    ({ warning_code, message }) =>
      warning_code === 'unknown_issue_with_acs_credential' && message.startsWith(TORN),
  );
  if (isTorn) return 'key.torn';
  return codes.map((code) => TROUBLES[code]).find((key) => key !== undefined) ?? null;
}

/** Seam has one code for whatever else is the matter; the daemon says by these words that a write did not end (src/api/wire/credential-warnings.ts). */
export const TORN = 'A write on a card did not end';
