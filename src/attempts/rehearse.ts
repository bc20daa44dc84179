import { randomBytes } from 'node:crypto';
import { EncoderError } from '../encoder/errors.ts';
import type { Station } from '../encoder/station.ts';
import type { Attempt, CardFindings } from '../model/attempt.ts';
import type { Card, CardTechnology } from '../model/card.ts';
import { formatFor } from '../model/card-format.ts';
import type { CardRecord } from '../model/card-record.ts';
import type { Credential } from '../model/credential.ts';
import type { AttemptEvent, Step } from '../model/machine.ts';
import { wantedRecord } from '../site/reissue.ts';
import { recogniseCard } from '../site/scanned-card.ts';
import { newId, type Site } from '../site/site.ts';
import { SiteKeysError } from '../site-keys/errors.ts';
import type { PageRequest } from '../store/paging.ts';
import { commitEvent } from './commit.ts';
import type { Rehearsal } from './rehearsals.ts';
import type { RunParts } from './run-parts.ts';

/** Ends an attempt as its rehearsal says, or begins it like any other: one transaction. */
export function beginRehearsed(site: Site, attemptId: string, rehearsal: Rehearsal): Step {
  return site.store.transaction(() => {
    if (rehearsal.ending === 'failure') {
      return commitEvent(site, attemptId, {
        event: 'work_failed',
        reason: 'simulated_failure',
        detail: rehearsal.errorType,
      });
    }
    if (rehearsal.action === 'ENCODE_CREDENTIAL') {
      return commitEvent(site, attemptId, { event: 'started', now: site.clock.now() });
    }
    const scan = scanOf(site, rehearsal);
    if (scan === null) return commitEvent(site, attemptId, NOTHING_TO_FIND);
    const { card, findings } = scan;
    commitEvent(site, attemptId, { event: 'card_presented', card, mustLeaveFirst: false });
    const result = recogniseCard(site, card, findings);
    return commitEvent(site, attemptId, { event: 'card_settled', result });
  });
}

const NOTHING_TO_FIND: AttemptEvent = {
  event: 'work_failed',
  reason: 'simulated_failure',
  detail: 'no credential of this site is on a card, so none can be found',
};

/** Kinds of card in the order in which one is taken for a rehearsed encode. */
const BLANK_CARDS: readonly CardTechnology[] = ['ntag215', 'mifare_desfire', 'mifare_classic_1k', 'uid_only'];

/**
 * Puts a card for a rehearsed encode on a virtual encoder, unless one lies there: the card that has the credential, or else a blank
 * one of a kind that the site can write. It is taken away again when what comes back is disposed of.
 */
export async function placeRehearsedCard(
  parts: RunParts,
  station: Station,
  { order }: Attempt,
): Promise<AsyncDisposable | null> {
  const { simulator } = station;
  if (simulator === null || station.card !== null || order.action !== 'ENCODE_CREDENTIAL') return null;
  const { cardUid = null, cardTechnology = null } =
    parts.site.store.credentials.get(order.credentialId) ?? {};
  const card =
    cardUid === null || cardTechnology === null
      ? { technology: blankFor(parts) }
      : { technology: cardTechnology, uid: cardUid };
  const placed = await orNull(simulator.placeCard(card));
  return {
    async [Symbol.asyncDispose]() {
      if (placed !== null && station.card?.card.uid === placed.uid) await orNull(simulator.removeCard());
    },
  };
}

/** An encoder that has gone, or takes no card, leaves the attempt to wait like any other. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof EncoderError) return null;
    throw error;
  }
}

function blankFor({ cardSite }: RunParts): CardTechnology {
  try {
    const { formats } = cardSite();
    return BLANK_CARDS.find((technology) => formatFor(technology, formats) !== undefined) ?? 'uid_only';
  } catch (error) {
    // The attempt says so itself.
    if (error instanceof SiteKeysError) return 'uid_only';
    throw error;
  }
}

interface RehearsedScan {
  readonly card: Card;
  readonly findings: CardFindings;
}

/** What the scan reads; null when it is to find a credential and none is on a card. */
function scanOf(
  site: Site,
  { scenario, credentialId }: Extract<Rehearsal, { action: 'SCAN_CREDENTIAL'; ending: 'success' }>,
): RehearsedScan | null {
  switch (scenario) {
    case 'credential_on_encoder_is_empty':
      return { card: unknownCard(), findings: findingsOf(null) };
    case 'credential_does_not_exist_on_seam':
      return { card: unknownCard(), findings: findingsOf(strangeRecord(site)) };
    case 'credential_exists_on_seam':
    case 'credential_on_encoder_needs_update': {
      const credential = credentialOnCard(site, credentialId);
      const { cardUid: uid, cardTechnology: technology } = credential ?? {};
      if (credential === null || uid == null || technology == null) return null;
      const wanted = wantedRecord(site, credential);
      const record = scenario === 'credential_exists_on_seam' ? wanted : outdated(wanted);
      return { card: { uid, technology }, findings: findingsOf(record) };
    }
  }
}

/** Where a card is looked for when none is named. */
const FIRST: PageRequest = { after: 0, limit: 1000 };

/** The credential that is meant, if it is on a card; `id` null: one of the first of the site that is. */
function credentialOnCard(site: Site, id: string | null): Credential | null {
  const isOnCard = ({ accessMethod, isIssued }: Credential) => accessMethod === 'card' && isIssued;
  if (id === null) return site.store.credentials.list({}, FIRST).rows.find(isOnCard) ?? null;
  const credential = site.store.credentials.get(id);
  return credential !== null && isOnCard(credential) ? credential : null;
}

/** A card with a number that nobody has: NXP's uids of 7 bytes begin with 04. */
function unknownCard(): Card {
  return { uid: `04${randomBytes(6).toString('hex').toUpperCase()}`, technology: 'ntag215' };
}

function strangeRecord(site: Site): CardRecord {
  return {
    siteId: site.identity.acsSystemId,
    credentialId: newId(),
    issueCounter: 1,
    startsAt: null,
    endsAt: null,
    entrances: [],
    replacesLostCard: false,
  };
}

/** As it was before the stay was made a day longer. */
function outdated(record: CardRecord): CardRecord {
  const dayMs = 86_400_000;
  return { ...record, endsAt: (record.endsAt ?? dayMs * 2) - dayMs };
}

function findingsOf(record: CardRecord | null): CardFindings {
  return {
    format: 'ntag',
    content: record === null ? { kind: 'blank' } : { kind: 'record', record, standing: 'authentic' },
    keyVersion: null,
    capacityBytes: 0,
    facts: [['Use', 'made up by a simulation']],
  };
}
