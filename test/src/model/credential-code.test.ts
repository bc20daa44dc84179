import { describe, expect, test } from 'vitest';
import { pinProblem } from '../../../src/model/credential-code.ts';

describe('a PIN', () => {
  test.each(['1', '42', '824759', '4294967296'])('of a PTI access system may be %s', (code) => {
    expect(pinProblem(code, 'pti_site')).toBeNull();
  });

  test.each(['0', '00', '042', '4294967297', '99999999999999999999'])(
    'of a PTI access system cannot be %s',
    (code) => expect(pinProblem(code, 'pti_site')).toContain('from 1 to 4294967296'),
  );

  test('of any other access system may be any digits', () => {
    for (const type of [null, 'salto_ks_site'] as const) {
      for (const code of ['0', '042', '99999999999999999999']) expect(pinProblem(code, type)).toBeNull();
    }
  });
});
