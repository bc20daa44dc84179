import { z } from 'zod';
import { SITE_EVENT_TYPES } from '../../model/event.ts';
import { RESOURCE_KINDS, type ResourceKind, SETS } from '../../model/resource.ts';
import type { ResourceChange } from '../../model/resource-change.ts';
import { REFUSAL_CODES } from '../../model/sync.ts';
import type { ReportedMessage } from '../../site/reports.ts';
import { resourceId, STATE_SHAPES, withoutGaps } from '../../sync/bridge-shapes.ts';

/** How many messages one report may have. */
export const MOST_MESSAGES = 100;

/** How many things may be asked for at once. */
export const MOST_NAMES = 200;

const setChange = z.strictObject({ added: z.array(resourceId), removed: z.array(resourceId) });

/** A change of a thing of this kind, strictly: what is not understood must not be half applied. */
function changeOf<Kind extends ResourceKind>(kind: Kind) {
  const fields = Object.entries(STATE_SHAPES[kind])
    .filter(([name]) => !SETS[kind].includes(name))
    .map(
      ([name, shape]) => [name, z.strictObject({ from: shape.nullable(), to: shape }).optional()] as const,
    );
  const sets = SETS[kind].map((name) => [name, setChange.optional()] as const);
  return z.strictObject({
    kind: z.literal(kind),
    id: resourceId,
    action: z.enum(['created', 'updated', 'deleted']),
    fields: z.strictObject(Object.fromEntries(fields), unknownName(kind)).transform(withoutGaps),
    sets: z.strictObject(Object.fromEntries(sets), unknownName(kind)).transform(withoutGaps),
    event: z.enum(SITE_EVENT_TYPES).nullable(),
  });
}

const unknownName = (kind: ResourceKind) => ({
  error: (issue: { readonly code: string; readonly keys?: readonly string[] | undefined }) =>
    issue.code === 'unrecognized_keys'
      ? `This server knows nothing of ${issue.keys?.map((key) => `"${key.slice(0, 50)}"`).join(', ')} of an ${kind}: it is older than the desk. Update it.`
      : undefined,
});

const resourceChange: z.ZodType<ResourceChange> = z.discriminatedUnion('kind', [
  changeOf('acs_entrance'),
  changeOf('acs_access_group'),
  changeOf('user_identity'),
  changeOf('acs_user'),
  changeOf('acs_credential'),
]);

/** A message as a desk reports it. */
export const reportedMessage = z
  .strictObject({
    /** What comes again under the same id is answered as before, and done once. */
    id: resourceId,
    /** Grows with every message of the desk. */
    sequence: z.int().min(1),
    change: resourceChange,
    /** A person at the desk decided that it counts, although it is something else here by now. */
    is_forced: z.boolean().default(false),
  })
  .transform(
    ({ is_forced, ...message }): ReportedMessage => ({
      ...message,
      isForced: is_forced,
    }),
  );

/** What became of a message, in the order of the report. */
export const verdict = z
  .discriminatedUnion('verdict', [
    z.object({ verdict: z.literal('applied') }),
    z.object({ verdict: z.literal('same_as'), backendId: z.string() }),
    z.object({ verdict: z.literal('not_carried') }),
    z.object({ verdict: z.literal('not_judged') }),
    z.object({
      verdict: z.literal('refused'),
      refusal: z.object({
        code: z.enum(REFUSAL_CODES),
        message: z.string(),
        fields: z.array(z.string()).readonly(),
        rivalId: z.string().nullable(),
      }),
    }),
  ])
  .meta({ id: 'bridge_verdict' });

/** A thing as it is here, under the model's own names; state null: there is none. */
export const bridgeItem = z
  .object({
    kind: z.enum(RESOURCE_KINDS),
    id: z.string(),
    state: z.record(z.string(), z.unknown()).readonly().nullable(),
  })
  .meta({ id: 'bridge_item' });

/** What a desk's clock says, milliseconds since 1970. */
export const deskTime = z.int().min(0).max(8_640_000_000_000_000);
