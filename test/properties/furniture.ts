import {
  createEntrance,
  createGroup,
  deleteEntrance,
  deleteGroup,
  grantAccess,
  revokeAccess,
  setMember,
  updateGroup,
} from './access-steps.ts';
import { createWebhook } from './app-steps.ts';
import { assignCard, encodeCard } from './card-steps.ts';
import { assignCredential, createCredential, unassignCredential } from './credential-steps.ts';
import { createIdentity, createUser, deleteUser, suspendUser } from './people-steps.ts';
import type { Step } from './trial.ts';

const NOBODY_YET = { email: null, phone: null, schedule: null, identity: null, groups: [] };

const PLAIN_CARD = {
  ...{ method: 'card' as const, identity: null, code: null, starts: null, ends: null, isMultiPhone: false },
};

/** Writes the first card with the first credential. */
const ENCODE_AGAIN = encodeCard.of({
  ...{ card: 0, credential: 0, isAny: false, mayReplace: false, mayOverwrite: false },
});

/** What stands at a desk before anything is drawn: two people, two doors, a group, and a card that one of the two carries. */
export const FURNITURE: readonly Step[] = [
  createWebhook.of({ types: ['*'] }),
  createEntrance.of({ name: 'Front door' }),
  createEntrance.of({ name: 'Car park' }),
  createGroup.of({ name: 'Guests', entrances: [0] }),
  createIdentity.of({
    ...{ key: 'guest-1', fullName: 'Ada Lovelace', email: 'ada@example.com', phone: null, withUser: true },
  }),
  createUser.of({ ...NOBODY_YET, name: 'Grace Hopper' }),
  setMember.of({ group: 0, user: 0, isMember: true, door: 0 }),
  createCredential.of({ ...PLAIN_CARD, user: 0, entrances: [1] }),
  createCredential.of({ ...PLAIN_CARD, user: 1, entrances: [] }),
  ENCODE_AGAIN,
];

const FIRST = { user: 0, group: 0, entrance: 0, identity: null };

const setSuspended = (isSuspended: boolean): Step =>
  suspendUser.of({ user: 0, isSuspended, byIdentity: false });

/** Sequences that are drawn too seldom, and always gone through. */
export const SEQUENCES: readonly (readonly Step[])[] = [
  // A card for a person who has no user yet, but becomes the very user who has that card.
  [
    createUser.of({ ...NOBODY_YET, name: 'Grace Hopper', email: 'grace@example.com' }),
    assignCard.of({ card: 3, user: 2, identity: null }),
    createIdentity.of({
      ...{ key: null, fullName: null, email: 'grace@example.com', phone: null, withUser: false },
    }),
    assignCard.of({ card: 3, user: 0, identity: 1 }),
  ],
  // Everything that changes what a card opens, one after the other; the card is written again in between.
  [
    updateGroup.of({ group: 0, entrances: [] }),
    updateGroup.of({ group: 0, entrances: [0] }),
    setMember.of({ ...FIRST, isMember: false, door: 1 }),
    ENCODE_AGAIN,
    setMember.of({ ...FIRST, isMember: true, door: 1 }),
    ENCODE_AGAIN,
    deleteGroup.of({ group: 0 }),
    ENCODE_AGAIN,
    grantAccess.of(FIRST),
    ENCODE_AGAIN,
    setSuspended(true),
    setSuspended(false),
    unassignCredential.of({ credential: 0, user: null }),
    assignCredential.of({ credential: 0, user: 0, identity: null }),
    deleteEntrance.of({ entrance: 0 }),
    ENCODE_AGAIN,
    revokeAccess.of({ user: 0 }),
    ENCODE_AGAIN,
    grantAccess.of(FIRST),
    ENCODE_AGAIN,
    deleteUser.of({ user: 0 }),
  ],
];
