import { describe, expect, test } from 'vitest';
import { type AssignmentFacts, assignCard } from '../../../src/model/assignment.ts';
import type { Card } from '../../../src/model/card.ts';
import type { Credential } from '../../../src/model/credential.ts';
import { issuedCredential } from './sample-credential.ts';

const card: Card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' };

const credentialOf = (acsUserId: string | null): Credential => issuedCredential(card.uid, { acsUserId });

const decide = (facts: Partial<AssignmentFacts>) =>
  assignCard({ card, known: null, acsUserId: 'ada', mayEnrol: true, ...facts });

describe('assignCard', () => {
  test('takes in a card that nobody has registered, where that is allowed', () => {
    expect(decide({})).toEqual({ decision: 'enrol' });
  });

  test('refuses a card that nobody has registered, where that is not allowed', () => {
    expect(decide({ mayEnrol: false })).toEqual({ decision: 'refuse', reason: 'card_unknown' });
  });

  test('gives a card that belongs to nobody, whether or not new cards are allowed', () => {
    const known = credentialOf(null);
    expect(decide({ known })).toEqual({ decision: 'assign', credential: known });
    expect(decide({ known, mayEnrol: false })).toEqual({ decision: 'assign', credential: known });
  });

  test('leaves a card with the user who has it already', () => {
    const known = credentialOf('ada');
    expect(decide({ known })).toEqual({ decision: 'keep', credential: known });
  });

  test('never takes a card from another user', () => {
    const known = credentialOf('grace');
    const refusal = { decision: 'refuse', reason: 'card_belongs_to_another_user' };
    expect(decide({ known })).toEqual(refusal);
    expect(decide({ known, acsUserId: null })).toEqual(refusal);
  });

  test('gives a free card to a user who is still to be made', () => {
    const known = credentialOf(null);
    expect(decide({ known, acsUserId: null })).toEqual({ decision: 'assign', credential: known });
    expect(decide({ acsUserId: null })).toEqual({ decision: 'enrol' });
  });

  test('refuses a number that is new each time, whoever is thought to have it', () => {
    const phone: Card = { uid: '08A1B2C3', technology: 'iso14443_4' };
    for (const known of [null, credentialOf(null), credentialOf('ada')]) {
      expect(decide({ card: phone, known })).toEqual({ decision: 'refuse', reason: 'card_number_changes' });
    }
  });
});
