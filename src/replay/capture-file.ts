import { z } from 'zod';
import { fromHex } from '../card/hex.ts';

/** A capture as `encoderctl capture` writes it: docs/flight-recorder.md. */
export interface CaptureFile {
  readonly driver: string;
  readonly device: string;
  readonly driverOptions: Readonly<Record<string, unknown>>;
  readonly lines: readonly CaptureLine[];
}

/** `number`: where it stands in the file, from 1. */
export type CaptureLine = { readonly number: number; readonly monotonicMs: number } & (
  | { readonly kind: 'apdu'; readonly out: Uint8Array; readonly in: Uint8Array | null }
  | {
      readonly kind: 'out' | 'in';
      readonly command: string | null;
      readonly isIdle: boolean;
      readonly transport: 'serial' | 'hid';
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'work'; readonly work: string; readonly details: Readonly<Record<string, unknown>> }
  | { readonly kind: 'opened' | 'greeted' }
  | { readonly kind: 'event'; readonly event: string }
);

/** The file is no capture, or none that can be replayed. The message says why. */
export class CaptureFileError extends Error {}

const header = z.looseObject({
  format: z.literal('encoderd capture 1'),
  driver: z.string(),
  device: z.string(),
  driver_options: z.record(z.string(), z.unknown()),
  with_payload: z.boolean(),
});

const bytes = z
  .string()
  .regex(/^([0-9A-F]{2})*$/)
  .transform((hex) => fromHex(hex));
const every = { monotonic_ms: z.number() };
const line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('apdu'), ...every, out: bytes, in: bytes.nullable() }),
  z.object({
    kind: z.enum(['out', 'in']),
    ...every,
    command: z.string().nullable(),
    is_idle: z.boolean(),
    transport: z.enum(['serial', 'hid']),
    bytes,
  }),
  z.object({
    kind: z.literal('work'),
    ...every,
    work: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
  z.object({ kind: z.enum(['opened', 'greeted']), ...every }),
  z.object({ kind: z.literal('event'), ...every, event: z.string() }),
]);

/** Takes the text of a capture apart. `path` is what a person calls it. Throws CaptureFileError. */
export function parseCapture(text: string, path = 'This'): CaptureFile {
  const [first = '', ...rest] = text.split('\n').filter((one) => one.trim() !== '');
  const head = header.safeParse(jsonIn(first));
  if (!head.success) {
    throw new CaptureFileError(
      `${path} is no capture of encoderctl. One is made by: encoderctl capture ENCODER --output FILE --with-payload`,
    );
  }
  const { driver, device, driver_options, with_payload } = head.data;
  if (!with_payload) {
    throw new CaptureFileError(
      `${path} was captured without its payload: there is nothing in it to answer with. Capture with --with-payload to replay.`,
    );
  }
  return { driver, device, driverOptions: driver_options, lines: rest.map((one, at) => lineIn(one, at + 2)) };
}

function lineIn(text: string, number: number): CaptureLine {
  const read = jsonIn(text);
  if (read === undefined) throw new CaptureFileError(`Line ${number} is no JSON: the file is damaged there.`);
  const parsed = line.safeParse(read);
  if (!parsed.success)
    throw new CaptureFileError(`Line ${number} is not one of a capture: ${z.prettifyError(parsed.error)}`);
  const found = parsed.data;
  const place = { number, monotonicMs: found.monotonic_ms };
  switch (found.kind) {
    case 'apdu':
      return { ...place, kind: 'apdu', out: found.out, in: found.in };
    case 'out':
    case 'in': {
      const { kind, command, transport, is_idle: isIdle } = found;
      return { ...place, kind, command, transport, isIdle, bytes: found.bytes };
    }
    case 'work':
      return { ...place, kind: 'work', work: found.work, details: found.details };
    case 'event':
      return { ...place, kind: 'event', event: found.event };
    case 'opened':
    case 'greeted':
      return { ...place, kind: found.kind };
  }
}

/** Undefined for what is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
