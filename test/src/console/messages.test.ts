import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ERROR_STATUS } from '../../../src/api/errors.ts';
import { FAILURES } from '../../../src/attempts/errors.ts';
import { SENTENCES } from '../../../src/client/errors.ts';
import { keyOfCode, wordsOfError } from '../../../src/console/error-words.ts';
import { chooseLanguage, headlineOf, LANGUAGES, wordsOf } from '../../../src/console/i18n.ts';
import { HINTS } from '../../../src/model/attempt.ts';

const MOST_WORDS = 11;
const FOLDERS = ['messages', 'technician/messages'];

function messagesOf(folder: string, language: string): Readonly<Record<string, string>> {
  const path = join(import.meta.dirname, '../../../src/console', folder, `${language}.json`);
  return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(path, 'utf8')));
}

const sentencesOf = (message: string) => message.split(/(?<=[.!?…])\s+/u);
const wordsIn = (sentence: string) => sentence.split(/\s+/u).filter((word) => /[\p{L}\p{N}{]/u.test(word));
const namesIn = (message: string) => [...message.matchAll(/\{\w+\}/g)].map(([name]) => name).toSorted();

describe.each(Object.keys(LANGUAGES))('in %s', (language) => {
  describe.each(FOLDERS)('%s', (folder) => {
    const english = messagesOf(folder, 'en');
    const messages = messagesOf(folder, language);

    test('there are words for everything that English has words for, and for nothing else', () => {
      expect(Object.keys(messages).toSorted()).toEqual(Object.keys(english).toSorted());
    });

    test('no message is empty, and each names what the English one names', () => {
      const differing = Object.entries(messages).filter(
        ([key, message]) =>
          message.trim() === '' || namesIn(message).join() !== namesIn(english[key] ?? '').join(),
      );
      // One of something need not be counted in figures.
      expect(differing.filter(([key]) => !key.endsWith('.one'))).toEqual([]);
    });
  });

  test(`no sentence that a clerk reads has more than ${MOST_WORDS} words`, () => {
    const long = Object.entries(messagesOf('messages', language)).flatMap(([key, message]) =>
      sentencesOf(message)
        .filter((sentence) => wordsIn(sentence).length > MOST_WORDS)
        .map((sentence) => `${key}: ${sentence}`),
    );
    expect(long).toEqual([]);
  });
});

describe('a clerk is told in words of the page', () => {
  const { t } = wordsOf('de');
  const german = messagesOf('messages', 'de');

  test.each(HINTS)('what to do: %s', (hint) => {
    expect(german[`hint.${hint}`]).toBeTruthy();
  });

  test.each(Object.keys(FAILURES))('why an attempt failed: %s', (reason) => {
    expect(german[`failure.${reason}`]).toBeTruthy();
    expect(keyOfCode(reason)).not.toBeNull();
  });

  test.each(Object.keys(ERROR_STATUS))('what the daemon refuses: %s', (type) => {
    expect(keyOfCode(type)).not.toBeNull();
  });

  test.each(Object.keys(SENTENCES))('what the client finds in the way: %s', (code) => {
    expect(keyOfCode(code)).not.toBeNull();
  });

  test('who holds an encoder', () => {
    const error = { code: 'encoder_busy', data: { held_by: 'Kasse 2' } };
    expect(wordsOfError(error, wordsOf('de'))).toBe(
      'Kasse 2 benutzt diesen Encoder. Warten oder anderen nehmen.',
    );
  });

  test('that a technician ended the connection, and not that it ran out', () => {
    const over = { code: 'token_expired', data: { type: 'client_session_revoked' } };
    expect(wordsOfError(over, wordsOf('en'))).toMatch(/^A technician ended this connection\./);
    expect(wordsOfError({ ...over, data: {} }, wordsOf('en'))).toMatch(/^The connection has run out\./);
  });

  test('that it did not work, where a newer daemon says something that this page does not know', () => {
    expect(wordsOfError({ code: 'moon_phase', data: {} }, wordsOf('de'))).toBe(t('error.unknown'));
  });
});

describe('the language', () => {
  test.each([
    [['fr-CA', 'en'], null, 'fr'],
    [['it', 'de-AT'], null, 'de'],
    [['pt'], null, 'en'],
    [['fr'], 'es', 'es'],
    [['fr'], 'tlh', 'fr'],
    [[], null, 'en'],
  ] as const)('of a browser that prefers %j with the choice %s is %s', (preferred, chosen, language) => {
    expect(chooseLanguage(preferred, chosen)).toBe(language);
  });
});

describe('words', () => {
  test('count as the language counts', () => {
    expect(wordsOf('en').count('sync.offline', 1)).toBe('Works offline. 1 result waits.');
    expect(wordsOf('de').count('sync.offline', 3)).toBe('Arbeitet offline. 3 Ergebnisse warten.');
    // French counts none as one.
    expect(wordsOf('fr').count('room.write', 0)).toBe('Écrire 0 carte');
  });

  test('give times as the site has them, wherever the browser is', () => {
    expect(wordsOf('en').time('2026-07-01T09:00:00Z', 'Asia/Tokyo')).toBe('18:00');
    expect(wordsOf('de').moment('2031-07-01T09:00:00Z', 'Europe/Berlin')).toBe('1. Juli 2031, 11:00');
  });

  test('leave a name that nobody gave as it stands', () => {
    expect(wordsOf('en').t('encoder.heldBy')).toBe('Used by {name}');
  });

  test.each([
    ['Keep it there. The card is being written.', 'Keep it there.', 'The card is being written.'],
    ['Done.', 'Done.', ''],
    [
      'Virtual encoder 1 is not connected. Check its cable.',
      'Virtual encoder 1 is not connected.',
      'Check its cable.',
    ],
  ])('begin with the headline: %s', (message, headline, rest) => {
    expect(headlineOf(message)).toEqual({ headline, rest });
  });
});
