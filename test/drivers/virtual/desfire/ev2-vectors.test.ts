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
