import { z } from 'zod';

/** What a driver host tells of what passed at its devices: src/encoder/recorder/wire-record.ts as schemas. */

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'these are no bytes');
const transport = z.enum(['serial', 'hid']);
const work = z.enum(['cue', 'ping', 'identify', 'read', 'refresh', 'inspect', 'write']);
const passed = { deviceId: z.string(), at: z.number(), monotonicMs: z.number() };

/** `WireRecord`. */
export const wireRecord = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('apdu'),
    ...passed,
    durationMs: z.number(),
    header: z.number(),
    nativeCode: z.number().nullable(),
    lc: z.number(),
    le: z.number().nullable(),
    statusWord: z.number().nullable(),
    answerBytes: z.number(),
  }),
  z.object({
    kind: z.literal('line'),
    ...passed,
    transport,
    durationMs: z.number().nullable(),
    command: z.string().nullable(),
    isIdle: z.boolean(),
    outBytes: z.number(),
    inBytes: z.number(),
  }),
  z.object({ kind: z.literal('work'), ...passed, work }),
]);

const said = { transport, command: z.string().nullable(), isIdle: z.boolean(), bytes };

/** `RawRecord`. */
export const rawRecord = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('apdu'),
    ...passed,
    durationMs: z.number(),
    out: bytes,
    in: bytes.nullable(),
  }),
  z.object({ kind: z.literal('out'), ...passed, ...said }),
  z.object({ kind: z.literal('in'), ...passed, ...said }),
  z.object({ kind: z.literal('opened'), ...passed }),
  z.object({ kind: z.literal('greeted'), ...passed }),
  z.object({ kind: z.literal('work'), ...passed, work, details: z.record(z.string(), z.unknown()) }),
]);
