import { describe, expect, test } from 'vitest';
import { Desk, EMPTY, imageOf, Stripe } from '../src/card/magstripe/stripe-bed.ts';
import { siteKeyVersion } from '../src/card/site-key-version.ts';
import { recordVectors, stripeVectors } from './page-vectors.ts';
import { type Reason, Shut } from './shut.ts';
import { checkStripe, type StripeLockSettings } from './stripe-reading.ts';

const { site_id: siteId, tokens, no_tokens: noTokens } = stripeVectors;

const NOW = 1_780_318_800;

/** Why a controller of the vectors' site keeps its door shut; `valid`: it opens. */
function whyShut(
  layout: StripeLockSettings['layout'],
  tracks: readonly (string | null)[],
  more: Partial<StripeLockSettings> = {},
): Reason | 'valid' {
  const recordKeys = recordVectors.master_keys.map(({ record }) => record).toReversed();
  const numbers = tokens.map(({ card_number }) => card_number);
  const settings = { siteId, recordKeys, layout, numbers, entrance: '00300', now: NOW, ...more };
  try {
    checkStripe(settings, tracks);
    return 'valid';
  } catch (error) {
    if (error instanceof Shut) return error.reason;
    throw error;
  }
}

const named = (name: string) =>
  tokens.find((token) => token.name === name) ?? expect.fail(`no token "${name}"`);

describe('magstripe.md', () => {
  test.each(tokens)('$name: a controller does as its standing says', ({ layout, tracks, standing }) => {
    expect(whyShut(layout, tracks)).toBe(standing === 'authentic' ? 'valid' : 'altered');
  });

  test.each(noTokens)('$name: no token', ({ name, layout, tracks }) => {
    expect(whyShut(layout, tracks)).toBe(name.startsWith('an entrance') ? 'altered' : 'malformed');
  });

  test('its times are held to the second', () => {
    const { layout, tracks, starts_at, ends_at } = named('a stay');
    const at = (now: number) => whyShut(layout, tracks, { now });
    expect(at((starts_at ?? 0) - 1)).toBe('not_yet_valid');
    expect(at(starts_at ?? 0)).toBe('valid');
    expect(at((ends_at ?? 0) - 1)).toBe('valid');
    expect(at(ends_at ?? 0)).toBe('expired');
  });

  test('a number that the door does not know, and another entrance, stay outside', () => {
    const stay = named('a stay');
    expect(whyShut(stay.layout, stay.tracks, { numbers: [] })).toBe('other_entrance');
    const all = named('every field, on three tracks');
    expect(whyShut(all.layout, all.tracks, { numbers: [] })).toBe('valid');
    expect(whyShut(all.layout, all.tracks, { entrance: '00301' })).toBe('other_entrance');
  });
});

describe('a controller built from the page', () => {
  const layout = [null, '{card_number}={issue:2}{entrance}{authentication}', null] as const;
  const keys = [siteKeyVersion(2), siteKeyVersion(1)];

  const issued = async (issueCounter: number) => {
    const stripe = new Stripe(...EMPTY);
    const record = { siteId, credentialId: siteId, issueCounter, startsAt: null, endsAt: null };
    const image = imageOf({ ...record, entrances: [300], replacesLostCard: false });
    await new Desk(stripe, { siteId, keys, layout }).write(image);
    return stripe.texts;
  };
  const recordKeys = keys.map((version) => version.keys.record);

  test('opens for what the desk writes, and for no stripe of an earlier issue after that', async () => {
    const issues = new Map<string, string>();
    const present = async (counter: number) => whyShut(layout, await issued(counter), { recordKeys, issues });
    expect(await present(98)).toBe('valid');
    expect(await present(101)).toBe('valid');
    expect(await present(101)).toBe('valid');
    expect(await present(99)).toBe('replaced');
    expect(await present(102)).toBe('valid');
  });

  test('does not open for the keys or the name of another site', async () => {
    const texts = await issued(1);
    expect(whyShut(layout, texts, { recordKeys: [siteKeyVersion(9).keys.record] })).toBe('altered');
    const other = '11111111-2222-4333-8444-555555555555';
    expect(whyShut(layout, texts, { recordKeys, siteId: other })).toBe('altered');
  });
});
