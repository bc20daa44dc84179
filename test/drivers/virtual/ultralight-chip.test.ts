import { describe, expect, test } from 'vitest';
import { UltralightChip } from '../../../drivers/virtual/ultralight-chip.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';

const UID = fromHex('04A2C3F1D25E80');
const ACK = { kind: 'ack' };
const NO = { kind: 'nak', code: 0 };
const SILENCE = { kind: 'silence' };

/** NXP NTAG213/215/216, tables 5 to 8 and 28: the configuration begins right after the dynamic lock bytes. */
const SIZES = [
  { technology: 'ntag213', last: 0x2c, lock: 0x28, config: 0x29, container: 'E1101200', size: '0F' },
  { technology: 'ntag215', last: 0x86, lock: 0x82, config: 0x83, container: 'E1103E00', size: '11' },
  { technology: 'ntag216', last: 0xe6, lock: 0xe2, config: 0xe3, container: 'E1106D00', size: '13' },
] as const;

function page(number: number): string {
  return number.toString(16).padStart(2, '0').toUpperCase();
}

/** Sends a command to a card that was just selected, and again to one that said no. */
function sender(chip: UltralightChip) {
  return (hex: string) => {
    const answer = chip.exchange(fromHex(hex));
    if (answer.kind === 'nak') chip.activate();
    return answer.kind === 'data' ? toHex(answer.bytes) : answer;
  };
}

describe.each(SIZES)('an $technology', ({ technology, last, lock, config, container, size }) => {
  const make = () => {
    const chip = new UltralightChip(technology, UID);
    return { chip, send: sender(chip) };
  };

  test('from the factory carries its number with check bytes, and its capability container', () => {
    const { chip, send } = make();
    expect(send('3000')).toBe(`04A2C3EDF1D25E80FD480000${container}`);
    expect(send('60')).toBe(`000404020100${size}03`);
    expect(chip.memory).toHaveLength((last + 1) * 4 + 4);
  });

  test('has so many pages, and reads on at page 0 past the last', () => {
    const { send } = make();
    expect(send(`30${page(last)}`)).toBe(`00000000${'04A2C3EDF1D25E80FD480000'}`);
    expect(send(`30${page(last + 1)}`)).toEqual(NO);
    expect(send(`3A${page(last)}${page(last + 1)}`)).toEqual(NO);
    expect(send(`3A${page(0)}${page(last)}`)).toHaveLength((last + 1) * 8);
    expect(send('3A0504')).toEqual(NO);
  });

  test('takes data on every user page, and never on pages 0 and 1', () => {
    const { send } = make();
    for (let number = 0; number < lock; number++) {
      if (number === 2 || number === 3) continue;
      const isUserPage = number >= 4;
      expect(send(`A2${page(number)}DEADBEEF`)).toEqual(isUserPage ? ACK : NO);
      if (isUserPage) expect(send(`3A${page(number)}${page(number)}`)).toBe('DEADBEEF');
    }
  });

  test('locks pages 3 to 15 one by one, for ever', () => {
    for (let locked = 3; locked <= 15; locked++) {
      const { send } = make();
      const bits = 1 << locked;
      expect(send(`A2020000${page(bits & 0xff)}${page(bits >> 8)}`)).toEqual(ACK);
      expect(send('A20200000000')).toEqual(ACK);
      for (let number = 3; number <= 15; number++) {
        expect(send(`A2${page(number)}00000001`)).toEqual(number === locked ? NO : ACK);
      }
    }
  });

  test('freezes lock bits with its block-lock bits', () => {
    const groups = [[3], [4, 5, 6, 7, 8, 9], [10, 11, 12, 13, 14, 15]];
    for (const [blockLock, frozen] of groups.entries()) {
      const { send } = make();
      send(`A2020000${page(1 << blockLock)}00`);
      send('A2020000F8FF');
      for (let number = 3; number <= 15; number++) {
        expect(send(`A2${page(number)}00000001`)).toEqual(frozen.includes(number) ? ACK : NO);
      }
    }
  });

  test('locks the pages from 16 on in groups', () => {
    const group = technology === 'ntag213' ? 2 : 16;
    const groups = Math.ceil((lock - 16) / group);
    for (let locked = 0; locked < groups; locked++) {
      const { send } = make();
      const bits = 1 << locked;
      expect(send(`A2${page(lock)}${page(bits & 0xff)}${page(bits >> 8)}0000`)).toEqual(ACK);
      expect(send(`A2${page(lock)}00000000`)).toEqual(ACK);
      for (let number = 16; number < lock; number++) {
        const isLocked = Math.floor((number - 16) / group) === locked;
        expect(send(`A2${page(number)}01020304`)).toEqual(isLocked ? NO : ACK);
      }
    }
  });

  test('freezes dynamic lock bits two by two, and reads BD as the last of their bytes', () => {
    const { send } = make();
    expect(send(`3A${page(lock)}${page(lock)}`)).toBe('000000BD');
    send(`A2${page(lock)}00000100`);
    send(`A2${page(lock)}0F000000`);
    expect(send(`3A${page(lock)}${page(lock)}`)).toBe('0C0001BD');
  });

  test('adds bits to its capability container and never takes any away', () => {
    const { send } = make();
    expect(send('A20300000001')).toEqual(ACK);
    expect(send('A20300000000')).toEqual(ACK);
    expect(send('3A0303')).toBe(`${container.slice(0, 6)}01`);
  });

  test('shows nobody its password', () => {
    const { send } = make();
    send(`A2${page(config + 3)}AABB0000`);
    send(`A2${page(config + 2)}01020304`);
    expect(send('1B01020304')).toBe('AABB');
    expect(send(`3A${page(config + 2)}${page(config + 3)}`)).toBe('0000000000000000');
    expect(send('1BFFFFFFFF')).toEqual(NO);
  });

  const protect = (access: string) => {
    const { chip, send } = make();
    send(`A2${page(config + 3)}AABB0000`);
    send(`A2${page(config + 2)}01020304`);
    send(`A2${page(config + 1)}${access}050000`);
    send(`A2${page(config)}04000008`);
    return { chip, send };
  };

  test('protects its pages from AUTH0 on at the next activation, not at once', () => {
    const { chip, send } = protect('00');
    expect(send('A20811111111')).toEqual(ACK);
    chip.activate();
    for (let number = 4; number < lock; number++) {
      expect(send(`A2${page(number)}22222222`)).toEqual(number < 8 ? ACK : NO);
    }
    expect(send('3A0808')).toBe('11111111');
    expect(send('1B01020304')).toBe('AABB');
    expect(send('A20822222222')).toEqual(ACK);
    chip.activate();
    expect(send('A20833333333')).toEqual(NO);
  });

  test('protects reading too with PROT, and wraps at the last page that can be read', () => {
    const { chip, send } = protect('80');
    chip.activate();
    expect(send('3008')).toEqual(NO);
    expect(send('3A0708')).toEqual(NO);
    expect(send('A20744444444')).toEqual(ACK);
    expect(send('3007')).toBe('4444444404A2C3EDF1D25E80FD480000');
    expect(send('1B01020304')).toBe('AABB');
    expect(send(`3A${page(8)}${page(last)}`)).toHaveLength((last - 7) * 8);
  });

  test('takes no password any more after AUTHLIM wrong ones, also after it was away', () => {
    const { chip, send } = protect('03');
    chip.activate();
    for (let attempt = 1; attempt <= 2; attempt++) expect(send('1B00000000')).toEqual(NO);
    expect(send('1B01020304')).toBe('AABB');
    for (let attempt = 1; attempt <= 3; attempt++) expect(send('1B00000000')).toEqual(NO);
    const again = sender(new UltralightChip(technology, UID, chip.memory));
    expect(again('1B01020304')).toEqual({ kind: 'nak', code: 4 });
  });

  test('counts wrong passwords only when AUTHLIM says so', () => {
    const { send } = make();
    for (let attempt = 1; attempt <= 20; attempt++) expect(send('1B00000000')).toEqual(NO);
    expect(send('1BFFFFFFFF')).toBe('0000');
  });

  test('locks its configuration with CFGLCK from the next activation on, but for the password', () => {
    const { chip, send } = make();
    send(`A2${page(config + 1)}40050000`);
    expect(send(`A2${page(config)}040000FF`)).toEqual(ACK);
    chip.activate();
    expect(send(`A2${page(config)}04000004`)).toEqual(NO);
    expect(send(`A2${page(config + 1)}00050000`)).toEqual(NO);
    expect(send(`A2${page(config + 2)}01020304`)).toEqual(ACK);
  });

  test('counts the first read after each activation when NFC_CNT_EN is set', () => {
    const { chip, send } = make();
    expect(send('3902')).toEqual(NO);
    send(`A2${page(config + 1)}10050000`);
    for (let time = 1; time <= 3; time++) {
      chip.activate();
      send('3004');
      send('3004');
      expect(send('3902')).toBe(`0${time}0000`);
    }
  });

  test('keeps its memory in another object, the password too', () => {
    const { chip } = protect('00');
    const again = sender(new UltralightChip(technology, UID, chip.memory));
    expect(again('1B01020304')).toBe('AABB');
    expect(() => new UltralightChip(technology, UID, chip.memory.slice(1))).toThrow('bytes');
    expect(() => new UltralightChip(technology, fromHex('04000000000000'), chip.memory)).toThrow('uid');
  });
});

test('a card that said no, or was halted, is silent until it is selected again', () => {
  const chip = new UltralightChip('ntag213', UID);
  expect(chip.exchange(fromHex('30FF'))).toEqual(NO);
  expect(chip.exchange(fromHex('60'))).toEqual(SILENCE);
  chip.activate();
  expect(chip.exchange(fromHex('5000'))).toEqual(SILENCE);
  expect(chip.exchange(fromHex('60'))).toEqual(SILENCE);
});

test('the signature has 32 bytes', () => {
  expect(new UltralightChip('ntag213', UID).exchange(fromHex('3C00'))).toMatchObject({
    bytes: new Uint8Array(32),
  });
});

test.each(['', '6000', '30', '300400', 'A204010203', 'A20401020304FF', '1B010203', '3901', '3C01', 'A0'])(
  '"%s" is refused',
  (hex) => {
    expect(new UltralightChip('ntag213', UID).exchange(fromHex(hex))).toEqual(NO);
  },
);

/** NXP MF0ULx1, section 8.5 and tables 15 and 16: MF0UL11 has no dynamic lock bits, its configuration follows the user pages. */
const EV1 = [
  {
    technology: 'mifare_ultralight_ev1_48',
    last: 0x13,
    user: 0x0f,
    lock: undefined,
    config: 0x10,
    size: '0B',
  },
  { technology: 'mifare_ultralight_ev1_128', last: 0x28, user: 0x23, lock: 0x24, config: 0x25, size: '0E' },
] as const;

describe.each(EV1)('a $technology', ({ technology, last, user, lock, config, size }) => {
  const make = () => {
    const chip = new UltralightChip(technology, UID);
    return { chip, send: sender(chip) };
  };

  test('from the factory is empty but for its number and its configuration, and page 3 is OTP', () => {
    const { send } = make();
    expect(send('60')).toBe(`000403010100${size}03`);
    expect(send('3000')).toBe('04A2C3EDF1D25E80FD48000000000000');
    expect(send(`3A04${page(user)}`)).toBe('00'.repeat((user - 3) * 4));
    expect(send(`3A${page(config)}${page(last)}`)).toBe('000000FF000500000000000000000000');
    expect(send('1BFFFFFFFF')).toBe('0000');
    send('A203E1100000');
    send('A20300001000');
    expect(send('3A0303')).toBe('E1101000');
    expect(send(`30${page(last + 1)}`)).toEqual(NO);
  });

  test('takes data on every user page, until a lock bit stands against it', () => {
    for (let locked = 4; locked <= user; locked++) {
      const { send } = make();
      const bit = locked < 16 ? locked : Math.floor((locked - 16) / 2);
      const bits = `${page((1 << bit) & 0xff)}${page((1 << bit) >> 8)}`;
      send(locked < 16 ? `A2020000${bits}` : `A2${page(lock ?? 0)}${bits}0000`);
      for (let number = 4; number <= user; number++) {
        const isLocked = locked < 16 ? number === locked : number >> 1 === locked >> 1;
        expect(send(`A2${page(number)}DEADBEEF`)).toEqual(isLocked ? NO : ACK);
      }
    }
  });

  test('asks for its password from AUTH0 on at the next activation', () => {
    const { chip, send } = make();
    send(`A2${page(config + 3)}AABB0000`);
    send(`A2${page(config + 2)}01020304`);
    send(`A2${page(config)}00000008`);
    expect(send('A20811111111')).toEqual(ACK);
    chip.activate();
    expect(send('A20822222222')).toEqual(NO);
    expect(send('A20722222222')).toEqual(ACK);
    expect(send('3A0808')).toBe('11111111');
    expect(send('1B01020304')).toBe('AABB');
    expect(send('A20822222222')).toEqual(ACK);
  });

  test('has three counters that only go up, and keep their number in another object', () => {
    const { chip, send } = make();
    expect(send('A50105000000')).toEqual(ACK);
    expect(send('A50100010000')).toEqual(ACK);
    expect(send('3901')).toBe('050100');
    expect(send('A501FFFFFF00')).toEqual({ kind: 'nak', code: 4 });
    expect(send('A50301000000')).toEqual(NO);
    expect(send('3E02')).toBe('BD');
    const again = sender(new UltralightChip(technology, UID, chip.memory));
    expect([again('3900'), again('3901'), again('3902')]).toEqual(['000000', '050100', '000000']);
  });
});
