import { expect, test } from 'vitest';
import { identityDisplayName, type UserIdentity } from '../../../src/model/user.ts';

const nobody: UserIdentity = {
  id: 'identity-1',
  key: null,
  fullName: null,
  emailAddress: null,
  phoneNumber: null,
  createdAt: 1,
};

test('an identity is called by the best that is known of it', () => {
  const known = { ...nobody, key: 'guest-7', phoneNumber: '+4930123456', emailAddress: 'ada@example.com' };
  expect(identityDisplayName({ ...known, fullName: 'Ada Lovelace' })).toBe('Ada Lovelace');
  expect(identityDisplayName(known)).toBe('ada@example.com');
  expect(identityDisplayName({ ...known, emailAddress: null })).toBe('+4930123456');
  expect(identityDisplayName({ ...nobody, key: 'guest-7' })).toBe('guest-7');
  expect(identityDisplayName(nobody)).toBe('Unnamed person');
});
