import { wereCardsWritten } from './card-writes.ts';
import { isUuid, uuidFor } from './mirror-ids.ts';
import type { Site } from './site.ts';

/** Which access system a backend says that it is. */
export interface SystemAbove {
  readonly workspaceId: string;
  readonly acsSystemId: string;
  readonly connectedAccountId: string | null;
}

/** Why this site cannot become the access system of this id, in a sentence for a technician; null: it can. */
export function refusalOfSystem(site: Site, aboveId: string): string | null {
  const { acsSystemId } = site.identity;
  if (asId('acs_system', aboveId) === acsSystemId || !wereCardsWritten(site)) return null;
  return (
    `Cards that this desk has written name its own access system (${acsSystemId}), and the backend is another one ` +
    `(${aboveId}): they would open nothing any more. Either set up the property server from a copy of this desk's state ` +
    'folder, so that it is the same system; or erase those cards, start this desk with an empty state folder, and issue them again.'
  );
}

/**
 * Makes this site the one that the backend has: ids that its API answers with, and cards name, are the backend's from then on. Returns null; or why
 * that must not be, with nothing changed, in a sentence for a technician.
 */
export function adoptIdentity(site: Site, above: SystemAbove): string | null {
  return site.store.transaction(() => {
    const refusal = refusalOfSystem(site, above.acsSystemId);
    if (refusal !== null) return refusal;
    const { identity } = site;
    const acsSystemId = asId('acs_system', above.acsSystemId);
    const workspaceId = asId('workspace', above.workspaceId);
    const connectedAccountId =
      above.connectedAccountId === null
        ? identity.connectedAccountId
        : asId('connected_account', above.connectedAccountId);
    const isKnown =
      acsSystemId === identity.acsSystemId &&
      workspaceId === identity.workspaceId &&
      connectedAccountId === identity.connectedAccountId;
    if (!isKnown) site.adopt({ ...identity, workspaceId, acsSystemId, connectedAccountId });
    return null;
  });
}

/** Cards have room for a UUID: of another id one is made, always the same. */
const asId = (kind: string, id: string): string => (isUuid(id) ? id : uuidFor(`${kind}:${id}`));
