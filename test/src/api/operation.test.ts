import { describe, expect, test } from 'vitest';
import { personalInput } from '../../../src/api/operation.ts';
import { operations } from '../../../src/api/routes/index.ts';
import type { Caller } from '../../../src/model/caller.ts';

const app: Caller = {
  id: 'key',
  name: 'pms',
  scopes: ['read'],
  apiKeyId: 'key',
  userIdentityIds: null,
  expiresAt: null,
};
const page: Caller = { ...app, id: 'session', expiresAt: 1 };
const ada: Caller = { ...page, userIdentityIds: ['ada'] };
const family: Caller = { ...page, userIdentityIds: ['ada', 'grace'] };

const shared = { path: '/shared', scopes: ['read'] } as const;
const personal = { ...shared, isPersonal: true };

const refuses = (operation: Parameters<typeof personalInput>[0], input: unknown, caller: Caller) =>
  expect(() => personalInput(operation, input, caller), JSON.stringify(input)).toThrow(
    expect.objectContaining({ type: 'forbidden_for_client_session' }),
  );

describe('who is bound to nobody', () => {
  test.each([app, page])('may ask what it likes', (caller) => {
    for (const operation of [shared, personal, { ...shared, scopes: null }]) {
      for (const input of [{}, { acs_user_id: 'x' }, { user_identity_id: 'x' }]) {
        expect(personalInput(operation, input, caller)).toBe(input);
      }
    }
  });

  test('may not do as a session what needs a key', () => {
    const keyed = { ...shared, needsApiKey: true };
    expect(personalInput(keyed, {}, app)).toEqual({});
    refuses(keyed, {}, page);
  });

  test('may do some of that as a page that a person paired for admin, and as no other page', () => {
    const listed = { ...shared, needsApiKey: true, isForAdminPage: true };
    const paired: Caller = { ...page, apiKeyId: null, scopes: ['manage', 'admin'] };
    expect(personalInput(listed, {}, paired)).toEqual({});
    refuses({ ...shared, needsApiKey: true }, {}, paired);
    refuses(listed, {}, { ...paired, scopes: ['manage'] });
    refuses(listed, {}, { ...page, scopes: ['manage', 'admin'] });
  });
});

describe('a session of one identity', () => {
  test('may do what is personal, and is filled in where nobody is named', () => {
    expect(personalInput(personal, { limit: 1 }, ada)).toEqual({ limit: 1, user_identity_id: 'ada' });
    expect(personalInput(personal, { user_identity_id: null }, ada)).toEqual({ user_identity_id: 'ada' });
    expect(personalInput(personal, { user_identity_id: 'ada' }, ada)).toEqual({ user_identity_id: 'ada' });
    expect(personalInput(personal, { user_identity_id: 'ADA' }, ada)).toEqual({ user_identity_id: 'ADA' });
    expect(personalInput(personal, undefined, ada)).toEqual({ user_identity_id: 'ada' });
  });

  test.each([
    { user_identity_id: 'grace' },
    { user_identity_id: '' },
    { user_identity_id: ['ada'] },
    { user_identity_id: 'ada', acs_user_id: 'x' },
    { user_identity_id: 'ada', user_identity_key: 'x' },
    { user_identity_id: 'ada', user_identity_ids: ['grace'] },
    { acs_user_id: null },
    { acs_user_ids: [] },
  ])('may name nobody else, in no way: %o', (input) => refuses(personal, input, ada));

  test('may do nothing that is not personal, but what needs no token and what gives its own only', () => {
    refuses(shared, { user_identity_id: 'ada' }, ada);
    expect(personalInput({ ...shared, scopes: null }, { a: 1 }, ada)).toEqual({ a: 1 });
    expect(personalInput({ ...shared, isOwn: true }, { a: 1 }, ada)).toEqual({ a: 1 });
    refuses({ ...shared, isOwn: true, needsApiKey: true }, {}, ada);
  });
});

test('a session of several identities must say which', () => {
  refuses(personal, {}, family);
  expect(personalInput(personal, { user_identity_id: 'grace' }, family)).toEqual({
    user_identity_id: 'grace',
  });
});

test('every personal operation knows user_identity_id, and the personal ones are these', () => {
  const ours = operations.filter(({ isPersonal }) => isPersonal === true);
  expect(ours.map(({ path }) => path).toSorted()).toEqual([
    '/acs/access_groups/list',
    '/acs/credentials/list',
    '/acs/encoders/scan_to_assign_credential',
    '/acs/users/get',
    '/acs/users/list',
    '/acs/users/list_accessible_entrances',
    '/user_identities/get',
    '/user_identities/list_accessible_entrances',
    '/user_identities/list_acs_users',
  ]);
  for (const { path, input } of ours) {
    const refused = input.safeParse({ user_identity_id: 7, acs_encoder_id: 'x' }).error?.issues ?? [];
    expect(
      refused.some(({ path: [name] }) => name === 'user_identity_id'),
      path,
    ).toBe(true);
  }
  const own = operations.filter(({ isOwn }) => isOwn === true);
  expect(own.map(({ path }) => path).toSorted()).toEqual([
    '/action_attempts/cancel',
    '/action_attempts/get',
    '/client_sessions/get',
    '/v1/assignments/undo',
  ]);
});
