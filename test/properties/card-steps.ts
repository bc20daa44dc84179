import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { userForIdentity } from './people-steps.ts';
import type { ModelCredential, PlasticCard, SiteModel } from './site-model.ts';
import { type EndedAttempt, NOBODY, pick, type Step, stepKind, type Trial, which } from './trial.ts';

const card = fc.nat({ max: 3 });

/** The one of the cards that is meant; there is always one. */
export function cardOf(model: SiteModel, drawn: number): PlasticCard {
  const found = pick(model.cards, drawn);
  if (found === null) throw new Error('there are no cards');
  return found;
}

const assigned = z.object({ acs_credential_id: z.string() });

export const assignCard = stepKind(
  'give a card to somebody',
  fc.record({ card, user: which, identity: fc.option(which, { nil: null }) }),
  async (trial, drawn) => {
    const { model } = trial;
    const card = cardOf(model, drawn.card);
    const identity = drawn.identity === null ? null : pick(model.identities, drawn.identity);
    const user = drawn.identity === null ? pick(model.users, drawn.user) : null;
    const body =
      drawn.identity === null
        ? { acs_user_id: user?.id ?? NOBODY }
        : { user_identity_id: identity?.id ?? NOBODY };
    const refusals = [
      ...(drawn.identity === null && user === null ? ['acs_user_not_found'] : []),
      ...(drawn.identity !== null && identity === null ? ['user_identity_not_found'] : []),
    ];
    const known = model.knownOn(card);
    const meant = identity === null ? user : model.userOfIdentity(identity);
    const isOthers = known !== null && known.userId !== null && known.userId !== meant?.id;
    const ended = await trial.serve('/acs/encoders/scan_to_assign_credential', body, card, refusals);
    if (ended === null) return;
    assert.equal(ended.failure, isOthers ? 'card_belongs_to_another_user' : null);
    if (isOthers) return;
    const holder = identity === null ? user : await userForIdentity(trial, identity);
    const { acs_credential_id: id } = assigned.parse(ended.attempt.result);
    takeCard(model, card, known, { id, userId: holder?.id ?? null });
  },
);

function takeCard(
  model: SiteModel,
  card: PlasticCard,
  known: ModelCredential | null,
  { id, userId }: { readonly id: string; readonly userId: string | null },
): void {
  if (known !== null) assert.equal(id, known.id);
  if (known?.cardUid === card.uid) {
    known.userId = userId;
    return;
  }
  if (known === null) {
    const { starts = null, ends = null } = model.user(userId)?.schedule ?? {};
    model.credentials.push({
      ...{ id, userId, starts, ends, method: 'card', code: null, cardUid: card.uid, isOnData: false },
      ...{ issueCounter: 0, entranceIds: new Set<string>(), wasMoved: false, isMultiPhone: false },
    });
  } else {
    known.userId = userId;
    known.cardUid = card.uid;
    known.isOnData = false;
  }
  model.announce('acs_credential.issued', id);
}

const may = { mayReplace: fc.boolean(), mayOverwrite: fc.boolean() };

/** Why a card of the model must not be written with a credential; null: it may be. */
function refusalOf(
  model: SiteModel,
  card: PlasticCard,
  credential: ModelCredential | null,
  allowed: { readonly mayReplace: boolean; readonly mayOverwrite: boolean },
): string | null {
  const isElsewhere = credential !== null && credential.cardUid !== null && credential.cardUid !== card.uid;
  if (isElsewhere && !allowed.mayReplace) return 'credential_on_another_card';
  const occupant = model.knownOn(card);
  const isOccupied = occupant !== null && occupant.cardUid !== null && occupant !== credential;
  return isOccupied && !allowed.mayOverwrite ? 'card_carries_another_credential' : null;
}

/** Nothing but its number is on the card now, as far as the site knows. */
function takeOff(model: SiteModel, card: PlasticCard, except: ModelCredential | null): void {
  for (const occupant of model.credentials) {
    if (occupant.cardUid !== card.uid || occupant === except) continue;
    occupant.cardUid = null;
    occupant.isOnData = false;
    model.announce('acs_credential.invalidated', occupant.id);
  }
}

function putOn(model: SiteModel, card: PlasticCard, credential: ModelCredential): void {
  takeOff(model, card, credential);
  model.announce(
    credential.cardUid === null ? 'acs_credential.issued' : 'acs_credential.reissued',
    credential.id,
  );
  credential.cardUid = card.uid;
  credential.isOnData = card.technology !== 'uid_only';
  credential.issueCounter += 1;
  if (credential.isOnData) card.memory = model.memoryFor(credential);
}

const ENCODE = '/acs/encoders/encode_credential';

/** Credentials that go on cards come up more often than they would by themselves. */
const cardCredentials = ({ credentials }: SiteModel): readonly ModelCredential[] =>
  credentials.filter(({ method }) => method === 'card');

export const encodeCard = stepKind(
  'write a credential on a card',
  fc.record({ card, credential: which, isAny: fc.boolean(), ...may }),
  async (trial, drawn) => {
    const { model } = trial;
    const card = cardOf(model, drawn.card);
    const credential = pick(drawn.isAny ? model.credentials : cardCredentials(model), drawn.credential);
    const refusals = [
      ...(credential === null ? ['acs_credential_not_found'] : []),
      ...(credential !== null && (credential.method !== 'card' || credential.userId === null)
        ? ['invalid_input']
        : []),
    ];
    const reason = refusalOf(model, card, credential, drawn);
    const { mayReplace: replace_lost_card, mayOverwrite: overwrite } = drawn;
    const body = { acs_credential_id: credential?.id ?? NOBODY, replace_lost_card, overwrite };
    const ended = await trial.serve(ENCODE, body, card, refusals);
    if (ended === null || credential === null) return;
    assert.equal(ended.failure, reason);
    if (reason === null) putOn(model, card, credential);
  },
);

const encodeTwo = stepKind(
  'write two credentials on two cards at once',
  fc.record({ card, credential: which }),
  async (trial, drawn) => {
    const { model, desk } = trial;
    const credentials = cardCredentials(model).filter(({ userId }) => userId !== null);
    const one = pick(credentials, drawn.credential);
    const two = pick(credentials, drawn.credential + 1);
    if (drawn.credential < 0 || one === null || two === null || one === two) return;
    const orders = [
      { credential: one, card: cardOf(model, drawn.card), encoderId: desk.encoderId },
      { credential: two, card: cardOf(model, drawn.card + 1), encoderId: desk.secondEncoderId },
    ];
    const ended = await Promise.all(
      orders.map(async (order): Promise<EndedAttempt & typeof order> => {
        const { id: acs_credential_id } = order.credential;
        const body = { acs_credential_id, replace_lost_card: true, overwrite: true };
        const end = await trial.serve(ENCODE, body, order.card, [], order.encoderId);
        if (end === null) throw new Error('an order that may not be refused was');
        return { ...end, ...order };
      }),
    );
    for (const { failure, card, credential } of ended.toSorted((a, b) => a.sequence - b.sequence)) {
      assert.equal(failure, null);
      putOn(model, card, credential);
    }
  },
);

const eraseCard = stepKind(
  'erase a card',
  fc.record({ card, mayOverwrite: fc.boolean() }),
  async (trial, { card: drawn, mayOverwrite }) => {
    const { model } = trial;
    const card = cardOf(model, drawn);
    const reason = refusalOf(model, card, null, { mayReplace: false, mayOverwrite });
    const ended = await trial.serve('/v1/encoders/erase_card', { overwrite: mayOverwrite }, card);
    assert.equal(ended?.failure, reason);
    if (reason !== null) return;
    takeOff(model, card, null);
    card.memory = null;
  },
);

const scanCard = stepKind('scan a card', fc.record({ card }), async (trial, drawn) => {
  await compareScan(trial, cardOf(trial.model, drawn.card));
});

const scanResult = z.object({
  acs_credential_on_encoder: z.object({
    card_number: z.string(),
    acs_credential_id: z.string().optional(),
    issue_counter: z.int().optional(),
    entrances: z.array(z.int()).optional(),
    starts_at: z.string().nullable(),
    ends_at: z.string().nullable(),
  }),
  acs_credential_on_seam: z
    .looseObject({
      acs_credential_id: z.string(),
      warnings: z.array(z.object({ warning_code: z.string() })),
    })
    .nullable(),
  warnings: z.array(z.object({ warning_code: z.string() })),
});

const secondsOf = (time: string | null): number | null =>
  time === null ? null : Math.floor(Date.parse(time) / 1000);

/** A scan brings what the card has in its memory, and says that it differs from the site exactly when it does. */
export async function compareScan(trial: Trial, card: PlasticCard): Promise<void> {
  const { model } = trial;
  const ended = await trial.serve('/acs/encoders/scan_credential', {}, card);
  assert.equal(ended?.failure, null);
  const { warnings, ...found } = scanResult.parse(ended.attempt.result);
  const onCard = found.acs_credential_on_encoder;
  const { memory } = card;
  if (memory !== null) {
    assert.deepEqual(
      {
        credentialId: onCard.acs_credential_id,
        issueCounter: onCard.issue_counter,
        starts: secondsOf(onCard.starts_at),
        ends: secondsOf(onCard.ends_at),
        entrances: onCard.entrances,
      },
      memory,
    );
  }
  const credential = model.scanned(card);
  assert.equal(found.acs_credential_on_seam?.acs_credential_id, credential?.id);
  if (credential === null) {
    assert.deepEqual(
      warnings.map(({ warning_code }) => warning_code),
      ['acs_credential_on_seam_not_found'],
    );
    return;
  }
  const isOut = model.isOutOfSync(card, credential);
  assert.deepEqual(
    warnings.map(({ warning_code }) => warning_code),
    isOut ? ['acs_credential_on_encoder_out_of_sync'] : [],
  );
  const codes = found.acs_credential_on_seam?.warnings.map(({ warning_code }) => warning_code) ?? [];
  if (credential.cardUid === card.uid) {
    assert.equal(codes.includes('needs_to_be_reissued'), isOut && credential.isOnData);
  }
}

export const cardSteps: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 5, arbitrary: assignCard.drawn },
  { weight: 9, arbitrary: encodeCard.drawn },
  { weight: 2, arbitrary: encodeTwo.drawn },
  { weight: 2, arbitrary: eraseCard.drawn },
  { weight: 2, arbitrary: scanCard.drawn },
];
