import { z } from 'zod';
import { NONCE, SIGNATURE } from '../model/page-proof.ts';
import { ApiError } from './errors.ts';

/** Why a socket is closed (RFC 6455, section 7.4.2: 4000 to 4999 are ours). */
export const CLOSE = {
  malformed: 4400,
  notAuthenticated: 4401,
  notAllowed: 4403,
  tooSlowToAuthenticate: 4408,
  tooMany: 4429,
} as const;

/** By the status that a refusal would have over HTTP; else `notAllowed`. */
const CLOSE_BY_STATUS: Readonly<Record<number, number>> = {
  400: CLOSE.malformed,
  401: CLOSE.notAuthenticated,
  429: CLOSE.tooMany,
};

/** What a socket is closed with for a frame that was refused. */
export const closeCodeOf = ({ status }: ApiError): number => CLOSE_BY_STATUS[status] ?? CLOSE.notAllowed;

const frame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('prove'),
    client_session_id: z.uuid(),
    nonce: z.string().regex(NONCE, 'Expected 32 bytes as base64url'),
  }),
  z.object({
    type: z.literal('authenticate'),
    token: z.string(),
    /** Of a paired page only. */
    signature: z.string().regex(SIGNATURE, 'Expected 64 bytes as base64url').optional(),
  }),
  z.object({ type: z.literal('subscribe'), after: z.int().min(0) }),
  z.object({
    type: z.literal('request'),
    id: z.string().min(1).max(200),
    path: z.string(),
    params: z.record(z.string(), z.unknown()).default({}),
  }),
]);

/** What a client may send. `prove` and `authenticate` come before everything else. */
export type Frame = z.output<typeof frame>;

/** Reads a message of a client. Throws `invalid_input` for what is no frame. */
export function readFrame(text: string, isBinary: boolean): Frame {
  if (isBinary) throw new ApiError('invalid_input', 'Send JSON text frames, not binary ones.');
  try {
    return frame.parse(JSON.parse(text));
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : 'it is not JSON';
    throw new ApiError('invalid_input', `The frame cannot be understood: ${detail}`);
  }
}
