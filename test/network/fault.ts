/** What goes wrong with one request on its way to a server and back. */
export type Fault =
  /** The port is closed: nothing gets through to anybody. */
  | { readonly kind: 'refused' }
  /** The connection is reset: before the server got the request, after it acted on it, or in the middle of its answer. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' | 'amid' }
  /** Something else is answered than what the server would say, or said. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** Whether the server got the request all the same. */
      readonly isActedOn: boolean;
    }
  /** The server's answer comes in so many pieces, with a pause before each. */
  | { readonly kind: 'slow'; readonly pieces: number; readonly pauseMs: number }
  /** Nothing is answered, until the connection breaks after a while; null: it never does by itself. */
  | { readonly kind: 'half_open'; readonly isActedOn: boolean; readonly breaksAfterMs: number | null }
  /** The other end talks TLS, or something like it. */
  | { readonly kind: 'tls_garbage' };

const HTML =
  '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>\n';

/** A fault of each kind, by a name for people. */
export const FAULTS = {
  refused: { kind: 'refused' },
  reset_before: { kind: 'reset', when: 'before' },
  reset_after: { kind: 'reset', when: 'after' },
  cut_answer: { kind: 'reset', when: 'amid' },
  busy: {
    ...{ kind: 'answered', status: 429, isActedOn: false },
    headers: { 'retry-after': '1', 'content-type': 'application/json' },
    body: '{"error":{"type":"too_many_requests","message":"Slow down.","request_id":"proxy"},"ok":false}',
  },
  failing: {
    ...{ kind: 'answered', status: 500, isActedOn: false },
    headers: { 'content-type': 'application/json' },
    body: '{"error":{"type":"internal_server_error","message":"It broke.","request_id":"proxy"},"ok":false}',
  },
  bad_gateway: {
    ...{ kind: 'answered', status: 502, isActedOn: true },
    headers: { 'content-type': 'text/html' },
    body: HTML,
  },
  wrong_json: {
    ...{ kind: 'answered', status: 200, isActedOn: true },
    headers: { 'content-type': 'application/json' },
    body: '{"verdicts": [',
  },
  slow: { kind: 'slow', pieces: 20, pauseMs: 5 },
  half_open: { kind: 'half_open', isActedOn: true, breaksAfterMs: null },
  stalled: { kind: 'half_open', isActedOn: true, breaksAfterMs: 100 },
  tls_garbage: { kind: 'tls_garbage' },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

/** The alert `protocol_version` (RFC 8446, section 6): what a TLS server says to somebody who talks HTTP to it. */
export const TLS_ALERT = Buffer.from('15030100020246', 'hex');

/** Draws faults for requests, always the same ones for the same seed. */
export interface FaultMix {
  readonly names: readonly Exclude<FaultName, 'refused'>[];
  /** Which part of all requests, from 0 to 1. */
  readonly share: number;
  readonly seed: number;
}

/** Numbers from 0 to 1, always the same for the same seed (mulberry32). */
export function drawing(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
