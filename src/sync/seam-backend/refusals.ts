import type { SeamHttpApiError } from '@seamapi/http';
import type { ResourceKind } from '../../model/resource.ts';
import type { Refusal, RefusalCode, Verdict } from '../../model/sync.ts';
import { BackendError } from '../backend-error.ts';

/** What Seam, and another encoderd, say when something is somebody else's already. */
const TAKEN = /duplicate|already_|taken|unavailable|not_unique/;

/** How much of the backend's words a person gets to see, characters. */
const KEPT_CHARACTERS = 500;

/** What a person reads about a kind. */
const WORDS: Readonly<Record<ResourceKind, string>> = {
  acs_entrance: 'entrance',
  acs_access_group: 'access group',
  user_identity: 'user identity',
  acs_user: 'user',
  acs_credential: 'credential',
};

export function refused(
  code: RefusalCode,
  message: string,
  { fields = [], rivalId = null }: Partial<Pick<Refusal, 'fields' | 'rivalId'>> = {},
): Verdict {
  return { verdict: 'refused', refusal: { code, message, fields, rivalId } };
}

/** The refusal of a change to what is not there. */
export function deletedAbove(kind: ResourceKind): Verdict {
  return refused('deleted_above', `The backend does not have this ${WORDS[kind]} any more, or never had it.`);
}

/** What Seam's refusal of a message about a thing of this kind means. Throws a BackendError where it concerns all messages. */
export function refusalBy(error: SeamHttpApiError, kind: ResourceKind): Verdict {
  const { code, data } = error;
  const words = `The backend says: ${error.message.slice(0, KEPT_CHARACTERS)}`;
  if (code === 'acs_system_not_found' || code === 'workspace_not_found') {
    throw new BackendError(
      'failing',
      `${words} Give this desk a key for the access system that it belongs to.`,
    );
  }
  if (code === `${kind}_not_found`) return deletedAbove(kind);
  if (error.statusCode === 404) return refused('reference_missing', words);
  if (code === 'credential_belongs_to_another_user') return refused('card_of_another_user', words);
  if (TAKEN.test(code)) return refused('taken_above', words, { rivalId: idIn(data, `${kind}_id`) });
  return refused('refused_by_backend', words);
}

function idIn(data: unknown, name: string): string | null {
  const id: unknown = Object(data)[name];
  return typeof id === 'string' ? id : null;
}
