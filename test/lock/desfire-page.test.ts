import { describe, expect, test } from 'vitest';
import type { IsoDepLink } from '../../src/card/link.ts';
import { cardKey, decrypt, joined } from './aes-keys.ts';
import { bytes, exchangesOf } from './card-format-page.ts';
import { pageLock } from './page-lock.ts';
import { desfireVectors, recordVectors } from './page-vectors.ts';
import { hex } from './strict-record.ts';

const [masterKeys = expect.fail('record.md has no keys')] = recordVectors.master_keys;

describe('mifare-desfire.md', () => {
  const { card_uid: uid, rnd_a: rndA } = desfireVectors;

  test('the keys are AN10922 of uid, application and number', () => {
    const aid = [0xd0, 0x8e, 0xf4];
    const key = (master: Uint8Array, input: readonly number[]) =>
      hex(cardKey(master, uid, input)).toUpperCase();
    expect(desfireVectors).toMatchObject({
      key_0: key(masterKeys.desfire_master, [...aid, 0]),
      key_1: key(masterKeys.desfire_write, [...aid, 1]),
      key_2: key(masterKeys.desfire_read, [...aid, 2]),
      card_master_key: key(masterKeys.desfire_picc, [0, 0, 0, 0]),
    });
  });

  test.each(['ev2', 'ev1'])('a lock says and hears each byte of the example of %s', async (generation) => {
    const said: string[] = [];
    const lock = pageLock({ rndA });
    const script = scriptOf(generation);
    const outcome = await lock.present({ isoDep: replay(script, said) }, { uid });
    expect(said).toEqual(script.map(({ command }) => hex(command)));
    expect(outcome).toMatchObject({ opens: true });
    const { payload, tag } = outcome.record ?? expect.fail('the lock read no record');
    const framed = joined([0x45, 0x44, 1, 90, 0x82, 0x58, payload.length], payload, [0x50], tag);
    expect(framed).toEqual(desfireVectors.file_begins_with);
  });

  test('the random numbers and the transaction of the examples are those that are listed', () => {
    const key = bytes(desfireVectors.key_2);
    for (const [generation, transaction] of [
      ['ev2', desfireVectors.transaction_id],
      ['ev1', undefined],
    ] as const) {
      const [challenge, proof] = scriptOf(generation)
        .slice(-6)
        .map(({ answer }) => answer.slice(0, -2));
      expect(decrypt(key, challenge ?? key)).toEqual(desfireVectors.rnd_b);
      if (transaction) expect(decrypt(key, proof ?? key).slice(0, 4)).toEqual(transaction);
    }
  });

  test.each(['ev2', 'ev1'])('a lock of %s stays shut at any wrong bit in the air', async (generation) => {
    const lock = pageLock({ rndA });
    const script = scriptOf(generation);
    for (const [at, { command, answer }] of script.entries()) {
      for (let bit = 0; bit < answer.length * 8; bit += 1) {
        const wrong = answer.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        const isoDep = replay(script.with(at, { command, answer: wrong }));
        expect(await lock.present({ isoDep }, { uid }), `answer ${at}, bit ${bit}`).toMatchObject({
          opens: false,
        });
      }
    }
  });
});

const EV2_FIRST = bytes('9071000002020000');
const UNKNOWN = bytes('911C');

/** An example of the page; before that of EV1 what the page leaves out, the refusal of AuthenticateEV2First. */
function scriptOf(generation: string) {
  const example = exchangesOf('mifare-desfire.md', `apdu ${generation}`);
  return generation === 'ev2' ? example : example.toSpliced(2, 0, { command: EV2_FIRST, answer: UNKNOWN });
}

/** Answers what was written down, as long as the command is the one that was. */
function replay(
  script: readonly { readonly command: Uint8Array; readonly answer: Uint8Array }[],
  said: string[] = [],
): IsoDepLink {
  let at = 0;
  return {
    exchange: async (command) => {
      said.push(hex(command));
      const next = script[at];
      at += 1;
      if (next === undefined || hex(command) !== hex(next.command)) throw new Error('another command');
      return next.answer;
    },
  };
}
