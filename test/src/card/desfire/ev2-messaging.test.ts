import { describe, expect, test } from 'vitest';
import { aes128 } from '../../../../src/card/desfire/block-cipher.ts';
import { Ev2Messaging } from '../../../../src/card/desfire/ev2-messaging.ts';
import { ev2First, ev2NonFirst, ev2SessionKeys } from '../../../../src/card/desfire/handshake.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';

const NO_KEY = new Uint8Array(16);

function session(mac: string, encryption: string, transactionId: string, counter = 0): Ev2Messaging {
  const keys = { mac: fromHex(mac), encryption: encryption === '' ? NO_KEY : fromHex(encryption) };
  return new Ev2Messaging(0, keys, fromHex(transactionId), counter);
}

describe('AuthenticateEV2First', () => {
  /** AN12196 sections 6.6 and 6.10. */
  test.each([
    {
      rndA: '13C5DB8A5930439FC3DEF9A4C675360F',
      challenge: 'A04C124213C186F22399D33AC2A30215',
      token: '35C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D',
      proof: '3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663',
      transactionId: '9D00C4DF',
    },
    {
      rndA: 'B98F4C50CF1C2E084FD150E33992B048',
      challenge: 'B875CEB0E66A6C5CD00898DC371F92D1',
      token: 'FF0306E47DFBC50087C4D8A78E88E62DE1E8BE457AA477C707E2F0874916A8B1',
      proof: '0CC9A8094A8EEA683ECAAC5C7BF20584206D0608D477110FC6B3D5D3F65C3A6A',
      transactionId: '7614281A',
    },
  ])('opens the published session $transactionId', ({ rndA, challenge, token, proof, transactionId }) => {
    const handshake = ev2First(0, NO_KEY, fromHex(rndA));
    expect(handshake.ins).toBe(0x71);
    expect(toHex(handshake.parameters)).toBe('0000');
    expect(toHex(handshake.answerTo(fromHex(challenge)))).toBe(token);
    const opened = handshake.finish(fromHex(proof));
    expect(toHex(opened.transactionId)).toBe(transactionId);
    expect(opened.counter).toBe(0);
  });

  /** AN12196 section 6.6; AN12343 pages 33 and 34. */
  test.each([
    [
      ['13C5DB8A5930439FC3DEF9A4C675360F', 'B9E2FC789B64BF237CCCAA20EC7E6E48'],
      ['1309C877509E5A215007FF0ED19CA564', '4C6626F5E72EA694202139295C7A7FC7'],
    ],
    [
      ['B04D0787C93EE0CC8CACC8E86F16C6FE', 'FA659AD0DCA738DD65DC7DC38612AD81'],
      ['63DC07286289A7A6C0334CA31C314A04', '774F26743ECE6AF5033B6AE8522946F6'],
    ],
  ] as const)('makes the published session keys', ([rndA, rndB], [encryption, mac]) => {
    const keys = ev2SessionKeys(aes128(NO_KEY), fromHex(rndA), fromHex(rndB));
    expect(toHex(keys.encryption)).toBe(encryption);
    expect(toHex(keys.mac)).toBe(mac);
  });

  test('a card that does not prove to have the key is not believed', () => {
    const handshake = ev2First(0, NO_KEY, fromHex('13C5DB8A5930439FC3DEF9A4C675360F'));
    handshake.answerTo(fromHex('A04C124213C186F22399D33AC2A30215'));
    const proof = fromHex('3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663');
    proof[0] = 0x3e;
    expect(() => handshake.finish(proof)).toThrow('has the key');
    expect(() => handshake.finish(proof.subarray(0, 16))).toThrow('16 bytes instead of 32');
  });
});

/** AN12196 section 6.16, as in the tests of public NTAG 424 DNA libraries: authenticate anew, then change keys 2 and 0. */
test('AuthenticateEV2NonFirst goes on in the transaction, and opens the published session', () => {
  const before = session('00112233445566778899AABBCCDDEEFF', '', '7614281A', 2);
  const handshake = ev2NonFirst(0, NO_KEY, fromHex('60BE759EDA560250AC57CDDC11743CF6'), before);
  expect(handshake.ins).toBe(0x77);
  expect(toHex(handshake.parameters)).toBe('00');
  expect(toHex(handshake.answerTo(fromHex('A6A2B3C572D06C097BB8DB70463E22DC')))).toBe(
    'BE7D45753F2CAB85F34BC60CE58B940763FE969658A532DF6D95EA2773F6E991',
  );
  const opened = handshake.finish(fromHex('B888349C24B315EAB5B589E279C8263E'));
  // The published keys: the next three commands come out as published only with them.
  const newKey = fromHex('F3847D627727ED3BC9C4CC050489B966');
  expect(toHex(opened.keyChange({ keyNumber: 2, newKey, version: 1, oldKey: NO_KEY }))).toBe(
    '022CF362B7BF4311FF3BE1DAA295E8C68DE09050560D19B9E16C2393AE9CD1FAC75D0CE20BCD1D06E6',
  );
  expect(toHex(opened.answer(fromHex('203BB55D1089D587')))).toBe('');
  expect(
    toHex(
      opened.keyChange({
        keyNumber: 0,
        newKey: fromHex('5004BF991F408672B1EF00F08F9E8647'),
        version: 1,
      }),
    ),
  ).toBe('00C0EB4DEEFEDDF0B513A03A95A75491818580503190D4D05053FF75668A01D6FDA6610234BDED6432');
});

describe('commands and answers', () => {
  /** AN12196 section 5.3. */
  test('a command in clear with its MAC, and the answer', () => {
    const opened = session('8248134A386E86EB7FAF54A52E536CB6', '', '7A21085E');
    expect(toHex(opened.command(0xf5, Uint8Array.of(2)))).toBe('026597A457C8CD442C');
    expect(
      toHex(opened.answer(fromHex('0040EEEE000100D1FE001F00004400004400002000006A00002A474282E7A47986'))),
    ).toBe('0040EEEE000100D1FE001F00004400004400002000006A0000');
    expect(opened.counter).toBe(1);
  });

  /** AN12196 section 6.12. */
  test('a command with enciphered data, and the answer', () => {
    const opened = session(
      'FC4AF159B62E549B5812394CAB1918CC',
      '7A93D6571E4B180FCA6AC90C9A7488D4',
      '7614281A',
    );
    const sent = opened.encipheredCommand(0x8d, fromHex('030000000A0000'), fromHex('0102030405060708090A'));
    expect(toHex(sent)).toBe('030000000A00006B5E6804909962FC4E3FF5522CF0F8436C0C53315B9C73AA');
    expect(toHex(opened.answer(fromHex('C26D236E4A7C046D')))).toBe('');
  });

  /** AN12196 section 6.9: the second command of a session. */
  test('whole blocks are padded by one more, and the counter is in the IV', () => {
    const opened = session(
      '4C6626F5E72EA694202139295C7A7FC7',
      '1309C877509E5A215007FF0ED19CA564',
      '9D00C4DF',
      1,
    );
    const sent = opened.encipheredCommand(0x5f, fromHex('02'), fromHex('4000E0C1F121200000430000430000'));
    expect(toHex(sent)).toBe('0261B6D97903566E84C3AE5274467E89EAD799B7C1A0EF7A04');
    expect(toHex(opened.answer(fromHex('57BFF87B1241E93D')))).toBe('');
  });

  /** AN12196 section 7.3. */
  test('an enciphered answer', () => {
    const opened = session(
      '379D32130CE61705DD5FD8C36B95D764',
      '2B4D963C014DC36F24F69A50A394F875',
      'DF055522',
    );
    expect(toHex(opened.command(0x51, new Uint8Array(0)))).toBe('8E2C155ADDA99BE3');
    const answer = fromHex('70756055688505B52A5E26E59E329CD6595F672298EA41B7');
    expect(toHex(opened.encipheredAnswer(answer, 7))).toBe('04958CAA5C5E80');
  });

  /** AN12343 page 54. */
  test('a write and a read with MACs', () => {
    const opened = session('9366FA195EB566F5BD2BAD4020B83002', '', 'E2D3AF69');
    const data = '22'.repeat(25);
    expect(toHex(opened.command(0x8d, fromHex(`00000000190000${data}`)))).toBe(
      `00000000190000${data}68F2C28C575A1628`,
    );
    expect(toHex(opened.answer(fromHex('0820F68898C2A7F1')))).toBe('');
    expect(toHex(opened.command(0xad, fromHex('00000000300000')))).toBe('000000003000000D9BE191D5960834');
    const read = `${data}${'00'.repeat(23)}`;
    expect(toHex(opened.answer(fromHex(`${read}A49A44222D926666`)))).toBe(read);
  });
});

describe('answers that cannot be trusted', () => {
  const open = () =>
    session('379D32130CE61705DD5FD8C36B95D764', '2B4D963C014DC36F24F69A50A394F875', 'DF055522');
  const ANSWER = '70756055688505B52A5E26E59E329CD6595F672298EA41B7';

  test('a MAC that is wrong or cut off, or of another command', () => {
    expect(() => open().answer(fromHex(ANSWER.replace(/B7$/, 'B6')))).toThrow('its MAC is wrong');
    expect(() => open().answer(fromHex(ANSWER.slice(0, 8)))).toThrow('4 bytes hold no MAC');
    const second = open();
    second.encipheredAnswer(fromHex(ANSWER), 7);
    expect(() => second.encipheredAnswer(fromHex(ANSWER), 7)).toThrow('its MAC is wrong');
  });

  test('enciphered data of another length', () => {
    expect(() => open().encipheredAnswer(fromHex(ANSWER), 16)).toThrow('as 32, not 16');
    expect(() => open().encipheredAnswer(fromHex(ANSWER), 6)).toThrow('there are not 6 bytes in it');
  });
});
