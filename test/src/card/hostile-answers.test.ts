import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualCard } from '../../../drivers/virtual/virtual-card.ts';
import { inspectCard, writeCard } from '../../../src/card/card-work.ts';
import type { CardSite } from '../../../src/card/program.ts';
import type { Transmit } from '../../../src/card/pseudo-apdu.ts';
import { ACR122_PROFILE, STANDARD_PROFILE, storageCardLink } from '../../../src/card/storage-card.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import type { Card, CardTechnology } from '../../../src/model/card.ts';
import { type FormatSettings, formatFor } from '../../../src/model/card-format.ts';
import type { CardContents, CardImage, CardRecord } from '../../../src/model/card-record.ts';
import { siteKeyVersion } from './site-key-version.ts';

const FORMATS: readonly FormatSettings[] = [
  { format: 'ntag', isPasswordProtected: true },
  { format: 'mifare_classic', sectors: [1, 2, 3], hasDirectory: true },
  { format: 'mifare_desfire', applicationId: 0xf48ed0, piccMasterKey: 'leave' },
];

const SITE: CardSite = {
  siteId: '6b7f2a10-3c4d-4e5f-8a9b-0c1d2e3f4a5b',
  formats: FORMATS,
  keys: [siteKeyVersion(2), siteKeyVersion(1)],
};

const recordFor = (issueCounter: number): CardRecord => ({
  siteId: SITE.siteId,
  credentialId: '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f',
  issueCounter,
  startsAt: 1_795_000_000_000,
  endsAt: 1_795_600_000_000,
  entrances: [1, 7, 300],
  replacesLostCard: false,
});

/** A card that works takes a hundred exchanges or so; whoever asks so often will not stop. */
const MOST_EXCHANGES = 2_000;

const CARDS: readonly (readonly [CardTechnology, string])[] = [
  ['ntag213', '04A2C3F1D25E80'],
  ['mifare_ultralight_ev1_128', '04B2C3F1D25E80'],
  ['mifare_classic_1k', 'A1B2C3D4'],
  ['mifare_desfire', '04782E21801D80'],
];

/** What is done to one answer; `at` and `bytes` say where and with what. */
interface Mutation {
  readonly kind: 'flip' | 'cut' | 'lengthen' | 'status' | 'replay' | 'replace' | 'empty';
  readonly at: number;
  readonly bytes: Uint8Array;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'lengthen', 'status', 'replay', 'replace', 'empty'),
  at: fc.nat(255),
  bytes: fc.uint8Array({ minLength: 2, maxLength: 20 }),
});

/** Which exchanges are changed, counted from 1, and how. */
const mutations = fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), mutation), {
  minLength: 1,
  maxLength: 4,
});

function mutated(answer: Uint8Array, before: Uint8Array, { kind, at, bytes }: Mutation): Uint8Array {
  const place = at % Math.max(1, answer.length);
  switch (kind) {
    case 'flip':
      return answer.map((byte, index) => (index === place ? byte ^ (1 << (at & 7)) : byte));
    case 'cut':
      return answer.slice(0, place);
    case 'lengthen':
      return Uint8Array.of(...bytes, ...answer);
    case 'status':
      return Uint8Array.of(...answer.slice(0, -2), ...bytes.slice(0, 2));
    case 'replay':
      return before;
    case 'replace':
      return bytes;
    case 'empty':
      return new Uint8Array(0);
  }
}

/** Between a program and its card; throws a plain Error when it is asked without an end. */
function hostile(transmit: Transmit, planned: readonly (readonly [number, Mutation])[]): Transmit {
  let exchange = 0;
  let before: Uint8Array = Uint8Array.of(0x90, 0x00);
  return async (apdu) => {
    exchange += 1;
    if (exchange > MOST_EXCHANGES) throw new Error(`more than ${MOST_EXCHANGES} exchanges`);
    const honest = await transmit(apdu);
    const found = planned.find(([at]) => at === exchange);
    const answer = found === undefined ? honest : mutated(honest, before, found[1]);
    before = answer;
    return answer;
  };
}

/** A real answer, or an EncoderError; anything else is thrown on. */
async function outcomeOf<T>(work: Promise<T>): Promise<{ readonly value: T } | EncoderError> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof EncoderError) return error;
    throw error;
  }
}

class Trial {
  readonly card: Card;
  memory: Uint8Array;

  constructor(technology: CardTechnology, uid: string) {
    this.card = { technology, uid };
    this.memory = new VirtualCard({ technology, uid }).memory;
  }

  image(issueCounter: number): CardImage {
    const format = formatFor(this.card.technology, FORMATS)?.format ?? 'uid_only';
    return { kind: 'record', format, record: recordFor(issueCounter) };
  }

  async inspect(planned: readonly (readonly [number, Mutation])[] = []): Promise<CardContents> {
    return this.#with(planned, (link) => inspectCard(link, this.card, SITE));
  }

  async write(image: CardImage, planned: readonly (readonly [number, Mutation])[] = []): Promise<void> {
    await this.#with(planned, (link) => writeCard(link, this.card, SITE, image, { note: () => {} }));
  }

  async #with<T>(
    planned: readonly (readonly [number, Mutation])[],
    work: (link: ReturnType<typeof storageCardLink>) => Promise<T>,
  ): Promise<T> {
    const chip = new VirtualCard({ ...this.card, memory: this.memory });
    const transmit = hostile((apdu) => chip.transmit(apdu), planned);
    try {
      return await work(storageCardLink(transmit, this.card.technology, ACR122_PROFILE));
    } finally {
      this.memory = chip.memory;
    }
  }
}

describe.each(CARDS)('a %s that answers what it should not', (technology, uid) => {
  test('is never inspected without an end or a crash, whatever it says', async () => {
    const answers = fc.array(fc.uint8Array({ maxLength: 70 }), { minLength: 1, maxLength: 60 });
    const profile = fc.constantFrom(ACR122_PROFILE, STANDARD_PROFILE);
    await fc.assert(
      fc.asyncProperty(answers, profile, fc.boolean(), async (said, reader, endsWell) => {
        let exchange = 0;
        const transmit: Transmit = async () => {
          exchange += 1;
          if (exchange > MOST_EXCHANGES) throw new Error(`more than ${MOST_EXCHANGES} exchanges`);
          const answer = said[exchange % said.length] ?? new Uint8Array(0);
          return endsWell ? Uint8Array.of(...answer, 0x90, 0x00) : answer;
        };
        const link = storageCardLink(transmit, technology, reader);
        const card = { technology, uid };
        await outcomeOf(inspectCard(link, card, SITE));
        await outcomeOf(writeCard(link, card, SITE, new Trial(technology, uid).image(1), { note: () => {} }));
      }),
      { numRuns: 150 },
    );
  });

  test('is never said to hold what it does not hold, and can be written afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, mutations, fc.boolean(), async (first, second, hasOlder) => {
        const trial = new Trial(technology, uid);
        if (hasOlder) await trial.write(trial.image(1));
        const outcome = await outcomeOf(trial.write(trial.image(2), first));
        if (!(outcome instanceof EncoderError)) {
          expect((await trial.inspect()).content).toEqual({
            kind: 'record',
            standing: 'authentic',
            record: recordFor(2),
          });
        }
        await outcomeOf(trial.inspect(second));
        const honest = await outcomeOf(trial.inspect());
        if (honest instanceof EncoderError) throw honest;
        if (honest.value.content.kind === 'locked') throw new Error(honest.value.content.description);
        await trial.write(trial.image(3));
        expect((await trial.inspect()).content).toMatchObject({
          standing: 'authentic',
          record: recordFor(3),
        });
      }),
      { numRuns: 250 },
    );
  });
});
