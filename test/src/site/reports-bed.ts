import { RESOURCE_KINDS } from '../../../src/model/resource.ts';
import type { Refusal, SiteVerdict } from '../../../src/model/sync.ts';
import { asBackendKnows, retryMessage, settle } from '../../../src/site/outbox.ts';
import { addDesk } from '../../../src/site/paired-desks.ts';
import { takeReport } from '../../../src/site/reports.ts';
import { listResources, writeResource } from '../../../src/site/resources.ts';
import type { Site } from '../../../src/site/site.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import type { PairedDesk } from '../../../src/store/sync-tables.ts';
import { openTestSite, type StillSite } from './site-bed.ts';

/** A desk that has another site for its backend. */
export interface TestDesk {
  readonly site: StillSite;
  readonly row: PairedDesk;
  /** Tells the backend what waits, and notes what it says. */
  report(): readonly SiteVerdict[];
  /** Lets what was refused count all the same, and tells it. */
  retry(): readonly SiteVerdict[];
}

/** A desk of `server` that has everything that the server has by now. */
export function pairDesk(server: Site, name: string): TestDesk {
  const site = openTestSite({ hasBackend: true });
  const { desk: row } = addDesk(server, name);
  for (const kind of RESOURCE_KINDS) {
    for (const { id, state } of listResources(server, kind, EVERY_ROW).rows) {
      writeResource(site, { kind, id }, state);
      site.store.sharedResources.note({ kind, id }, id, 0, site.clock.now());
    }
  }
  const report = () => {
    const messages = site.store.outbox.waiting(0, 1000).map((message) => asBackendKnows(site, message));
    const verdicts = takeReport(server, row, messages);
    settle(
      site,
      messages.flatMap((message, place) => {
        const verdict = verdicts[place];
        return verdict === undefined ? [] : [{ message, verdict }];
      }),
    );
    return verdicts;
  };
  return {
    site,
    row,
    report,
    retry: () => {
      for (const { id } of site.store.outbox.refused(EVERY_ROW).rows) retryMessage(site, id);
      return report();
    },
  };
}

/** The kinds of verdict, and of refusal. */
export const inShort = (verdicts: readonly SiteVerdict[]): readonly string[] =>
  verdicts.map((verdict) => (verdict.verdict === 'refused' ? verdict.refusal.code : verdict.verdict));

/** The only refusal among them. Throws when there is none, or more. */
export function refusalIn(verdicts: readonly SiteVerdict[]): Refusal {
  const refusals = verdicts.flatMap((verdict) => (verdict.verdict === 'refused' ? [verdict.refusal] : []));
  const [refusal] = refusals;
  if (refusal === undefined || refusals.length > 1) throw new Error(`refusals: ${JSON.stringify(refusals)}`);
  return refusal;
}

/** What desks must hear of, in its order: kinds and ids, a `-` before what is gone. */
export const news = ({ store }: Site, after = 0): readonly string[] =>
  store.feed.after(after, 1000).map(({ kind, id, isGone }) => `${isGone ? '-' : ''}${kind} ${id}`);
