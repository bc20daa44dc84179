import { describe, expect, test } from 'vitest';
import { aes128, tripleDes } from '../../../../src/card/desfire/block-cipher.ts';
import { Ev1Messaging } from '../../../../src/card/desfire/ev1-messaging.ts';
import { ev1Aes, ev1Des } from '../../../../src/card/desfire/handshake.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';

/**
 * Traces of real DESFire EV1 cards by Elmü ("Desfire EV1 Communication Examples", in sotechcllc/RFDoorLock, and as tests in skelsec/pydesfire).
 */
function runs(
  session: Ev1Messaging,
  lines: readonly (readonly [command: string, answer: string, clear?: string])[],
) {
  for (const [command, answer, clear] of lines) {
    const [ins = 0, ...parameters] = fromHex(command);
    expect(toHex(session.command(ins, Uint8Array.from(parameters)))).toBe(toHex(Uint8Array.from(parameters)));
    expect(toHex(session.answer(fromHex(answer)))).toBe((clear ?? '').replaceAll(' ', ''));
  }
}

describe('AuthenticateAES', () => {
  test('answers the challenge and knows the session key of a traced card', () => {
    const handshake = ev1Aes(
      1,
      fromHex('10182028303840485058606870788088'),
      fromHex('40E7D27174CBA675E8EFBAB99C530E3D'),
    );
    expect(handshake.ins).toBe(0xaa);
    expect(toHex(handshake.parameters)).toBe('01');
    expect(toHex(handshake.answerTo(fromHex('B351CB2465D4F33AC627FD6E87A168F2')))).toBe(
      '044B6CAC343A0865895149649CA8DDE1F5AC4EC67BD208900AF02F049E05F0B0',
    );
    const session = handshake.finish(fromHex('A2EE144B1012FBEB7B2F11132D95A454'));
    // The whole session that followed, each answer with its CMAC.
    runs(session, [
      ['CD 05 00 11 00 50 00 00', 'A7 53 16 AD 15 96 B9 53'],
      ['6F', '05 2D 5F F6 7F FE C9 D2 D3', '05'],
      ['F5 05', '00 00 11 00 50 00 00 2A AC 75 17 02 4E 09 DC', '00 00 11 00 50 00 00'],
      [`3D 05 00 00 00 34 00 00 ${counting(0x00, 0x34)}`, '76 5C 9D AA 50 EC B6 2F'],
      [`3D 05 34 00 00 1C 00 00 ${counting(0x34, 0x50)}`, '3E 0A ED 98 6B 8B 0F 37'],
      ['BD 05 00 00 00 30 00 00', `${counting(0x00, 0x30)} 4C 65 F1 F8 42 26 2B AC`, counting(0x00, 0x30)],
      ['BD 05 30 00 00 20 00 00', `${counting(0x30, 0x50)} F0 22 05 CF 91 3C 03 C9`, counting(0x30, 0x50)],
      ['DF 05', '1B EF 0D 32 B6 D1 D7 F9'],
    ]);
  });

  test('a card that does not prove to have the key is not believed', () => {
    const handshake = ev1Aes(0, new Uint8Array(16), fromHex('F44B26F5686F3A391CD38EBD10772281'));
    expect(toHex(handshake.answerTo(fromHex('B969FDFE56FD91FC9DE6F6F213B8FD1E')))).toBe(
      '36AAD7DF6E436BA08D18613830A70D5AD43E3D3F4A8D47541EEE623A934E4774',
    );
    expect(handshake.finish(fromHex('800DB680BC146BD121D6578F2D2E2059')).keyNumber).toBe(0);
    expect(() => handshake.finish(fromHex('800DB680BC146BD121D6578F2D2E2058'))).toThrow('has the key');
    expect(() => handshake.finish(fromHex('800DB680BC146BD1'))).toThrow('8 bytes came instead of 16');
    expect(() => handshake.answerTo(fromHex('B969FDFE56FD91FC'))).toThrow('8 bytes came instead of 16');
  });
});

describe('AuthenticateISO with the DES key of a new card', () => {
  test('runs the traced session: version, format, applications', () => {
    const handshake = ev1Des(0, new Uint8Array(8), fromHex('849B36C5F8BF4A09'));
    expect(handshake.ins).toBe(0x1a);
    expect(toHex(handshake.answerTo(fromHex('5D994CE085F24089')))).toBe('21D0AD5F2FD97454A746CC80567F1B1C');
    const session = handshake.finish(fromHex('913C6DED84221C41'));
    const version = '04 01 01 01 00 1A 05 04 01 01 01 04 1A 05 04 06 3F 72 63 34 80 BA 45 19 E3 20 49 13';
    runs(session, [
      // The answer came in three frames; its MAC is over all of them.
      ['60', `${version} CD C8 10 BA FA 40 17 59`, version],
      ['FC', '9C 2C 81 3A 06 5C 45 F7'],
      ['CA 16 DE 00 0F 02', '0A 13 79 B0 1D 85 AD 47'],
      ['CA 24 DE 00 0F 42', '5D 73 AE 52 87 A1 BB E4'],
      ['CA 16 AE 00 0F 82', '3B 68 D7 2A 3B E0 D2 0C'],
      ['CA CC BB AA 0F 01', 'F1 1A C0 73 8E F8 38 78'],
    ]);
  });

  test('changes the own key as traced', () => {
    const session = new Ev1Messaging(0, tripleDes(fromHex('C86CE25E4C647E56')));
    const newKey = fromHex('00102031405060708090A0B0B0A09080');
    expect(toHex(session.keyChange({ keyNumber: 0, newKey, version: null }))).toBe(
      '00BEDE0FC6ED347DCF0D51C717DF75D97D2C5A2BA6CAC7479D',
    );
  });
});

describe('ChangeKey in an AES session', () => {
  const NEW_KEY = fromHex('00102030405060708090A0B0B0A09080');

  test('the own key, as traced', () => {
    const session = new Ev1Messaging(0, aes128(fromHex('F44B26F5C05DDD7110772281C4D066E8')));
    expect(toHex(session.keyChange({ keyNumber: 0, newKey: NEW_KEY, version: 0x10 }))).toBe(
      '00E9F85E219496C2B58C1090DC3935FAE9E840CF61B383D9531946256B1F110C10',
    );
  });

  test('another key, with the CMAC of the answer, as traced', () => {
    const session = new Ev1Messaging(0, aes128(fromHex('C2A1E47BD8100044FE6D00A74D7AB17C')));
    const change = { keyNumber: 1, newKey: NEW_KEY, version: 0x10, oldKey: new Uint8Array(16) };
    expect(toHex(session.keyChange(change))).toBe(
      '01E7ECCB6BD1CA64BC161A12B1C024F71430337408C8A87EACAB7A1FF18951FCA3',
    );
    expect(toHex(session.answer(fromHex('2128D3CD9C9ACFFF')))).toBe('');
  });

  test('after another command, whose chain goes on, as traced', () => {
    const session = new Ev1Messaging(0, aes128(fromHex('90F7A20191036845EC63DECD544B9931')));
    runs(session, [['64 00', '10 8A 8F A3 6F 55 CD 21 0D', '10']]);
    expect(toHex(session.keyChange({ keyNumber: 0, newKey: new Uint8Array(16), version: 0 }))).toBe(
      '00635375E4919F8AF2E9E86B1C1BA55B0C0807EAF484D7A7EF6E0C3084160F5A61',
    );
  });

  test("a card's AES master key back to DES", () => {
    const session = new Ev1Messaging(0, aes128(fromHex('F62A18D503561E42C07C1313C89150F1')));
    expect(toHex(session.keyChange({ keyNumber: 0, newKey: new Uint8Array(16), version: null }))).toBe(
      '000330DC9BA1A30756C0BAB72CB0C3582A14E9EC87A9D05C50A4A58BC1BB3377F2',
    );
  });
});

describe('answers that cannot be trusted', () => {
  const open = () => new Ev1Messaging(0, aes128(fromHex('90F7A20191036845EC63DECD544B9931')));

  test('a wrong MAC, a MAC that is cut off', () => {
    for (const [answer, why] of [
      ['10 8A 8F A3 6F 55 CD 21 0C', 'its MAC is wrong'],
      ['11 8A 8F A3 6F 55 CD 21 0D', 'its MAC is wrong'],
      ['10 8A', '2 bytes hold no MAC'],
    ] as const) {
      const session = open();
      session.command(0x64, Uint8Array.of(0));
      expect(() => session.answer(fromHex(answer)), answer).toThrow(why);
    }
  });

  test('enciphered data of another length, or with a wrong CRC', () => {
    const session = open();
    session.command(0xbd, Uint8Array.of(1));
    expect(() => session.encipheredAnswer(new Uint8Array(48), 16)).toThrow('as 32, not 48');
    expect(() => session.encipheredAnswer(new Uint8Array(32), 16)).toThrow('its CRC is wrong');
  });
});

function counting(from: number, to: number): string {
  return toHex(Uint8Array.from({ length: to - from }, (_, at) => from + at));
}
