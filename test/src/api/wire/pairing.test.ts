import { expect, test } from 'vitest';
import { toPairing } from '../../../../src/api/wire/pairing.ts';

const waiting = {
  state: 'waiting',
  endpoint: 'https://property.example',
  code: 'FGNJP8',
  expiresAt: 0,
  problem: null,
  hasWrittenCards: false,
} as const;

test('a desk that waits for its code warns of cards that it has written, and of an address without TLS', () => {
  expect(toPairing(waiting)).not.toHaveProperty('warning');
  const written = toPairing({ ...waiting, hasWrittenCards: true }).warning;
  expect(written).toMatch(/^This desk has written cards, which name its own access system\./);
  const both = toPairing({ ...waiting, hasWrittenCards: true, endpoint: 'http://property.example' }).warning;
  expect(both).toMatch(/^This desk has written cards.* unencrypted\./);
});
