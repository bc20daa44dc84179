import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { LONGEST_ORIGIN } from '../model/page-pairing.ts';
import { isOrigin } from '../model/web-address.ts';
import { ApiError } from './errors.ts';
import type { Place } from './places.ts';

/** A request as the gate sees it: nothing of its body. `url` is the target in the request line: a path, or a whole URL. */
export type Knock = Pick<IncomingMessage, 'socket' | 'method' | 'url' | 'headers' | 'rawHeaders'>;

/**
 * The token of a request; undefined when there is none. Seam's clients send that of a client session twice, as the
 * Authorization and in a header of its own, which counts: it can do less than a key.
 */
export function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const session = headers['client-session-token'] ?? headers['seam-client-session-token'];
  return typeof session === 'string' && session !== ''
    ? session
    : /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/**
 * The address at which a request was made, in small letters, as `127.0.0.1:3375`; empty: it named none. The host of a target that is a
 * whole URL counts for more than the Host header (RFC 9112, section 3.2.2).
 */
export function hostOf(target: string | undefined, { host = '' }: IncomingHttpHeaders): string {
  return (target !== undefined && URL.canParse(target) ? new URL(target).host : host).toLowerCase();
}

/**
 * Throws `bad_request` for a request with two Host headers: Node.js takes the first, a program in between perhaps the last (RFC 9112,
 * section 3.2).
 */
export function refuseTwoHosts(rawHeaders: readonly string[]): void {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1) throw new ApiError('bad_request', 'The request has more than one Host header.');
}

/** As they stand in Host and Origin; browsers leave out the port of the scheme. */
export function addressesAt(port: number, portOfScheme: number): readonly string[] {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  return [...names.map((name) => `${name}:${port}`), ...(port === portOfScheme ? names : [])];
}

/** Whether it is that of a page on the web, and can be shown. */
export const isWebOrigin = (origin: string): boolean =>
  origin.length <= LONGEST_ORIGIN && /^https?:/.test(origin) && isOrigin(origin);

/**
 * Throws `forbidden_origin` for what another site made the browser send where it names no Origin: pictures, scripts, frames (Fetch
 * Metadata, https://www.w3.org/TR/fetch-metadata/). A link to the console is none of these.
 */
export function refuseOtherSites(
  method: string | undefined,
  headers: IncomingHttpHeaders,
  place: Place,
): void {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest } = headers;
  if (site === undefined || site === 'none' || site === 'same-origin') return;
  const isLink = method === 'GET' && mode === 'navigate' && dest === 'document';
  if (place === 'console' && isLink) return;
  throw new ApiError(
    'forbidden_origin',
    'Another web page made the browser send this. Only pages that were let in may use the encoder.',
  );
}

export function isLoopback(address: string | undefined): boolean {
  const plain = address?.replace(/^::ffff:/, '');
  return plain === '::1' || (plain !== undefined && isIPv4(plain) && plain.startsWith('127.'));
}
