import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { WrittenEntry } from '../../../src/model/audit-entry.ts';
import { checkChain } from '../../../src/site/audit-chain.ts';
import { audit, DAEMON } from '../../../src/site/audit-log.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestSite, type StillSite, temporaryFolder } from './site-bed.ts';

/** A site whose log has so many entries, and the file that it is in. */
export function siteWithEntries(count: number): { readonly site: StillSite; readonly file: string } {
  const folder = temporaryFolder();
  const site = openTestSite({}, folder);
  for (let made = 1; made <= count; made += 1) {
    site.clock.advance(1000);
    audit(site, DAEMON, 'something_done', { acs_user_id: `user-${made}`, how: 'well', number: made });
  }
  return { site, file: join(folder, 'encoderd.db') };
}

/** The hand of somebody who can write the file: what guards the table against mistakes does not stop that. */
export function tamper(file: string, work: (database: Database.Database) => void): void {
  const database = new Database(file);
  database.exec('DROP TRIGGER IF EXISTS audit_log_is_never_changed');
  database.exec('DROP TRIGGER IF EXISTS audit_log_is_forgotten_in_order');
  work(database);
  database.close();
}

export const entriesOf = ({ auditLog }: Store): readonly WrittenEntry[] => auditLog.after(0, 100_000);

export const verdictOf = (site: StillSite, ...heads: readonly string[]) =>
  checkChain(entriesOf(site.store), heads);

/** What the log tells, without when and who. */
export const told = (store: Store): readonly (readonly [string, unknown])[] =>
  entriesOf(store).map(({ action, subject }) => [action, JSON.parse(subject)]);
