import {
  credentialState,
  type ResourceKind,
  type ResourceName,
  type ResourceState,
  stateOf,
} from '../model/resource.ts';
import type { ResourceChange } from '../model/resource-change.ts';
import type { Page, PageRequest } from '../store/paging.ts';
import { writeCredential } from './resources/credentials.ts';
import { writeEntrance } from './resources/entrances.ts';
import { userState, writeAccessGroup, writeUser, writeUserIdentity } from './resources/people.ts';
import {
  removeAccessGroup,
  removeCredential,
  removeEntrance,
  removeUser,
  removeUserIdentity,
} from './resources/removal.ts';
import type { Site } from './site.ts';

export { ResourceConflict } from './resources/conflict.ts';
export { InvalidState } from './resources/states.ts';

/** What is known of a thing here, as desks and backends share it; null: there is none. The ids of its sets are in their order. */
export function readResource(site: Site, { kind, id }: ResourceName): ResourceState | null {
  const { store } = site;
  switch (kind) {
    case 'acs_entrance':
      return optional(store.entrances.get(id), stateOf);
    case 'acs_access_group':
      return optional(store.accessGroups.get(id), stateOf);
    case 'user_identity':
      return optional(store.userIdentities.get(id), stateOf);
    case 'acs_user':
      return optional(store.users.get(id), (user) => userState(site, user));
    case 'acs_credential':
      return optional(store.credentials.get(id), credentialState);
  }
}

function optional<T>(found: T | null, state: (found: T) => ResourceState): ResourceState | null {
  return found === null ? null : state(found);
}

export interface ListedResource {
  readonly id: string;
  readonly state: ResourceState;
}

/** The things of a kind with what is known of them, page by page. */
export function listResources(site: Site, kind: ResourceKind, page: PageRequest): Page<ListedResource> {
  const { store } = site;
  switch (kind) {
    case 'acs_entrance':
      return listed(store.entrances.list({}, page), stateOf);
    case 'acs_access_group':
      return listed(store.accessGroups.list({}, page), stateOf);
    case 'user_identity':
      return listed(store.userIdentities.list({}, page), stateOf);
    case 'acs_user':
      return listed(store.users.list({}, page), (user) => userState(site, user));
    case 'acs_credential':
      return listed(store.credentials.list({}, page), credentialState);
  }
}

function listed<T extends { readonly id: string }>(
  { rows, nextAfter }: Page<T>,
  state: (row: T) => ResourceState,
): Page<ListedResource> {
  return { rows: rows.map((row) => ({ id: row.id, state: state(row) })), nextAfter };
}

/**
 * Stores a thing as `state` says; names that it leaves out stay as they are, or as a new thing has them. Notes which cards must be issued
 * again. It tells nobody. Throws ResourceConflict, or InvalidState for what no thing of the kind can be, with nothing changed.
 */
export function writeResource(site: Site, { kind, id }: ResourceName, state: ResourceState): void {
  site.store.transaction(() => WRITERS[kind](site, id, state));
}

const WRITERS: Readonly<Record<ResourceKind, (site: Site, id: string, state: ResourceState) => void>> = {
  acs_entrance: writeEntrance,
  acs_access_group: writeAccessGroup,
  user_identity: writeUserIdentity,
  acs_user: writeUser,
  acs_credential: writeCredential,
};

/**
 * Removes a thing with all that cannot be without it, as the site's own operation does; nothing happens where there is none. It tells
 * nobody of the thing itself. What became of other things by it is announced, desks that have this site for theirs hear of it, and it is
 * returned for whoever tells this site's own backend.
 */
export function removeResource(site: Site, { kind, id }: ResourceName): readonly ResourceChange[] {
  return site.store.transaction(() => {
    switch (kind) {
      case 'acs_entrance':
        removeEntrance(site, id);
        return [];
      case 'acs_access_group':
        removeAccessGroup(site, id);
        return [];
      case 'user_identity':
        return removeUserIdentity(site, id);
      case 'acs_user':
        return removeUser(site, id);
      case 'acs_credential': {
        const credential = site.store.credentials.get(id);
        if (credential !== null) removeCredential(site, credential);
        return [];
      }
    }
  });
}
