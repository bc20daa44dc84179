import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CardLink } from '../../../../src/card/link.ts';
import { ntagProgram } from '../../../../src/card/ntag/ntag-program.ts';
import { EncoderError } from '../../../../src/encoder/errors.ts';
import type { CardTechnology } from '../../../../src/model/card.ts';
import type { CardImage } from '../../../../src/model/card-record.ts';
import { BLANK, NEW_RECORD, recordImage, UID, workOn } from './ntag-bed.ts';

const TECHNOLOGIES: readonly CardTechnology[] = [
  'ntag213',
  'ntag216',
  'mifare_ultralight',
  'mifare_ultralight_c',
  'mifare_ultralight_ev1_48',
  'mifare_ultralight_ev1_128',
];

/** Answers that may be right in form: a container and a TLV where they are looked for. */
const page = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc
    .constantFrom([0, 0, 0, 0], [0xe1, 0x10, 0x12, 0], [0x03, 0x00, 0xfe, 0], [0x03, 0x5a, 0xd4, 0x0e])
    .map((bytes) => Uint8Array.from(bytes)),
);
const pages = fc.array(page, { minLength: 60, maxLength: 60 });
const answer = fc.oneof(
  { weight: 8, arbitrary: fc.constant('in_form' as const) },
  { weight: 1, arbitrary: fc.constantFrom('refused' as const, 'unsupported' as const, 'odd' as const) },
);

/** A card that answers what it likes, and takes every write. */
function randomCard(
  memory: readonly Uint8Array[],
  answers: readonly ('in_form' | 'refused' | 'unsupported' | 'odd')[],
  isNative: boolean,
) {
  let exchanges = 0;
  const next = (first: number, count: number): Uint8Array => {
    const kind = answers[exchanges % answers.length];
    exchanges += 1;
    if (exchanges > 1_000) throw new Error('the work does not end');
    if (kind === 'refused') throw new EncoderError('card_refused', 'no');
    if (kind === 'unsupported') throw new EncoderError('card_unsupported', 'unknown');
    if (kind === 'odd') return Uint8Array.of(1, 2);
    return Uint8Array.from(
      Array.from({ length: count }, (_, at) => [...(memory[(first + at) % memory.length] ?? [])]).flat(),
    );
  };
  const link: CardLink = {
    ultralight: {
      readPages: async (first) => {
        const bytes = next(first, 4);
        if (bytes.length !== 16) throw new EncoderError('device_protocol', 'too short');
        return bytes;
      },
      writePage: async () => {
        next(0, 1);
      },
      ...(isNative && {
        transceive: async ([code, first = 0, last = 0]: Uint8Array) =>
          code === 0x3a ? next(first, last - first + 1) : next(0, 1).slice(0, 2),
      }),
    },
  };
  return link;
}

test('whatever a card answers, the work ends with a result or an error with a code', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...TECHNOLOGIES),
      pages,
      fc.array(answer, { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      async (technology, memory, answers, isNative) => {
        const card = { uid: UID, technology };
        const fresh = () => workOn(randomCard(memory, answers, isNative), card);
        const found = await ntagProgram.inspect(fresh()).catch(coded);
        const images: CardImage[] = [recordImage(NEW_RECORD), BLANK];
        if (found) images.push({ kind: 'previous', format: 'ntag', preimage: found.preimage });
        for (const image of images) await ntagProgram.write(fresh(), image, { note: () => {} }).catch(coded);
      },
    ),
    { numRuns: 300 },
  );
});

test('a pre-image of something else is refused with a code', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (preimage) => {
      const work = workOn(randomCard([Uint8Array.of(0xe1, 0x10, 0x06, 0)], ['in_form'], false), {
        uid: UID,
        technology: 'mifare_ultralight',
      });
      await ntagProgram
        .write(work, { kind: 'previous', format: 'ntag', preimage }, { note: () => {} })
        .catch(coded);
    }),
  );
});

function coded(error: unknown): undefined {
  expect(error).toBeInstanceOf(EncoderError);
}
