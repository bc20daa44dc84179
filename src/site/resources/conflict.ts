import type { ResourceKind, ResourceName } from '../../model/resource.ts';
import type { Site } from '../site.ts';

/** A thing cannot be stored: what it names is not here, or something of it must be nobody else's. */
export class ResourceConflict extends Error {
  readonly trouble: 'reference_missing' | 'taken';
  /** What is missing, or has what is taken. */
  readonly other: ResourceName;
  /** Which name of the state it is about. */
  readonly field: string;

  constructor(trouble: 'reference_missing' | 'taken', field: string, other: ResourceName) {
    super(`${field}: ${trouble} (${other.kind} ${other.id})`);
    this.name = 'ResourceConflict';
    this.trouble = trouble;
    this.field = field;
    this.other = other;
  }
}

/** Throws ResourceConflict when `holder` has what `name` wants for its `field`, and is another thing. */
export function requireFree(
  { kind, id }: ResourceName,
  field: string,
  holder: { readonly id: string } | null,
): void {
  if (holder !== null && holder.id !== id)
    throw new ResourceConflict('taken', field, { kind, id: holder.id });
}

/** Throws ResourceConflict unless there are all these entrances. */
export function requireEntrances(site: Site, field: string, ids: readonly string[]): void {
  requireEach('acs_entrance', field, ids, (id) => site.store.entrances.get(id));
}

/** Throws ResourceConflict unless `find` finds each of them. */
export function requireEach(
  kind: ResourceKind,
  field: string,
  ids: readonly string[],
  find: (id: string) => object | null,
): void {
  for (const id of ids) {
    if (find(id) === null) throw new ResourceConflict('reference_missing', field, { kind, id });
  }
}
