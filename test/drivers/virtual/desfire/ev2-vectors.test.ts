import { expect, test } from 'vitest';
import { Ev2Messaging } from '../../../../drivers/virtual/desfire/ev2-messaging.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { ask, chipDrawing, expectSession } from './desfire-bench.ts';

/** An application of AES keys, all zeros, that is selected. */
const SELECTED = [
  ['90CA000005 563412 0F 81 00', '9100'],
  ['905A000003 563412 00', '9100'],
] as const;

test('AuthenticateEV2First gives the frames of AN12196, section 6.6', () => {
  const chip = chipDrawing(['B9E2FC789B64BF237CCCAA20EC7E6E48', '9D00C4DF']);
  expectSession(
    chip,
    ...SELECTED,
    ['9071000002 00 00 00', 'A04C124213C186F22399D33AC2A30215 91AF'],
    [
      '90AF000020 35C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D 00',
      '3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663 9100',
    ],
  );
});

test('a token for another number of the card is refused', () => {
  const chip = chipDrawing(['00E2FC789B64BF237CCCAA20EC7E6E48', '9D00C4DF']);
  for (const [command] of SELECTED) ask(chip, command);
  ask(chip, '9071000002 00 00 00');
  const token = '35C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D';
  expect(ask(chip, `90AF000020 ${token} 00`)).toBe('91AE');
});

test('MACs of a command and of its answer are those of AN12343, page 54', () => {
  const maccing = fromHex('9366FA195EB566F5BD2BAD4020B83002');
  const keys = { enciphering: new Uint8Array(16), maccing };
  const messaging = new Ev2Messaging(0, keys, { identifier: fromHex('E2D3AF69'), commands: 0 });
  const clear = `00000000190000${'22'.repeat(25)}`;
  const command = { code: 0x8d, security: 'mac', headerBytes: 7, dataBytes: 25 } as const;
  expect(toHex(messaging.open({ ...command, payload: fromHex(`${clear}68F2C28C575A1628`) }))).toBe(clear);
  const answer = messaging.seal({ data: new Uint8Array(0), security: 'ordinary' });
  expect(toHex(answer)).toBe('0820F68898C2A7F1');
});

/** Like the card of AN12196: five AES keys, all zeros, a file 1 for everybody and a file 3 that key 3 writes, enciphered. */
const PERSONALISED = [
  ['90CA000005 563412 0F 85 00', '9100'],
  ['905A000003 563412 00', '9100'],
  ['90CD000007 01 00 EEE0 000100 00', '9100'],
  ['90CD000007 03 03 3023 800000 00', '9100'],
] as const;

test('a session of AN12196 (rev. 2.0, sections 5.10 to 5.16) passes, byte for byte', () => {
  const chip = chipDrawing([
    '91517975190DCEA6104948EFA3085C1B',
    '7614281A',
    '6924E8D09722659A2E7DEC68E66312B8',
  ]);
  expectSession(
    chip,
    ...PERSONALISED,
    ['9071000002 03 00 00', 'B875CEB0E66A6C5CD00898DC371F92D1 91AF'],
    [
      '90AF000020 FF0306E47DFBC50087C4D8A78E88E62DE1E8BE457AA477C707E2F0874916A8B1 00',
      '0CC9A8094A8EEA683ECAAC5C7BF20584206D0608D477110FC6B3D5D3F65C3A6A 9100',
    ],
    // Table 21: WriteData, enciphered.
    [
      '908D00001F 03 000000 0A0000 6B5E6804909962FC4E3FF5522CF0F8436C0C53315B9C73AA 00',
      'C26D236E4A7C046D 9100',
    ],
    // A file for everybody is written without protection, and counts all the same.
    ['908D000019 01 0E0000 120000 FF0506E10500808283000000000000000000 00', '9100'],
    ['9077000001 00 00', 'A6A2B3C572D06C097BB8DB70463E22DC 91AF'],
    [
      '90AF000020 BE7D45753F2CAB85F34BC60CE58B940763FE969658A532DF6D95EA2773F6E991 00',
      'B888349C24B315EAB5B589E279C8263E 9100',
    ],
    // Tables 25 and 26: ChangeKey of another key, and of the one that is authenticated.
    [
      '90C4000029 02 2CF362B7BF4311FF3BE1DAA295E8C68DE09050560D19B9E16C2393AE9CD1FAC7 5D0CE20BCD1D06E6 00',
      '203BB55D1089D587 9100',
    ],
    [
      '90C4000029 00 C0EB4DEEFEDDF0B513A03A95A75491818580503190D4D05053FF75668A01D6FD A6610234BDED6432 00',
      '9100',
    ],
    // The session is over; both keys have the new version, the others the old one.
    ['9064000001 00 00', '01 9100'],
    ['9064000001 02 00', '01 9100'],
    ['9064000001 03 00', '00 9100'],
  );
});
