import type { Credential } from '../../model/credential.ts';
import { credentialState, type ResourceName } from '../../model/resource.ts';
import { deletion, type ResourceChange, update } from '../../model/resource-change.ts';
import { EVERY_ROW } from '../../store/paging.ts';
import { deleteClientSession } from '../client-sessions.ts';
import { isBeingWritten } from '../live-writes.ts';
import { refreshCardsOf, refreshReissue } from '../reissue.ts';
import { announce, noteForDesks, type Site } from '../site.ts';

/** Removes a user. Codes go with the user; cards that are known stay so, and belong to nobody. Returns what became of them. */
export function removeUser(site: Site, id: string): readonly ResourceChange[] {
  const changes = site.store.credentials
    .list({ acsUserId: id }, EVERY_ROW)
    .rows.flatMap((credential) =>
      isKnownCard(credential) ? [takeFromHolder(site, credential)] : removeWithHolder(site, credential),
    );
  site.store.users.delete(id);
  return changes;
}

/** Whether somebody knows which card it is: it was seen, or registered by its number. */
function isKnownCard({ accessMethod, cardNumber, code }: Credential): boolean {
  return accessMethod === 'card' && (cardNumber !== null || code !== null);
}

function takeFromHolder(site: Site, credential: Credential): ResourceChange {
  const free = { ...credential, acsUserId: null };
  site.store.credentials.update(free);
  refreshReissue(site, free);
  // Whoever waits to write it waits in vain.
  site.doorbell.ring();
  const event = 'acs_credential.invalidated';
  announce(site, event, { acsCredentialId: credential.id });
  return noted(
    site,
    update('acs_credential', credential.id, credentialState(credential), credentialState(free), event),
  );
}

function removeWithHolder(site: Site, credential: Credential): readonly ResourceChange[] {
  removeCredential(site, credential);
  const remaining = site.store.credentials.get(credential.id);
  if (remaining !== null) {
    site.store.credentials.update({ ...remaining, acsUserId: null });
    return [];
  }
  const event = 'acs_credential.deleted';
  announce(site, event, { acsCredentialId: credential.id });
  return [noted(site, deletion('acs_credential', credential.id, event))];
}

/** Removes a credential; one that is being written goes once that has ended. */
export function removeCredential(site: Site, credential: Credential): void {
  if (!isBeingWritten(site, credential.id)) site.store.credentials.delete(credential.id);
  else if (credential.deletionAskedAt === null) {
    site.store.credentials.update({ ...credential, deletionAskedAt: site.clock.now() });
    // Whoever waits to write it elsewhere waits in vain.
    site.doorbell.ring();
  }
}

/** Removes a person, with the person's user and the client sessions that could act for the person. Returns what became of other things. */
export function removeUserIdentity(site: Site, id: string): readonly ResourceChange[] {
  const user = site.store.users.ofIdentity(id);
  const changes = user === null ? [] : [...removeUser(site, user.id), goneWithIdentity(site, user.id)];
  for (const session of site.store.clientSessions.list({ userIdentityId: id }, EVERY_ROW).rows) {
    deleteClientSession(site, session.id);
  }
  site.store.userIdentities.delete(id);
  return changes;
}

function goneWithIdentity(site: Site, acsUserId: string): ResourceChange {
  const event = 'acs_user.deleted';
  announce(site, event, { acsUserId });
  return noted(site, deletion('acs_user', acsUserId, event));
}

/** Removes an entrance; nothing opens it any more, and its number is never given again. */
export function removeEntrance(site: Site, id: string): void {
  const opening = site.store.credentials.list({ acsEntranceId: id }, EVERY_ROW).rows;
  site.store.entrances.delete(id);
  for (const credential of opening) {
    const entranceIds = credential.entranceIds.filter((other) => other !== id);
    refreshReissue(site, { ...credential, entranceIds });
  }
}

/** Removes a group; its users may no longer open what they could by it. */
export function removeAccessGroup(site: Site, id: string): void {
  const { rows } = site.store.users.list({ acsAccessGroupId: id }, EVERY_ROW);
  site.store.accessGroups.delete(id);
  for (const user of rows) refreshCardsOf(site, user.id);
}

/** Desks that have this site for theirs must hear of it, whether or not its own backend does. */
function noted(site: Site, change: ResourceChange): ResourceChange {
  const name: ResourceName = change;
  noteForDesks(site, name, change.action === 'deleted');
  return change;
}
