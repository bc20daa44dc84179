import { Dependents } from '../model/dependents.ts';
import type { ResourceName } from '../model/resource.ts';
import { withOtherIds } from '../model/resource-change.ts';
import type { OutboxMessage, SiteVerdict } from '../model/sync.ts';
import type { PairedDesk } from '../store/sync-tables.ts';
import { audit } from './audit-log.ts';
import { takeChange } from './reports/take-change.ts';
import type { Site } from './site.ts';

/** A message as a desk sends it; ids in it are this site's wherever the desk knows them. */
export type ReportedMessage = Pick<OutboxMessage, 'id' | 'sequence' | 'change' | 'isForced'>;

/**
 * Takes what happened at a desk, in this order, and says what became of each; one that was taken before is answered as then, and does nothing,
 * but for one that was refused and is forced by now. A thing that turned out to be another one is that in the messages behind it, too. What
 * depends on a message that is refused is not judged, and does nothing: it counts once a person at the desk has decided. One transaction.
 */
export function takeReport(
  site: Site,
  desk: PairedDesk,
  messages: readonly ReportedMessage[],
): readonly SiteVerdict[] {
  const { store, clock } = site;
  return store.transaction(() => {
    const others = new Map<string, string>();
    const idOf = (name: ResourceName) => others.get(keyOf(name)) ?? name.id;
    const behindRefused = new Dependents();
    const verdicts = messages.map(({ id, change, isForced }): SiteVerdict => {
      const said = store.pairedDesks.verdictOf(id);
      // A person at the desk looked at the refusal, and wants it decided anew; or what was missing may be here by now.
      const isAnew = said?.verdict === 'refused' && (isForced || said.refusal.code === 'reference_missing');
      const known = isAnew ? null : said;
      if (known === null && behindRefused.take(change)) return { verdict: 'not_judged' };
      const verdict = known ?? takeChange(site, withOtherIds(change, idOf), isForced);
      if (known === null) store.pairedDesks.noteVerdict(desk.id, id, verdict, clock.now());
      if (verdict.verdict === 'same_as') others.set(keyOf(change), verdict.backendId);
      if (verdict.verdict === 'refused') behindRefused.add(change);
      return verdict;
    });
    const now = store.pairedDesks.get(desk.id) ?? desk;
    const highWaterMark = Math.max(...messages.map(({ sequence }) => sequence));
    if (highWaterMark > now.highWaterMark) store.pairedDesks.update({ ...now, highWaterMark });
    audit(site, { kind: 'desk', id: desk.id, name: desk.name }, 'desk_report', countsOf(verdicts));
    return verdicts;
  });
}

const keyOf = ({ kind, id }: ResourceName): string => `${kind} ${id}`;

/** How many messages came, and how many of them came to what: `applied_count`, `refused_count`, ... */
function countsOf(verdicts: readonly SiteVerdict[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { message_count: verdicts.length };
  for (const { verdict } of verdicts) counts[`${verdict}_count`] = (counts[`${verdict}_count`] ?? 0) + 1;
  return counts;
}
