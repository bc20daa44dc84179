import { describe, expect, test } from 'vitest';
import { makePcproxBench, type PcproxBench } from '../../benches/pcprox/pcprox-encoder-bench.ts';
import { printedCard } from '../../benches/pcprox/wiegand-card.ts';
import { arrivalsOf, codeOf, Desk, fires, patience, rejectionOf } from '../../contracts/encoder-desk.ts';
import { PROMISE_OF_TIME } from '../../promise-of-time.ts';

const CARD = printedCard('h10301', 17n, 1234n);
const CARD_UID = '0019F572';
const MISREAD = `1${CARD.slice(1)}`;

async function atDesk(use: (desk: Desk<PcproxBench>) => Promise<void>, options: unknown = {}): Promise<void> {
  const desk = await Desk.set(() => makePcproxBench(options));
  try {
    await use(desk);
    expect(desk.bench.device.typed).toEqual([]);
    expect(desk.bench.device.eepromWrites).toBe(0);
  } finally {
    await desk.clear();
  }
}

describe('a card', () => {
  test(
    'that is taken away is removed within 1.2 s, though the reader holds its number for a while',
    PROMISE_OF_TIME,
    () =>
      atDesk(async ({ bench: { device }, encoder }) => {
        device.hold(CARD);
        const card = await encoder.awaitCard(patience());
        const removed = fires(card.removed, '`removed`');
        const since = performance.now();
        device.release();
        expect(codeOf(await removed)).toBe('card_removed');
        expect(performance.now() - since).toBeLessThan(1_200);
      }),
  );
  test('that lies there stays the same, though the reader overlooks it for a while from the factory', () =>
    atDesk(async ({ bench: { device, port }, encoder }) => {
      const face = { ...port.face };
      let looks = 0;
      port.face = {
        ...face,
        onFeatureReport: (report) => {
          if (report[1] === 0x8f) looks += 1;
          return face.onFeatureReport?.(report);
        },
      };
      device.hold(CARD);
      const card = await encoder.awaitCard(patience());
      await expect.poll(() => looks).toBeGreaterThan(12);
      expect(card.removed.aborted).toBe(false);
      expect(await encoder.awaitCard(patience())).toBe(card);
    }));
  test('that only taps the reader between two looks is seen', () =>
    atDesk(async ({ bench: { device }, encoder }) => {
      const next = encoder.awaitCard(patience());
      device.hold(CARD);
      device.release();
      expect((await next).card.uid).toBe(CARD_UID);
    }));
  test('is read by the format and the kind of number that the configuration says', () =>
    atDesk(
      async ({ bench: { device }, encoder }) => {
        device.hold(printedCard('h10304', 17n, 1234n));
        expect((await encoder.awaitCard(patience())).card.uid).toBe('000004D2');
      },
      { formats: ['h10304'], card_number: 'number' },
    ));
  test('whose length no format has is named in the log by its length alone', () =>
    atDesk(async ({ bench: { device, logged }, encoder }) => {
      device.hold('10100001101100101100001111010100');
      expect((await encoder.awaitCard(patience())).card.uid).toBe('A1B2C3D4');
      const line = logged.find((each) => each.includes('as one number'));
      expect(line).toContain('{"bits":32}');
      expect(logged.join('\n')).not.toMatch(/a1b2c3d4|2712847316/i);
    }));
  test('whose bits and count were got of two cards is neither of them', () =>
    atDesk(async ({ bench: { device, port }, encoder }) => {
      const other = printedCard('h10302', 0n, 4711n);
      const face = { ...port.face };
      let swaps = 0;
      port.face = {
        ...face,
        onFeatureReport: (report) => {
          // The count is one of a card that has come since the data were asked for.
          if (report[1] === 0x8e && swaps++ < 3) {
            device.hold(swaps % 2 === 1 ? other : CARD);
            device.setFeature(Uint8Array.of(0x8f, 0, 0, 0, 0, 0, 0, 0));
          }
          return face.onFeatureReport?.(report);
        },
      };
      device.hold(CARD);
      const { card } = await encoder.awaitCard(patience());
      expect(card.uid).toBe('00001267');
      expect(swaps).toBeGreaterThan(3);
    }));
});

describe('a card that cannot be used', () => {
  test('because its parity is wrong is refused with what to do, and without its number', () =>
    atDesk(async ({ bench: { device, logged }, encoder }) => {
      device.hold(MISREAD);
      const error = await rejectionOf(encoder.awaitCard(patience()));
      expect(codeOf(error)).toBe('card_unsupported');
      expect(String(error)).toMatch(/26 bits.*h10301 \(parity bit 0\).*custom_formats/);
      expect(`${error}${logged.join('\n')}`).not.toMatch(/1234|19f572/i);
    }));
  test('because it is longer than a report is refused', () =>
    atDesk(async ({ bench: { device }, encoder }) => {
      device.hold('1'.repeat(80));
      const error = await rejectionOf(encoder.awaitCard(patience()));
      expect([codeOf(error), String(error)]).toEqual(['card_unsupported', expect.stringMatching(/80 bits/)]);
    }));
  test('because it is longer than a report removes the one before', () =>
    atDesk(async ({ bench: { device }, encoder }) => {
      device.hold(CARD);
      const card = await encoder.awaitCard(patience());
      device.hold('1'.repeat(80));
      expect(codeOf(await fires(card.removed, '`removed`'))).toBe('card_removed');
    }));
  test('is told to whoever waits later, too', () =>
    atDesk(async ({ bench: { device }, encoder }) => {
      device.hold(MISREAD);
      await rejectionOf(encoder.awaitCard(patience()));
      expect(codeOf(await rejectionOf(encoder.awaitCard(patience())))).toBe('card_unsupported');
    }));
  test('makes way for the next one, and removes the one before', () =>
    atDesk(async ({ bench: { device }, encoder }) => {
      device.hold(CARD);
      const card = await encoder.awaitCard(patience());
      device.hold(MISREAD);
      expect(codeOf(await fires(card.removed, '`removed`'))).toBe('card_removed');
      device.hold(CARD);
      const next = await encoder.awaitCard(patience()).catch(() => encoder.awaitCard(patience()));
      expect(next.card.uid).toBe(CARD_UID);
      expect(next).not.toBe(card);
    }));
});

describe('a cue', () => {
  test('is green for success and red for failure, and then the reader has its lights again', () =>
    atDesk(async ({ bench: { device }, encoder }) => {
      const pages = device.pages;
      encoder.cue?.('success');
      await expect.poll(() => device.lights).toEqual({ red: false, green: true });
      encoder.cue?.('failure');
      await expect.poll(() => device.lights).toEqual({ red: true, green: false });
      await expect.poll(() => device.lights).toBe('its own');
      expect(device.pages).toEqual(pages);
    }));
  test('that is shown while the encoder is closed ends at once', () =>
    atDesk(async ({ bench: { device }, encoder }) => {
      encoder.cue?.('success');
      await expect.poll(() => device.lights).toEqual({ red: false, green: true });
      await encoder[Symbol.asyncDispose]();
      expect(device.lights).toBe('its own');
      expect(() => encoder.cue?.('failure')).not.toThrow();
    }));
});

describe('a reader that answers nonsense', () => {
  test('once is asked again', () =>
    atDesk(async ({ bench: { device, port }, encoder }) => {
      const face = { ...port.face };
      let spoilt = 0;
      port.face = {
        ...face,
        featureReport: async (id, length) => {
          const answer = (await face.featureReport?.(id, length)) ?? new Uint8Array(0);
          if (answer[1] !== 26 || spoilt++ > 0) return answer;
          return Uint8Array.of(0, 26, 25, 0, 0, 0, 0, 0, 0);
        },
      };
      device.hold(CARD);
      expect((await encoder.awaitCard(patience())).card.uid).toBe(CARD_UID);
      expect(spoilt).toBeGreaterThan(1);
    }));
  test('now and then is not given up', () =>
    atDesk(async ({ bench: { port }, encoder }) => {
      const face = { ...port.face };
      let looks = 0;
      let wrong = 0;
      port.face = {
        ...face,
        onFeatureReport: (report) => {
          if (report[1] === 0x8f) looks += 1;
          return face.onFeatureReport?.(report);
        },
        featureReport: async (id, length) => {
          const answer = await face.featureReport?.(id, length);
          if (looks % 2 === 0) return answer ?? new Uint8Array(0);
          wrong += 1;
          return Uint8Array.of(0, 26, 25, 0, 0, 0, 0, 0, 0);
        },
      };
      await expect.poll(() => wrong).toBeGreaterThan(2 * 7);
      expect(encoder.gone.aborted).toBe(false);
    }));
  test('again and again is given up, and taken again when it makes sense', () =>
    atDesk(async (desk) => {
      const { bench, encoder, news, device } = desk;
      const face = { ...bench.port.face };
      bench.port.face = { ...face, featureReport: () => Uint8Array.of(0, 26, 25, 0, 0, 0, 0, 0, 0) };
      const waiting = rejectionOf(encoder.awaitCard(patience()));
      expect(codeOf(await fires(encoder.gone, '`gone`'))).toBe('device_lost');
      expect(codeOf(await waiting)).toBe('device_lost');
      bench.port.face = face;
      await news.until('its second arrival', (seen) => arrivalsOf(device.id, seen)[1]);
      await desk.encoder[Symbol.asyncDispose]();
      await desk.reopen();
      bench.device.hold(CARD);
      expect((await desk.nextCard()).card.uid).toBe(CARD_UID);
    }));
});
