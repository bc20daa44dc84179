import { describe, expect, test } from 'vitest';
import { desfireProgram } from '../../../../src/card/desfire/desfire-program.ts';
import { toHex } from '../../../../src/card/hex.ts';
import type { CardLink } from '../../../../src/card/link.ts';
import { EncoderError } from '../../../../src/encoder/errors.ts';
import type { CardImage } from '../../../../src/model/card-record.ts';
import { BLANK, NEXT_RECORD, RECORD, recordImage, TrialCard, work } from './desfire-card-trial.ts';

const MUTATIONS: readonly (readonly [name: string, mutate: (answer: Uint8Array) => Uint8Array])[] = [
  ['one bit flipped at the beginning', (answer) => answer.with(0, (answer[0] ?? 0) ^ 0x01)],
  ['one bit flipped before the status', (answer) => answer.with(-3 + (answer.length < 3 ? 1 : 0), 0x55)],
  ['nothing but its status', (answer) => answer.slice(-2)],
  ['a byte short', (answer) => answer.slice(answer.length > 2 ? 1 : 0)],
  ['a byte too long', (answer) => Uint8Array.of(0x00, ...answer)],
  ['one byte', () => Uint8Array.of(0x91)],
  ['no answer', () => new Uint8Array(0)],
  ['no DESFire status', () => Uint8Array.of(0x6e, 0x00)],
  ['more frames than there are', (answer) => answer.with(-1, 0xaf)],
  ['done, where more is to come', (answer) => answer.with(-1, 0x00)],
  ...[0x0e, 0x1c, 0xa0, 0xae, 0x77].map(
    (status) => [`status ${status.toString(16)}`, () => Uint8Array.of(0x91, status)] as const,
  ),
];

/** A card whose answer to one exchange is another one. */
function tampered(trial: TrialCard, exchange: number, mutate: (answer: Uint8Array) => Uint8Array): CardLink {
  let exchanges = 0;
  return {
    isoDep: {
      exchange: async (command) => {
        const answer = await (trial.link.isoDep ?? unreachable()).exchange(command);
        exchanges += 1;
        return exchanges === exchange ? mutate(answer) : answer;
      },
    },
  };
}

describe.each(['ev1', 'ev3'] as const)('an %s card with one wrong answer', (generation) => {
  test.each([
    ['a first record', undefined, recordImage(RECORD)],
    ['a later record', RECORD, recordImage(NEXT_RECORD)],
    ['being erased', RECORD, BLANK],
  ] as const)(
    'never makes a success of %s that is not there, and ends with an encoder error',
    async (_, before, image) => {
      const prepared = new TrialCard({ generation });
      if (before) await prepared.write(recordImage(before));
      const { memory } = prepared.chip;
      const clean = new TrialCard({ memory });
      const length = await clean.count(() => clean.write(image));
      const finished = new Set<string>();
      let tries = 0;
      for (let exchange = 1; exchange <= length; exchange += 1) {
        for (const [name, mutate] of MUTATIONS) {
          tries += 1;
          const left = await tryWrite(memory, image, exchange, mutate, `exchange ${exchange}: ${name}`);
          // Most leave one of the same few cards behind.
          if (finished.has(toHex(left))) continue;
          finished.add(toHex(left));
          const again = new TrialCard({ memory: left });
          await again.write(image);
          expectHolds(await again.inspect(), image, name);
        }
      }
      expect(tries).toBe(length * MUTATIONS.length);
    },
  );

  test('is inspected with an encoder error or a content that is not invented', async () => {
    const prepared = new TrialCard({ generation });
    await prepared.write(recordImage(RECORD));
    const { memory } = prepared.chip;
    for (let exchange = 1; exchange <= 16; exchange += 1) {
      for (const [name, mutate] of MUTATIONS) {
        const trial = new TrialCard({ memory });
        try {
          const { content } = await desfireProgram.inspect(
            work(tampered(trial, exchange, mutate), trial.card),
          );
          if (content.kind !== 'record') continue;
          expect(content.record, name).toEqual(RECORD);
          expect(content.standing, name).toBe('authentic');
        } catch (error) {
          expect(error, `exchange ${exchange}: ${name}`).toBeInstanceOf(EncoderError);
        }
      }
    }
  });
});

test.each(['ev1', 'ev3'] as const)(
  'an %s card that says "done" and did nothing is noticed',
  async (generation) => {
    const own = { piccMasterKey: 'own' } as const;
    const changing = new Set([0xca, 0xcb, 0x3d, 0xc7, 0xc4]);
    let isLast = false;
    for (let skipped = 1; !isLast; skipped += 1) {
      const trial = new TrialCard({ generation });
      let changes = 0;
      const exchange = async (command: Uint8Array) => {
        if (changing.has(command[1] ?? 0) && ++changes === skipped) return Uint8Array.of(0x91, 0x00);
        return (trial.link.isoDep ?? unreachable()).exchange(command);
      };
      const site = work({ isoDep: { exchange } }, trial.card, own);
      const written = desfireProgram.write(site, recordImage(RECORD), { note: () => {} });
      const error: unknown = await written.catch((reason: unknown) => reason);
      isLast = changes < skipped;
      if (isLast) expect(error).toBeUndefined();
      else expect(error, `change ${skipped}`).toBeInstanceOf(EncoderError);
    }
  },
);

test('an answer that goes on for ever is cut off', async () => {
  const trial = new TrialCard();
  const link = { isoDep: { exchange: async () => Uint8Array.of(0x01, 0x91, 0xaf) } };
  await expect(desfireProgram.inspect(work(link, trial.card))).rejects.toThrow(
    'does not end after 32 frames',
  );
});

test('a card that knows none of the commands is told from one that can be written', async () => {
  const { card } = new TrialCard();
  const asked: number[] = [];
  const exchange = async ([, ins = 0]: Uint8Array) => {
    asked.push(ins);
    return Uint8Array.of(0x91, 0x1c);
  };
  const trial = work({ isoDep: { exchange } }, card);
  const { content, capacityBytes } = await desfireProgram.inspect(trial);
  expect(content).toEqual({ kind: 'locked', description: expect.stringContaining('911C') });
  expect(capacityBytes).toBe(0);
  const notes: unknown[] = [];
  const journal = { note: (progress: unknown) => notes.push(progress) };
  await expect(desfireProgram.write(trial, recordImage(RECORD), journal)).rejects.toMatchObject({
    code: 'card_unsupported',
  });
  expect(notes).toEqual([]);
  expect(asked).toEqual([0x5a, 0x5a]);
});

test('a reader that passes no APDUs on is told so', async () => {
  const { card } = new TrialCard();
  await expect(desfireProgram.inspect(work({}, card))).rejects.toMatchObject({ code: 'card_unsupported' });
});

/** The write fails with an encoder error, or the card holds what was asked. The memory that is left. */
async function tryWrite(
  memory: Uint8Array,
  image: CardImage,
  exchange: number,
  mutate: (answer: Uint8Array) => Uint8Array,
  name: string,
): Promise<Uint8Array> {
  const trial = new TrialCard({ memory });
  try {
    await desfireProgram.write(work(tampered(trial, exchange, mutate), trial.card), image, {
      note: () => {},
    });
    expectHolds(await new TrialCard({ memory: trial.chip.memory }).inspect(), image, name);
  } catch (error) {
    expect(error, name).toBeInstanceOf(EncoderError);
  }
  return trial.chip.memory;
}

function expectHolds(
  { content }: Awaited<ReturnType<TrialCard['inspect']>>,
  image: CardImage,
  name: string,
): void {
  const expected =
    image.kind === 'record'
      ? { kind: 'record', record: image.record, standing: 'authentic' }
      : { kind: 'blank' };
  expect(content, name).toEqual(expected);
}

function unreachable(): never {
  throw new Error('a trial card speaks ISO-DEP');
}
