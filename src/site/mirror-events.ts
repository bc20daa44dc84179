import type { SiteEventType } from '../model/event.ts';
import type { ResourceName, ResourceState } from '../model/resource.ts';
import { isSame } from '../model/resource-change.ts';
import { announce, type Site } from './site.ts';

/**
 * Announces what the desk's apps must hear of a thing that was made or changed elsewhere; `before` null: it is new here. A card whose holder is
 * among `goneUserIds` lost that one because the user was deleted.
 */
export function announceMirrored(
  site: Site,
  name: ResourceName,
  before: ResourceState | null,
  after: ResourceState,
  goneUserIds: ReadonlySet<string>,
): void {
  switch (name.kind) {
    case 'acs_entrance':
      if (before === null) announce(site, 'acs_entrance.added', { acsEntranceId: name.id });
      return;
    case 'acs_user':
      if (before === null) announce(site, 'acs_user.created', { acsUserId: name.id });
      return;
    case 'acs_credential': {
      const holderBefore = before?.['acsUserId'];
      const isLeft = typeof holderBefore === 'string' && goneUserIds.has(holderBefore);
      const type =
        isLeft && after['acsUserId'] === null ? 'acs_credential.invalidated' : cardEvent(before, after);
      if (type !== null) announce(site, type, { acsCredentialId: name.id });
      return;
    }
    case 'acs_access_group':
    case 'user_identity':
      return;
  }
}

/** Announces that a thing is gone. */
export function announceGone(site: Site, { kind, id }: ResourceName): void {
  switch (kind) {
    case 'acs_entrance':
      announce(site, 'acs_entrance.removed', { acsEntranceId: id });
      return;
    case 'acs_access_group':
      announce(site, 'acs_access_group.deleted', { acsAccessGroupId: id });
      return;
    case 'acs_user':
      announce(site, 'acs_user.deleted', { acsUserId: id });
      return;
    case 'acs_credential':
      announce(site, 'acs_credential.deleted', { acsCredentialId: id });
      return;
    case 'user_identity':
      return;
  }
}

/** What happened to the cards of a credential; null: nothing that has a name. */
function cardEvent(before: ResourceState | null, after: ResourceState): SiteEventType | null {
  const wasIssued = before?.['isIssued'] === true;
  if (after['isIssued'] !== true) return wasIssued ? 'acs_credential.invalidated' : null;
  if (!wasIssued) return 'acs_credential.issued';
  const isOnAnotherIssue = OF_AN_ISSUE.some((name) => !isSame(before?.[name] ?? null, after[name] ?? null));
  return isOnAnotherIssue ? 'acs_credential.reissued' : null;
}

/** What is another by each issue. */
const OF_AN_ISSUE = ['issuedAt', 'cardUid'];
