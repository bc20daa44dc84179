import { expect, test } from 'vitest';
import { statusSentence } from '../../../src/service/desk-status.ts';

const nothing = { onlineEncoders: 0, offlineEncoders: 0, troubles: [] };

test.each([
  [nothing, '0 encoders are online.'],
  [{ ...nothing, onlineEncoders: 1 }, '1 encoder is online.'],
  [{ ...nothing, onlineEncoders: 2, offlineEncoders: 1 }, '2 encoders are online, 1 offline.'],
  [
    { ...nothing, troubles: [{ driver: 'pcsc', reason: 'pcscd does not run.' }] },
    '0 encoders are online; in trouble: pcsc (pcscd does not run).',
  ],
  [
    {
      ...nothing,
      troubles: [
        { driver: 'pcsc', reason: 'pcscd does not run.' },
        { driver: 'twn4', reason: 'no access' },
      ],
    },
    '0 encoders are online; in trouble: pcsc, twn4 (pcsc: pcscd does not run).',
  ],
])('%j is one sentence', (status, sentence) => {
  expect(statusSentence(status)).toBe(sentence);
});

test('a reason of many lines and characters is one line that a service manager takes', () => {
  const reason = `first\nREADY=1\u0000${'é'.repeat(4000)}`;
  const sentence = statusSentence({ ...nothing, troubles: [{ driver: 'pcsc', reason }] });
  expect(sentence).toMatch(/^0 encoders are online; in trouble: pcsc \(first READY=1 é+…\)\.$/);
  expect(Buffer.byteLength(sentence)).toBeLessThan(2048);
});
