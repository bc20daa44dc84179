import { createEntrance, createGroup, setMember } from './access-steps.ts';
import { createWebhook } from './app-steps.ts';
import { encodeCard } from './card-steps.ts';
import { createCredential } from './credential-steps.ts';
import { createIdentity, createUser } from './people-steps.ts';
import type { Step } from './trial.ts';

const NOBODY_YET = { email: null, phone: null, schedule: null, identity: null, groups: [] };

const PLAIN_CARD = {
  ...{ method: 'card' as const, identity: null, code: null, starts: null, ends: null, isMultiPhone: false },
};

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
  encodeCard.of({ card: 0, credential: 0, isAny: false, mayReplace: false, mayOverwrite: false }),
];
