import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createDoorbell } from '../../../src/doorbell.ts';
import type { CardTechnology } from '../../../src/model/card.ts';
import type { Change } from '../../../src/model/change.ts';
import type { ResourceChange } from '../../../src/model/resource-change.ts';
import { encoderArrived } from '../../../src/site/encoders.ts';
import { openSite, type Site, type SiteSettings } from '../../../src/site/site.ts';
import { createUser, type NewUser } from '../../../src/site/users.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { BackendLink } from '../../../src/store/sync-tables.ts';
import { FakeClock } from '../../fake-clock.ts';

/** A site whose time stands still. */
export interface StillSite extends Site {
  readonly clock: FakeClock;
}

export interface TestSettings extends Partial<SiteSettings> {
  /** Whether somebody else must learn what happens here. */
  readonly hasBackend?: boolean;
}

/** A backend that was never reached. */
export const UNREACHED_BACKEND: BackendLink = {
  endpoint: 'http://127.0.0.1:1',
  isPaired: false,
  apiKey: null,
  identity: null,
  cursor: null,
  walk: null,
  walks: 0,
  walkedAt: null,
};

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-site-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A site on a real store in `folder`; `wrap` may stand between the site and its store. */
export function openTestSite(
  { hasBackend = false, ...settings }: TestSettings = {},
  folder: string = temporaryFolder(),
  wrap: (store: Store) => Store = (store) => store,
): StillSite {
  const store = openSqliteStore(join(folder, 'encoderd.db'));
  onTestFinished(() => store[Symbol.dispose]());
  const clock = new FakeClock();
  const site = openSite({
    store: wrap(store),
    clock,
    doorbell: createDoorbell(),
    settings: {
      name: 'Front desk',
      timeZone: 'Europe/Berlin',
      externalType: null,
      enrolUnknownCards: true,
      cardNumberFormat: 'uid_msb_first',
      keptChanges: 1000,
      ...settings,
    },
  });
  if (hasBackend) store.backend.write(UNREACHED_BACKEND);
  return {
    ...site,
    clock,
    get identity() {
      return site.identity;
    },
  };
}

export const device = (deviceId: string, driver = 'scripted') => ({
  driver,
  deviceId,
  name: `Encoder at ${deviceId}`,
  technologies: ['ntag215'] satisfies CardTechnology[],
  isVirtual: false,
});

/** An encoder of the site, online. */
export const addEncoder = (site: Site, deviceId = 'port-1') => encoderArrived(site, device(deviceId)).id;

/** A user of the site. */
export const addUser = (site: Site, fullName: string, more: Partial<NewUser> = {}) =>
  createUser(site, {
    fullName,
    emailAddress: null,
    phoneNumber: null,
    accessSchedule: null,
    userIdentityId: null,
    ...more,
  });

/** What the site recorded while `work` ran. */
export function changesOf(site: Site, work: () => void): readonly Change[] {
  const before = site.store.changes.last();
  work();
  return site.store.changes.after(before, 1000).map(({ change }) => change);
}

/** The kinds of event that the site announced, in their order. */
export const announced = (site: Site) =>
  site.store.events.list({}, { after: 0, limit: 1000 }).rows.map(({ type }) => type);

/** What waits for the backend to learn, in its order. */
export const waitingForBackend = (site: Site): readonly ResourceChange[] =>
  site.store.outbox.waiting(0, 1000).map(({ change }) => change);

/** What waits to be told last. Throws when nothing does. */
export function lastTold(site: Site): ResourceChange {
  const last = waitingForBackend(site).at(-1);
  if (last === undefined) throw new Error('nothing waits for the backend');
  return last;
}

/** Of a change: which thing it is about, and what became of it. */
export const inBrief = ({ kind, id, action, event }: ResourceChange) => ({ kind, id, action, event });

/** Everything that lies in the store, to see that nothing changed. */
export function contentsOf({ store }: Site): unknown {
  const everything = { after: 0, limit: 1000 };
  return {
    users: store.users.list({}, everything).rows,
    identities: store.userIdentities.list({}, everything).rows,
    credentials: store.credentials.list({}, everything).rows,
    cardWrites: store.cardWrites.list({}, everything).rows,
    events: store.events.list({}, everything).rows,
    attempts: store.attempts.list({}, everything).rows,
    outbox: store.outbox.waiting(0, 1000),
    changes: store.changes.after(0, 1000),
  };
}
