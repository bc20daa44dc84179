import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Merge, mergeChange, toldState } from '../../../src/model/merge.ts';
import { CARD_FACTS, credentialState, type ResourceState } from '../../../src/model/resource.ts';
import { creation, deletion, type ResourceChange, update } from '../../../src/model/resource-change.ts';
import { credentialWith, issuedCredential } from './sample-credential.ts';

const ADA: ResourceState = {
  fullName: 'Ada',
  emailAddress: null,
  phoneNumber: null,
  accessSchedule: { startsAt: 1, endsAt: null },
  isSuspended: false,
  accessGroupIds: ['guests', 'staff'],
  grantedEntranceIds: ['pool'],
};

const changeOf = (after: ResourceState, before: ResourceState = ADA) =>
  update('acs_user', 'ada', before, { ...before, ...after });

const merged = (current: ResourceState | null, change: ResourceChange, isForced = false) => {
  const merge = mergeChange(current, change, isForced);
  return merge.outcome === 'apply' ? merge.state : merge.refusal.code;
};

describe('a field', () => {
  test.each<readonly [string, ResourceState, ResourceState, ResourceState | string]>([
    ['that nobody changed above is changed', {}, { fullName: 'Ada L.' }, { fullName: 'Ada L.' }],
    [
      'beside one that was changed above is changed, and both are kept',
      { emailAddress: 'ada@example.com' },
      { fullName: 'Ada L.' },
      { fullName: 'Ada L.', emailAddress: 'ada@example.com' },
    ],
    [
      'that got the same above is fine',
      { fullName: 'Ada L.' },
      { fullName: 'Ada L.' },
      { fullName: 'Ada L.' },
    ],
    [
      'that got something else above is refused',
      { fullName: 'A. L.' },
      { fullName: 'Ada L.' },
      'changed_above',
    ],
    [
      'that is an object is the same whatever the order of its names',
      { accessSchedule: { endsAt: null, startsAt: 1 } },
      { accessSchedule: { startsAt: 2, endsAt: null } },
      { accessSchedule: { startsAt: 2, endsAt: null } },
    ],
  ])('%s', (_, above, here, expected) => {
    const result = merged({ ...ADA, ...above }, changeOf(here));
    expect(result).toEqual(typeof expected === 'string' ? expected : { ...ADA, ...expected });
  });

  test('that is refused takes the rest of its message with it, and says which it is', () => {
    const current = { ...ADA, fullName: 'A. L.', phoneNumber: '+491' };
    const change = changeOf({ fullName: 'Ada L.', phoneNumber: '+492', isSuspended: true });
    expect(mergeChange(current, change, false)).toMatchObject({
      outcome: 'refuse',
      noted: null,
      refusal: {
        code: 'changed_above',
        fields: ['fullName', 'phoneNumber'],
        message: expect.stringContaining('changed the name and the phone number to something else above'),
      },
    });
  });

  test('counts all the same when a person says so', () => {
    const current = { ...ADA, fullName: 'A. L.', phoneNumber: '+491' };
    expect(merged(current, changeOf({ fullName: 'Ada L.' }), true)).toEqual({
      ...current,
      fullName: 'Ada L.',
    });
  });
});

describe('a set', () => {
  test('keeps what came and loses what went, on both sides', () => {
    const above = { ...ADA, accessGroupIds: ['guests', 'spa'] };
    const change = changeOf({ accessGroupIds: ['pool', 'staff'] });
    expect(change.sets).toEqual({ accessGroupIds: { added: ['pool'], removed: ['guests'] } });
    expect(merged(above, change)).toEqual({ ...ADA, accessGroupIds: ['pool', 'spa'] });
  });
});

describe('what is gone', () => {
  test('cannot be changed, and nobody can force that', () => {
    expect(merged(null, changeOf({ fullName: 'Ada L.' }))).toBe('deleted_above');
    expect(merged(null, changeOf({ fullName: 'Ada L.' }), true)).toBe('deleted_above');
  });

  test('can be deleted again', () => {
    expect(merged(null, deletion('acs_user', 'ada'))).toBeNull();
  });

  test('goes, whatever it was changed to meanwhile', () => {
    expect(merged({ ...ADA, fullName: 'A. L.' }, deletion('acs_user', 'ada'))).toBeNull();
  });
});

describe('what was made', () => {
  test('is what was told of it', () => {
    expect(merged(null, creation('acs_user', 'ada', ADA))).toEqual(ADA);
  });

  test('and is there already, told again, stays as it is', () => {
    expect(merged(ADA, creation('acs_user', 'ada', ADA))).toEqual(ADA);
    expect(merged({ ...ADA, fullName: 'A. L.' }, creation('acs_user', 'ada', ADA))).toBe('changed_above');
  });
});

const CARD_A = '04A1B2C3D4E5F6';
const CARD_B = '04FFEEDDCCBBAA';
const CARD_C = '04111111111111';

describe('the facts of a card', () => {
  /** On a card with this counter, or on none; what was written says so. */
  const on = (cardUid: string | null, issueCounter: number, more: ResourceState = {}): ResourceState => {
    const credential =
      cardUid === null ? credentialWith() : issuedCredential(cardUid, { cardNumber: cardUid });
    return {
      ...credentialState(credential),
      issueCounter,
      recordOnCard: cardUid === null ? null : { issueCounter },
      ...more,
    };
  };

  test.each<
    readonly [
      string,
      { from: ResourceState; above: ResourceState; here: ResourceState; expected: ResourceState },
    ]
  >([
    [
      'that nobody changed above are taken',
      { from: on(null, 0), above: on(null, 0), here: on(CARD_A, 1), expected: on(CARD_A, 1) },
    ],
    [
      'that nobody changed above are taken, also when a card was taken off',
      { from: on(CARD_A, 1), above: on(CARD_A, 1), here: on(null, 1), expected: on(null, 1) },
    ],
    [
      'with a greater counter are taken; the card that was issued above is out there',
      {
        from: on(CARD_A, 1),
        above: on(CARD_B, 2),
        here: on(CARD_C, 3),
        expected: on(CARD_C, 3, { hasLostCards: true }),
      },
    ],
    [
      'that are the same on both sides are taken',
      { from: on(null, 0), above: on(CARD_A, 1), here: on(CARD_A, 1), expected: on(CARD_A, 1) },
    ],
    [
      'of the same card with a lesser counter are older',
      { from: on(null, 0), above: on(CARD_A, 2), here: on(CARD_A, 1), expected: on(CARD_A, 2) },
    ],
    [
      'stay when the desk only took the credential off the card that it had before',
      { from: on(CARD_A, 1), above: on(CARD_B, 2), here: on(null, 1), expected: on(CARD_B, 2) },
    ],
    [
      'are taken where the card above was lost to another credential; the counter never goes back',
      {
        from: on(CARD_A, 1),
        above: on(null, 3),
        here: on(CARD_B, 2),
        expected: { ...on(CARD_B, 2), issueCounter: 3 },
      },
    ],
    [
      'keep a half-written card in mind that only the desk knows of',
      {
        from: on(CARD_A, 1),
        above: on(CARD_B, 2),
        here: on(CARD_A, 1, { unfinishedWriteAt: 7 }),
        expected: on(CARD_B, 2, { unfinishedWriteAt: 7 }),
      },
    ],
    [
      'keep a half-written card in mind that the desk does not know of',
      {
        from: on(CARD_A, 1),
        above: on(CARD_A, 1, { unfinishedWriteAt: 7 }),
        here: on(CARD_A, 2),
        expected: on(CARD_A, 2, { unfinishedWriteAt: 7 }),
      },
    ],
  ])('%s', (_, { from, above, here, expected }) => {
    expect(merged(above, update('acs_credential', 'card', from, here))).toEqual(expected);
  });

  test.each<readonly [string, number, number, number]>([
    ['a greater counter stays, and the next issue outranks both cards', 3, 2, 3],
    ['the same counter goes on by one, so that the next issue outranks both cards', 2, 2, 3],
  ])('on another card above are refused: %s', (_, above, here, next) => {
    const current = on(CARD_A, above);
    const change = update('acs_credential', 'card', on(null, 1), on(CARD_B, here));
    for (const isForced of [false, true]) {
      expect(mergeChange(current, change, isForced)).toMatchObject({
        outcome: 'refuse',
        refusal: { code: 'issued_elsewhere' },
        noted: { ...current, hasLostCards: true, issueCounter: next },
      });
    }
  });

  test('told again and again, a refused issue counts on once', () => {
    const change = update('acs_credential', 'card', on(null, 1), on(CARD_B, 2));
    const first = mergeChange(on(CARD_A, 2), change, false);
    const noted = first.outcome === 'refuse' ? first.noted : null;
    expect(mergeChange(noted, change, true)).toMatchObject({ outcome: 'refuse', noted });
  });

  test('a card that another user got above is refused, and nobody can force that', () => {
    const change = update('acs_credential', 'card', on(CARD_A, 0, { acsUserId: null }), on(CARD_A, 0));
    const above = on(CARD_A, 0, { acsUserId: 'bob' });
    for (const isForced of [false, true])
      expect(merged(above, change, isForced)).toBe('card_of_another_user');
  });

  test('a code that another user got above is a field like any other', () => {
    const code = { accessMethod: 'code', acsUserId: null };
    const change = update(
      'acs_credential',
      'pin',
      on(null, 0, code),
      on(null, 0, { ...code, acsUserId: 'ada' }),
    );
    const above = on(null, 0, { ...code, acsUserId: 'bob' });
    expect(merged(above, change)).toBe('changed_above');
    expect(merged(above, change, true)).toMatchObject({ acsUserId: 'ada' });
  });
});

const uid = fc.constantFrom(null, CARD_A, CARD_B, CARD_C);

/** A credential's state, as far as desks change it. */
const credentials: fc.Arbitrary<ResourceState> = fc
  .record({
    cardUid: uid,
    issueCounter: fc.nat(3),
    hasLostCards: fc.boolean(),
    unfinishedWriteAt: fc.constantFrom(null, 1, 2),
    acsUserId: fc.constantFrom(null, 'ada', 'bob'),
    endsAt: fc.constantFrom(null, 1, 2),
    startsAt: fc.constantFrom(null, 1, 2),
    entranceIds: fc.uniqueArray(fc.constantFrom('lobby', 'pool', 'spa')).map((ids) => ids.toSorted()),
  })
  .map((some) => ({
    ...credentialState(credentialWith()),
    ...some,
    cardNumber: some.cardUid,
    isIssued: some.cardUid !== null,
  }));

const changes = fc
  .tuple(credentials, credentials)
  .map(([before, after]) => update('acs_credential', 'card', before, after));

/** Only some of what a change says. */
const part = (change: ResourceChange, names: readonly string[]): ResourceChange => ({
  ...change,
  fields: Object.fromEntries(Object.entries(change.fields).filter(([name]) => names.includes(name))),
  sets: Object.fromEntries(Object.entries(change.sets).filter(([name]) => names.includes(name))),
});

const stateAfter = (current: ResourceState | null, merge: Merge) =>
  merge.outcome === 'apply' ? merge.state : (merge.noted ?? current);

const stateBy = (current: ResourceState | null, change: ResourceChange, isForced = false) =>
  stateAfter(current, mergeChange(current, change, isForced));

describe('whatever the histories', () => {
  test('a change of what nobody changed above makes it what it was meant to be', () => {
    fc.assert(
      fc.property(credentials, credentials, (before, wanted) => {
        const change = update('acs_credential', 'card', before, wanted);
        expect(mergeChange(before, change, false)).toEqual({ outcome: 'apply', state: wanted });
      }),
    );
  });

  test('a change that comes twice is as one that comes once', () => {
    fc.assert(
      fc.property(credentials, changes, fc.boolean(), (current, change, isForced) => {
        const once = stateBy(current, change, isForced);
        expect(stateBy(once, change, isForced)).toEqual(once);
      }),
    );
  });

  test('changes of different parts come to the same in either order', () => {
    const parts = ['acsUserId', 'endsAt', 'startsAt', 'entranceIds', CARD_FACTS];
    const pairs = fc.shuffledSubarray(parts, { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(
        credentials,
        changes,
        changes,
        pairs,
        fc.boolean(),
        (current, one, other, names, isForced) => {
          const [first = [], second = []] = names.map((name) => (typeof name === 'string' ? [name] : name));
          const [a, b] = [part(one, first), part(other, second)];
          expect(stateBy(stateBy(current, a, isForced), b, isForced)).toEqual(
            stateBy(stateBy(current, b, isForced), a, isForced),
          );
        },
      ),
    );
  });

  test('two desks that change the same set come to the same in either order', () => {
    fc.assert(
      fc.property(credentials, credentials, credentials, (before, one, other) => {
        const [a, b] = [one, other].map((wanted) =>
          part(update('acs_credential', 'card', before, wanted), ['entranceIds']),
        );
        if (a === undefined || b === undefined) return;
        expect(stateBy(stateBy(before, a), b)).toEqual(stateBy(stateBy(before, b), a));
      }),
    );
  });

  test('what is refused leaves all but the issue as it was', () => {
    fc.assert(
      fc.property(credentials, changes, fc.boolean(), (current, change, isForced) => {
        const merge = mergeChange(current, change, isForced);
        if (merge.outcome !== 'refuse') return;
        const { issueCounter, hasLostCards } = stateAfter(current, merge) ?? {};
        expect(stateAfter(current, merge)).toEqual({ ...current, issueCounter, hasLostCards });
        if (merge.refusal.code !== 'issued_elsewhere') expect(merge.noted).toBeNull();
      }),
    );
  });

  test('a counter never goes back where both sides changed it, and a lost card is never forgotten', () => {
    fc.assert(
      fc.property(credentials, changes, (current, change) => {
        const told = toldState(change);
        const state = stateBy(current, change);
        const isUntouched = CARD_FACTS.every((name) => change.fields[name]?.from === current[name]);
        if (isUntouched || told['issueCounter'] === undefined) return;
        expect(state?.['issueCounter']).toBeGreaterThanOrEqual(Number(current['issueCounter']));
        if (current['hasLostCards'] === true) expect(state).toMatchObject({ hasLostCards: true });
      }),
    );
  });

  test('of two desks that put it on cards, one counts, the next issue outranks both, and the loser is told', () => {
    const issues = fc.tuple(fc.constantFrom(CARD_A, CARD_B), fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(issues, issues, (one, other) => {
        const before = credentialState(credentialWith());
        const [a, b] = [one, other].map(([cardUid, issueCounter]) => ({
          ...credentialState(issuedCredential(cardUid, { cardNumber: cardUid })),
          issueCounter,
        }));
        if (a === undefined || b === undefined) return;
        const first = stateBy(before, update('acs_credential', 'card', before, a));
        const merge = mergeChange(first, update('acs_credential', 'card', before, b), false);
        const state = stateAfter(first, merge);
        const isSameCard = one[0] === other[0];
        const isFirst = one[1] > other[1] || (one[1] === other[1] && !isSameCard) || isSameCard;
        expect(state?.['cardUid']).toBe(isFirst ? one[0] : other[0]);
        expect(state?.['issueCounter']).toBeGreaterThanOrEqual(Math.max(one[1], other[1]));
        expect(state?.['hasLostCards']).toBe(!isSameCard);
        expect(merge.outcome).toBe(isSameCard || other[1] > one[1] ? 'apply' : 'refuse');
        // What the loser's card says is less than what the next issue will say, also where both had the same number.
        if (one[1] === other[1] && !isSameCard) expect(state?.['issueCounter']).toBe(one[1] + 1);
      }),
    );
  });
});
