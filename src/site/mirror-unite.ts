import type { ResourceKind } from '../model/resource.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { removeHere } from './mirror-removal.ts';
import { refreshReissue } from './reissue.ts';
import { noteForDesks, type Site } from './site.ts';

/**
 * Makes one of two things of this desk that turned out to be one above: what belongs to `goesId` is `staysId`'s from then on, and `goesId`
 * goes. What the backend has of the one that stays is to be read again.
 */
export function unite(site: Site, kind: ResourceKind, staysId: string, goesId: string): void {
  const { users, accessGroups, credentials, entrances } = site.store;
  site.store.sharedResources.forget({ kind, id: goesId });
  switch (kind) {
    case 'acs_user':
      if (users.get(staysId) === null) break;
      for (const credential of credentials.list({ acsUserId: goesId }, EVERY_ROW).rows) {
        credentials.update({ ...credential, acsUserId: staysId });
        refreshReissue(site, { ...credential, acsUserId: staysId });
        noteForDesks(site, { kind: 'acs_credential', id: credential.id }, false);
      }
      break;
    case 'user_identity': {
      const user = users.ofIdentity(goesId);
      const isFree = site.store.userIdentities.get(staysId) !== null && users.ofIdentity(staysId) === null;
      if (user !== null) users.update({ ...user, userIdentityId: isFree ? staysId : null });
      break;
    }
    case 'acs_access_group':
      if (accessGroups.get(staysId) === null) break;
      for (const { id } of users.list({ acsAccessGroupId: goesId }, EVERY_ROW).rows) {
        accessGroups.addUser(staysId, id);
      }
      break;
    case 'acs_entrance': {
      if (entrances.get(staysId) === null) break;
      const withStaying = (ids: readonly string[]) => [
        ...new Set(ids.map((id) => (id === goesId ? staysId : id))),
      ];
      for (const group of accessGroups.list({}, EVERY_ROW).rows) {
        if (!group.entranceIds.includes(goesId)) continue;
        accessGroups.update({ ...group, entranceIds: withStaying(group.entranceIds) });
        noteForDesks(site, { kind: 'acs_access_group', id: group.id }, false);
      }
      for (const credential of credentials.list({ acsEntranceId: goesId }, EVERY_ROW).rows) {
        if (!credential.entranceIds.includes(goesId)) continue;
        credentials.update({ ...credential, entranceIds: withStaying(credential.entranceIds) });
        noteForDesks(site, { kind: 'acs_credential', id: credential.id }, false);
      }
      for (const id of entrances.grantees(goesId)) {
        entrances.grant(staysId, id);
        noteForDesks(site, { kind: 'acs_user', id }, false);
      }
      break;
    }
    case 'acs_credential':
      break;
  }
  removeHere(site, { kind, id: goesId });
}
