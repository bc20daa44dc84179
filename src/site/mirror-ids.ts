import { createHash } from 'node:crypto';
import type { Json, ResourceKind, ResourceName, ResourceState } from '../model/resource.ts';
import { mapNamed } from '../model/resource-change.ts';
import type { Site } from './site.ts';

/*
 * A thing that a desk and its backend share has an id here and one there. They are the same where the backend keeps a desk's ids; where it gives
 * ids of its own, or two things turned out to be one, the table of shared resources says which belongs to which.
 */

/** A UUID as this site writes it. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id by which the backend knows a thing of this desk; one that it does not know has the same. */
export function idAbove(site: Site, name: ResourceName): string {
  return site.store.sharedResources.get(name)?.backendId ?? name.id;
}

/** The id that a thing of the backend has here, or would have: the backend's own, if it can be one here. Always the same for the same thing. */
export function idHere(site: Site, kind: ResourceKind, backendId: string): string {
  const known = site.store.sharedResources.ofBackend(kind, backendId);
  if (known !== null) return known.id;
  const isFree = UUID.test(backendId) && site.store.sharedResources.get({ kind, id: backendId }) === null;
  return isFree ? backendId : uuidFor(`${kind}:${backendId}`);
}

/** A UUID that is made from a text (RFC 9562, version 5, without a namespace): the same text, the same UUID. */
export function uuidFor(text: string): string {
  const bytes = createHash('sha1').update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Whether a text is a UUID as this site writes them. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** What the backend says of a thing, with the ids that things have here. */
export function stateHere(site: Site, state: ResourceState): ResourceState {
  return mapNamed(state, (value, kind) => withIds(value, (id) => idHere(site, kind, id)));
}

/** An id, or a set of them. */
function withIds(value: Json, map: (id: string) => string): Json {
  if (typeof value === 'string') return map(value);
  return Array.isArray(value) ? value.map((part) => (typeof part === 'string' ? map(part) : part)) : value;
}
