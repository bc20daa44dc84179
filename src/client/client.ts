import { browserPage, LOOPBACK } from './browser-page.ts';
import { type ConnectOptions, connectFrom } from './connect.ts';
import type { Desk } from './desk.ts';

export type { FollowOptions } from './attempts.ts';
export type { ConnectOptions, ConnectState } from './connect.ts';
export type { DeskState } from './connection.ts';
export type { Desk, DeskEvents, OnEncoder } from './desk.ts';
export { type ClientErrorCode, DeskError, type DeskErrorCode } from './errors.ts';
export type { Attempt, Credential, DeskChange, Encoder, Pairing, ScanResult, Scope } from './wire.ts';

/** Where the daemon is, unless it is configured otherwise. */
const DEFAULT_URL = 'http://127.0.0.1:3375';

/** Connects this page with the desk: with the daemon that served this module, or else with the one at the default port. */
export function connect(options: ConnectOptions = {}): Promise<Desk> {
  const { origin, hostname, pathname } = new URL(import.meta.url);
  const isServed = pathname === '/client.js' && LOOPBACK.test(hostname);
  return connectFrom(browserPage(), isServed ? origin : DEFAULT_URL, options);
}
