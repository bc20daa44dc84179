import { describe, expect, test } from 'vitest';
import type { Card } from '../../../src/model/card.ts';
import type {
  CardContent,
  CardContents,
  CardRecord,
  RecordStanding,
  TokenStanding,
} from '../../../src/model/card-record.ts';
import { type EncodingFacts, encodingRefusal, overwritingRefusal } from '../../../src/model/encoding.ts';
import { credentialWith, issuedCredential } from './sample-credential.ts';

const NOW = 1_000_000;

const card: Card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' };
const anotherUid = '04FFEEDDCCBBAA';

const contentsWith = (content: CardContent, more: Partial<CardContents> = {}): CardContents => ({
  format: 'ntag',
  content,
  keyVersion: null,
  capacityBytes: 480,
  preimage: new Uint8Array(0),
  facts: [],
  ...more,
});

const carrying = (standing: RecordStanding, more: Partial<CardRecord> = {}) =>
  contentsWith({
    kind: 'record',
    standing,
    record: {
      siteId: 'site-2',
      credentialId: 'credential-9',
      issueCounter: 1,
      startsAt: null,
      endsAt: null,
      entrances: [],
      replacesLostCard: false,
      ...more,
    },
  });

/** A token that another site wrote, or that was altered. */
const token = (endsAt?: number | null, standing: TokenStanding = 'other_site') =>
  contentsWith(
    { kind: 'token', standing, token: { cardNumber: '42', ...(endsAt === undefined ? {} : { endsAt }) } },
    { format: 'magstripe' },
  );

const drawn = contentsWith({ kind: 'blank' }, { isNumberDrawn: true });

const blank = contentsWith({ kind: 'blank' });
const occupant = issuedCredential(card.uid, { id: 'credential-2' });

const factsWith = (facts: Partial<EncodingFacts>): EncodingFacts => ({
  now: NOW,
  card,
  contents: blank,
  credential: credentialWith(),
  mayReplaceLostCard: false,
  mayOverwrite: false,
  occupant: null,
  ...facts,
});

describe('a credential goes onto a card', () => {
  const allowed: readonly [string, Partial<EncodingFacts>][] = [
    ['that is blank', {}],
    [
      'that carries something foreign',
      { contents: contentsWith({ kind: 'foreign', description: 'a link' }) },
    ],
    ['that was lifted in the middle of a write', { contents: contentsWith({ kind: 'incomplete' }) }],
    ['that has it already', { credential: issuedCredential(card.uid) }],
    [
      'that is another one, where that replaces a lost card',
      { credential: issuedCredential(anotherUid), mayReplaceLostCard: true },
    ],
    ['that says what nobody vouches for', { contents: carrying('altered') }],
    ['that is a copy', { contents: carrying('copied') }],
    ['with a record of this site that the site has on no card', { contents: carrying('authentic') }],
    ['of another credential that is over', { occupant: { ...occupant, endsAt: NOW } }],
    ['of another credential that is not issued', { occupant: { ...occupant, isIssued: false } }],
    ['of another credential, where that may be lost', { occupant, mayOverwrite: true }],
    ['of another site that is over', { contents: carrying('other_site', { endsAt: NOW }) }],
    ['of another site, where that may be lost', { contents: carrying('other_site'), mayOverwrite: true }],
    ['with a token of another site that is over', { contents: token(NOW) }],
    ['with a token of another site, where that may be lost', { contents: token(), mayOverwrite: true }],
    ['with a token of this site that the site has on no card', { contents: token(null, 'authentic') }],
    ['that gets its number by that', { contents: { ...drawn, format: 'magstripe' } }],
  ];

  test.each(allowed)('%s', (_, facts) => {
    expect(encodingRefusal(factsWith(facts))).toBeNull();
  });
});

describe('a credential does not go onto a card', () => {
  const locked = contentsWith({ kind: 'locked', description: 'keys of another site' });
  const refused: readonly [string, Partial<EncodingFacts>, string][] = [
    [
      'whose number is new each time',
      { card: { uid: '08A1B2C3', technology: 'iso14443_4' } },
      'card_number_changes',
    ],
    ['of a kind that no format fits', { contents: { ...blank, format: null } }, 'card_format_unsupported'],
    ['that is locked', { contents: locked }, 'card_locked'],
    ['that is locked, whatever may be lost', { contents: locked, mayOverwrite: true }, 'card_locked'],
    [
      'that is another one than it is on',
      { credential: issuedCredential(anotherUid) },
      'credential_on_another_card',
    ],
    [
      'that is another one than it is on, though what that carries may be lost',
      { credential: issuedCredential(anotherUid), occupant, mayOverwrite: true },
      'credential_on_another_card',
    ],
    ['of another credential that is valid', { occupant }, 'card_carries_another_credential'],
    [
      'of another credential that is valid for a moment yet',
      { occupant: { ...occupant, endsAt: NOW + 1 } },
      'card_carries_another_credential',
    ],
    [
      'of another credential, in place of a lost card',
      { occupant, credential: issuedCredential(anotherUid), mayReplaceLostCard: true },
      'card_carries_another_credential',
    ],
    [
      'with a token of another site that is valid for a moment yet',
      { contents: token(NOW + 1) },
      'card_carries_another_credential',
    ],
    ['with a token without an end', { contents: token(null) }, 'card_carries_another_credential'],
    ['with a token that does not say its end', { contents: token() }, 'card_carries_another_credential'],
    [
      'that would be known by a number which is not on it',
      { contents: { ...drawn, format: 'uid_only' } },
      'card_without_number',
    ],
    ['of another site', { contents: carrying('other_site') }, 'card_carries_another_credential'],
    [
      'of another site that is valid for a moment yet',
      { contents: carrying('other_site', { endsAt: NOW + 1 }) },
      'card_carries_another_credential',
    ],
  ];

  test.each(refused)('%s', (_, facts, reason) => {
    expect(encodingRefusal(factsWith(facts))).toBe(reason);
  });
});

test('a card of another site counts also where the site has an old credential on it that is over', () => {
  const facts = { contents: carrying('other_site'), occupant: { ...occupant, endsAt: 1 }, now: NOW };
  expect(overwritingRefusal({ ...facts, mayOverwrite: false })).toBe('card_carries_another_credential');
  expect(overwritingRefusal({ ...facts, mayOverwrite: true })).toBeNull();
});

test('a valid credential that the site has on a card counts also where another site has written on it', () => {
  const facts = { contents: carrying('other_site', { endsAt: 1 }), occupant, now: NOW };
  expect(overwritingRefusal({ ...facts, mayOverwrite: false })).toBe('card_carries_another_credential');
});
