import { describe, expect, test } from 'vitest';
import { Masker } from '../../../src/cli/bundle/masker.ts';

const desk = () =>
  new Masker(
    [
      { kind: 'name', value: "Zoë O'Neill-Müller" },
      { kind: 'name', value: 'Al' },
      { kind: 'uid', value: '04A1B2C3D4E5F6' },
      { kind: 'card-number', value: '1303689068602870' },
      { kind: 'card-number', value: '1234' },
      { kind: 'host', value: 'https://pms.hotel.example/app' },
      { kind: 'host', value: 'reception-3' },
      { kind: 'secret', value: 'pass"word&1' },
    ],
    { keepsHosts: false },
  );

describe('of a text is taken out', () => {
  test.each<[string, string, string]>([
    ['a name that the desk knows', "guest zoë o'neill-müller left", 'guest [name-1] left'],
    ['the same in JSON', JSON.stringify({ n: "Zoë O'Neill-Müller" }), '{"n":"[name-1]"}'],
    ['a uid that it knows, however it is written', 'uid=04:a1:b2:c3:d4:e5:f6', 'uid=[uid-1]'],
    ['the same as bytes', '[4,161,178,195,212,229,246]', '[[uid-1]]'],
    ['the same backwards', 'F6E5D4C3B2A104', '[uid-1]'],
    ['a uid that it does not know', 'card 04AABBCCDDEE10 came', 'card [uid-1] came'],
    ['a uid of digits alone, where it says so', '"uid":"12345678"', '"uid":"[uid-1]"'],
    ['a card number, also as a number in JSON', '{"n":1303689068602870}', '{"n":"[card-number-1]"}'],
    ['one that it does not know', '"4716254838"', '"[card-number-1]"'],
    ['a key', 'key 00112233445566778899AABBCCDDEEFF', 'key [secret]'],
    ['a secret of the desk in JSON', JSON.stringify('pass"word&1'), '"[secret]"'],
    ['the same in an address', 'https://a.example/?p=pass%22word%261', 'https://[host-1]/?p=[secret]'],
    ['a token of ours', 'seam_local_abcDEF_123-xyz', '[secret]'],
    ['a token of somebody else', 'Authorization: Bearer abc.def-123', 'Authorization: [secret] [secret]'],
    ['user and password of an address', 'http://ada:lovelace@127.0.0.1:80/', 'http://[secret]@127.0.0.1:80/'],
    ['an e-mail address', 'to ada@example.com.', 'to [address-1].'],
    ['a telephone number', 'call +49 170 1234567 now', 'call [phone-1] now'],
    ['a host', 'connect https://pms.hotel.example:8443/x', 'connect https://[host-1]:8443/x'],
    [
      'a host that it knows, alone',
      'getaddrinfo ENOTFOUND pms.hotel.example',
      'getaddrinfo ENOTFOUND [host-1]',
    ],
    ['the name of this computer', 'reception-3 kernel', '[host-1] kernel'],
  ])('%s', (_, text, masked) => {
    expect(desk().mask(text)).toBe(masked);
  });
});

test.each([
  '{"time":"2026-11-22T21:27:09.006Z","pid":32716,"bytes":26601472,"at":1795381232319}',
  '{"encoder":"cd604750-6eeb-8745-8799-3a7bc2662850","device":"usb-072f-2200-1.4"}',
  '{"audit_head":"e2f2ed2e80a09f744ed41b39e26e4e7806658af75ee188e4e2f2ed2e80a09f74"}',
  'listening http://127.0.0.1:40555 and http://localhost:3375',
  'http://[::1]:3375/ is here',
  '"password": true, "api_key": null',
  'Al is too short, and 1234 stands everywhere',
  '/usr/lib/encoderd/src/store/sqlite/copy-worker.ts:42:11',
])('this stays: %s', (text) => {
  expect(desk().mask(text)).toBe(text);
});

test('the same thing has the same number in every text, and what was taken out is counted', () => {
  const masker = desk();
  expect(masker.mask('04AABBCCDDEE10 04AABBCCDDEE11')).toBe('[uid-1] [uid-2]');
  expect(masker.mask('04aabbccddee11')).toBe('[uid-2]');
  expect(masker.counts).toEqual({ uid: 3 });
});

test('what was masked where it was written keeps its bytes, and nothing that the desk knows', () => {
  const text =
    '{"command":"00 A4 04 00","answer":"6F10840EA0000003080000100001009000","uid":"04A1B2C3D4E5F6"}';
  expect(desk().mask(text, { keepsBytes: true })).toBe(text.replace('04A1B2C3D4E5F6', '[uid-1]'));
});
