import fc from 'fast-check';
import { z } from 'zod';
import { removeCredential, userForIdentity } from './people-steps.ts';
import { cardNumberOf, type ModelCredential, type SiteModel } from './site-model.ts';
import { hoursAhead, iso, NOBODY, pick, pickAll, type Step, stepKind, which } from './trial.ts';

const PINS = ['1234', '4711', '0815', '99'] as const;

const acsCredential = z.object({
  acs_credential: z.looseObject({
    acs_credential_id: z.string(),
    code: z.string().optional(),
    starts_at: z.string().optional(),
  }),
});

/** A PIN; for a card also the number that is printed on one of the cards: `card` says which. */
const code = fc.oneof(
  fc.constant(null),
  fc.record({ pin: fc.constantFrom(...PINS) }),
  fc.record({ card: fc.nat({ max: 3 }) }),
);

/** The code that is meant: a card's number is for cards that nobody has issued yet. */
function codeFor(model: SiteModel, method: string, drawn: { pin: string } | { card: number } | null) {
  if (drawn === null || method.endsWith('_key')) return null;
  if ('pin' in drawn) return drawn.pin;
  const card = method === 'card' ? pick(model.cards, drawn.card) : null;
  if (card === null || model.credentials.some(({ cardUid }) => cardUid === card.uid)) return null;
  return cardNumberOf(card);
}

const isTaken = (model: SiteModel, wanted: string | null): boolean =>
  wanted !== null && model.credentials.some(({ code }) => code === wanted);

export const createCredential = stepKind(
  'create a credential',
  fc.record({
    method: fc.constantFrom('card', 'card', 'card', 'code', 'mobile_key', 'cloud_key'),
    ...{ user: which, identity: fc.option(which, { nil: null, freq: 2 }), code },
    entrances: fc.array(which, { maxLength: 2 }),
    /** In hours from now. */
    starts: fc.constantFrom(null, null, -5, 24, 96),
    ends: fc.constantFrom(null, null, 48, 72, -1),
    isMultiPhone: fc.boolean(),
  }),
  async (trial, drawn) => {
    const { model, desk } = trial;
    const { method, isMultiPhone } = drawn;
    const identity = drawn.identity === null ? null : pick(model.identities, drawn.identity);
    const user = pick(model.users, drawn.user);
    const entrances = pickAll(model.entrances, drawn.entrances);
    const entranceIds = entrances.map((entrance) => entrance?.id ?? NOBODY);
    const code = codeFor(model, method, drawn.code);
    const starts = drawn.starts === null ? null : hoursAhead(drawn.starts);
    const ends = drawn.ends === null ? null : hoursAhead(drawn.ends);
    const hasWrongTimes = ends !== null && ends <= Math.max(Date.now(), starts ?? 0);
    const askedAt = Date.now();
    const made = await trial.ask(
      '/acs/credentials/create',
      {
        access_method: method,
        ...(drawn.identity === null
          ? { acs_user_id: user?.id ?? NOBODY }
          : { user_identity_id: identity?.id ?? NOBODY, acs_system_id: desk.systemId }),
        ...(code === null ? {} : { code }),
        ...(entranceIds.length === 0 ? {} : { allowed_acs_entrance_ids: entranceIds }),
        ...(starts === null ? {} : { starts_at: iso(starts) }),
        ...(ends === null ? {} : { ends_at: iso(ends) }),
        ...(method === 'mobile_key' && isMultiPhone ? { is_multi_phone_sync_credential: true } : {}),
      },
      [
        ...(drawn.identity === null && user === null ? ['acs_user_not_found'] : []),
        ...(drawn.identity !== null && identity === null ? ['user_identity_not_found'] : []),
        ...(entrances.includes(null) ? ['acs_entrance_not_found'] : []),
        ...(isTaken(model, code) ? ['duplicate_code'] : []),
        ...(hasWrongTimes ? ['invalid_input'] : []),
      ],
      acsCredential,
    );
    if (made === null) return;
    const holder = identity === null ? user : await userForIdentity(trial, identity);
    const { acs_credential_id: id, starts_at, ...answer } = made.acs_credential;
    const wasMoved = starts !== null && starts < askedAt;
    const said = starts_at === undefined ? null : Date.parse(starts_at);
    if (wasMoved ? !isBetween(said, askedAt, Date.now()) : said !== starts) {
      throw new Error(`A credential that was to start at ${starts} starts at ${said}.`);
    }
    model.credentials.push({
      ...{ id, method, userId: holder?.id ?? null, cardUid: null, isOnData: false, issueCounter: 0, ends },
      code: method === 'code' && code === null ? drawnCode(model, answer.code) : code,
      ...{ entranceIds: new Set(entranceIds), starts: said, wasMoved },
      isMultiPhone: method === 'mobile_key' && isMultiPhone,
    });
    if (method === 'code') model.announce('acs_credential.issued', id);
  },
);

const isBetween = (at: number | null, first: number, last: number): boolean =>
  at !== null && at >= first && at <= last;

/** A code that the desk drew by itself. */
function drawnCode(model: SiteModel, drawn: string | undefined): string {
  if (drawn === undefined || !/^\d{6}$/.test(drawn)) throw new Error(`The desk drew the code ${drawn}.`);
  if (isTaken(model, drawn)) throw new Error(`The desk drew the code ${drawn}, which is taken.`);
  return drawn;
}

export const updateCredential = stepKind(
  'update a credential',
  fc.record({ credential: which, code, ends: fc.constantFrom(null, 50, 120, -1) }),
  async ({ model, did }, drawn) => {
    const credential = pick(model.credentials, drawn.credential);
    // The number of a card that is issued is not a code any more.
    const isOpen = credential !== null && credential.cardUid === null;
    const code = isOpen ? codeFor(model, credential.method, drawn.code) : null;
    const ends = drawn.ends === null ? null : hoursAhead(drawn.ends);
    const body = {
      acs_credential_id: credential?.id ?? NOBODY,
      ...(code === null ? {} : { code }),
      ...(ends === null ? {} : { ends_at: iso(ends) }),
    };
    const refusals = [
      ...(credential === null ? ['acs_credential_not_found'] : []),
      ...(code !== credential?.code && isTaken(model, code) ? ['duplicate_code'] : []),
      ...(ends !== null && ends <= Math.max(Date.now(), credential?.starts ?? 0) ? ['invalid_input'] : []),
    ];
    if (!(await did('/acs/credentials/update', body, refusals)) || credential === null) return;
    credential.code = code ?? credential.code;
    credential.ends = ends ?? credential.ends;
  },
);

export const assignCredential = stepKind(
  'assign a credential',
  fc.record({ credential: which, user: which, identity: fc.option(which, { nil: null, freq: 2 }) }),
  async (trial, drawn) => {
    const { model } = trial;
    const credential = pick(model.credentials, drawn.credential);
    const identity = drawn.identity === null ? null : pick(model.identities, drawn.identity);
    const user = drawn.identity === null ? pick(model.users, drawn.user) : null;
    const holder = identity === null ? user : model.userOfIdentity(identity);
    const isOthers = credential !== null && credential.userId !== null && credential.userId !== holder?.id;
    const refusals = [
      ...(credential === null ? ['acs_credential_not_found'] : []),
      ...(drawn.identity === null && user === null ? ['acs_user_not_found'] : []),
      ...(drawn.identity !== null && identity === null ? ['user_identity_not_found'] : []),
      ...(isOthers ? ['credential_belongs_to_another_user'] : []),
    ];
    const body = {
      acs_credential_id: credential?.id ?? NOBODY,
      ...(drawn.identity === null
        ? { acs_user_id: user?.id ?? NOBODY }
        : { user_identity_id: identity?.id ?? NOBODY }),
    };
    if (!(await trial.did('/acs/credentials/assign', body, refusals)) || credential === null) return;
    credential.userId = (identity === null ? user : await userForIdentity(trial, identity))?.id ?? null;
  },
);

export const unassignCredential = stepKind(
  'unassign a credential',
  fc.record({ credential: which, user: fc.option(which, { nil: null }) }),
  async ({ model, did }, drawn) => {
    const credential = pick(model.credentials, drawn.credential);
    const userId = drawn.user === null ? credential?.userId : pick(model.users, drawn.user)?.id;
    const body = { acs_credential_id: credential?.id ?? NOBODY, acs_user_id: userId ?? NOBODY };
    const refusals = [
      ...(credential === null ? ['acs_credential_not_found'] : []),
      ...(userId == null ? ['acs_user_not_found'] : []),
      ...(userId != null && credential?.userId !== userId ? ['invalid_input'] : []),
    ];
    if (!(await did('/acs/credentials/unassign', body, refusals)) || credential === null) return;
    credential.userId = null;
  },
);

const deleteCredential = stepKind(
  'delete a credential',
  fc.record({ credential: which }),
  async ({ model, did }, drawn) => {
    const credential: ModelCredential | null = pick(model.credentials, drawn.credential);
    const body = { acs_credential_id: credential?.id ?? NOBODY };
    const refusals = credential === null ? ['acs_credential_not_found'] : [];
    if (!(await did('/acs/credentials/delete', body, refusals)) || credential === null) return;
    removeCredential(model, credential);
  },
);

export const credentialSteps: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 9, arbitrary: createCredential.drawn },
  { weight: 3, arbitrary: updateCredential.drawn },
  { weight: 3, arbitrary: assignCredential.drawn },
  { weight: 2, arbitrary: unassignCredential.drawn },
  { weight: 2, arbitrary: deleteCredential.drawn },
];
