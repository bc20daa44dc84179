import { describe, expect, test } from 'vitest';
import { SENTENCES } from '../../../src/client/errors.ts';
import type { Scope } from '../../../src/client/wire.ts';
import { SCOPES } from '../../../src/model/api-key.ts';

describe('the words of the client', () => {
  test('have every scope that a page may have', () => {
    const scopes: readonly Scope[] = ['read', 'scan', 'encode', 'manage', 'admin'];
    expect(SCOPES.filter((scope) => scope !== 'bridge')).toEqual(scopes);
  });

  test.each(Object.entries(SENTENCES))('%s is said in 12 words at most', (_code, sentence) => {
    expect(sentence.split(' ').length).toBeLessThanOrEqual(12);
  });
});
