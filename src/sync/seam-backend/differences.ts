import type { Json, ResourceState } from '../../model/resource.ts';
import { isSame, type ResourceChange } from '../../model/resource-change.ts';
import type { OutboxMessage, Verdict } from '../../model/sync.ts';
import { refused } from './refusals.ts';

/** What of a change is still to be done above, by the names of the state; or why it cannot be. */
export type Differences =
  | { readonly todo: Readonly<Record<string, Json>>; readonly verdict?: never }
  | { readonly verdict: Verdict; readonly todo?: never };

/**
 * Compares a change with what the backend has by now, as to the names that the backend has words for: what is there already needs nothing;
 * what is neither as it was nor as it is to be was changed above meanwhile, and counts only where a person said so.
 */
export function differencesFrom(
  above: ResourceState,
  message: OutboxMessage,
  carried: readonly string[],
): Differences {
  const { change, isForced } = message;
  const open = changesOf(change, carried).filter(([name, { to }]) => !isSame(above[name] ?? null, to));
  const rivals = open
    .filter(([name, { from }]) => !isSame(above[name] ?? null, from) && !isHalfDone(above, message, name))
    .map(([name]) => name);
  if (rivals.length > 0 && !isForced) {
    return {
      verdict: refused('changed_above', `The backend has another ${rivals.join(', ')} by now.`, {
        fields: rivals,
      }),
    };
  }
  return { todo: Object.fromEntries(open.map(([name, { to }]) => [name, to])) };
}

/** What Seam can give to another only after it was taken from the one who has it. */
const IN_TWO_STEPS = ['acsUserId', 'userIdentityId'];

/** Whether this may be the message's own doing: it was begun before, and nobody has by now what somebody else is to have. */
function isHalfDone(above: ResourceState, { attempts }: OutboxMessage, name: string): boolean {
  return attempts > 1 && IN_TWO_STEPS.includes(name) && (above[name] ?? null) === null;
}

/** Whether a change says anything that the backend has a word for. */
export function isCarried(change: ResourceChange, carried: readonly string[]): boolean {
  return changesOf(change, carried).length > 0 || Object.keys(change.sets).length > 0;
}

const changesOf = ({ fields }: ResourceChange, carried: readonly string[]) =>
  Object.entries(fields).filter(([name]) => carried.includes(name));

/** The fields among these that are to be taken away: Seam can change them, not remove them. */
export function removedIn(todo: Readonly<Record<string, Json>>, names: readonly string[]): readonly string[] {
  return names.filter((name) => todo[name] === null);
}

/** The refusal of taking fields away. */
export function cannotRemove(fields: readonly string[]): Verdict {
  const message = `The backend can change ${fields.join(', ')}, and cannot take it away. Change it there.`;
  return refused('refused_by_backend', message, { fields });
}

/** A value of a state as text, for the wire; undefined: it is none. */
export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A time of a state, as the wire has it; undefined: it is none. */
export const timeOf = (value: Json | undefined): string | undefined =>
  typeof value === 'number' ? new Date(value).toISOString() : undefined;

/** A name of an object in a state. */
export function fieldOf(value: Json | undefined, name: string): Json {
  return isObject(value) ? (value[name] ?? null) : null;
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
