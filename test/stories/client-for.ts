import { systemClock } from '../../src/clock.ts';
import { SCOPES } from '../../src/model/api-key.ts';
import { addDesk } from '../../src/site/paired-desks.ts';
import type { Desk } from './desk.ts';
import { RawClient } from './raw-client.ts';

/** Gives a client that may call an operation: a desk's key for what only a paired desk may do, else one that may do everything. */
export function clientsFor(desk: Desk): (path: string) => RawClient {
  const { token } = desk.inStore((store) => addDesk({ store, clock: systemClock }, 'Lobby'));
  const [paired, everything] = [new RawClient(desk.url, token), desk.app('everything', SCOPES)];
  return (path) => (path.startsWith('/v1/bridge/') ? paired : everything);
}
