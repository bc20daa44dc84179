import { SiteError } from './errors.ts';

/*
 * Seam calls unmanaged what it found in an access system and did not make. A desk makes all that it has, so nothing here is unmanaged.
 */

/** Throws `acs_user_not_found`. */
export function noUnmanagedUser(id: string): never {
  throw new SiteError(
    'acs_user_not_found',
    `There is no unmanaged user ${id} here: this desk manages every user. Use /acs/users/get.`,
    { acs_user_id: id },
  );
}

/** Throws `acs_access_group_not_found`. */
export function noUnmanagedAccessGroup(id: string): never {
  throw new SiteError(
    'acs_access_group_not_found',
    `There is no unmanaged access group ${id} here: this desk manages every group. Use /acs/access_groups/get.`,
    { acs_access_group_id: id },
  );
}

/** Throws `user_identity_not_found`. */
export function noUnmanagedUserIdentity(id: string): never {
  throw new SiteError(
    'user_identity_not_found',
    `There is no unmanaged user identity ${id} here: this desk manages every identity. Use /user_identities/get.`,
    { user_identity_id: id },
  );
}
