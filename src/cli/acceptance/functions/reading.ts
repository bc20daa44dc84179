import { inspectedCard, scannedCard } from '../../card-block.ts';
import { CommandError } from '../../terminal.ts';
import type { Bench } from '../bench.ts';
import { type DeskFunction, NotApplicable, passed } from '../function.ts';

/** How often a hand puts the card there; a person does not time anything, and does it twice. */
const ROUNDS = { simulated: 5, person: 2 } as const;
const READS = 20;
/** How long cards are read as fast as it goes. */
const THROUGHPUT_MS = 2_000;

/** An encoder through which cards are swiped has none that lies there. */
export const isSwiped = ({ encoder }: Bench, technologies: readonly string[]): boolean =>
  encoder.driver === 'msr605' ||
  (technologies.length > 0 && technologies.every((one) => one === 'magnetic_stripe'));

/** Presence, with an encoder whose cards are swiped or lie there. */
export function presenceFunction(technologies: readonly string[]): DeskFunction {
  return {
    id: 'presence',
    title: 'A card is seen when it comes, and when it leaves',
    async run(bench) {
      if (isSwiped(bench, technologies)) {
        throw new NotApplicable('Cards are swiped here: none lies there that could be taken away.');
      }
      const { hand } = bench;
      const came: number[] = [];
      const left: number[] = [];
      const uids = new Set<string>();
      for (let round = 0; round < ROUNDS[hand.kind]; round++) {
        const { uid, tookMs } = await bench.put(
          round === 0
            ? 'Put the test card on the encoder. If a card lies there already, take it away and put it back.'
            : 'Put the same card back.',
        );
        came.push(tookMs);
        uids.add(uid);
        left.push(await bench.take('Take the card away.'));
      }
      if (uids.size > 1) {
        throw new CommandError(
          `The card had ${uids.size} numbers: its number changes, or it was not the same card.`,
        );
      }
      const samples = hand.kind === 'simulated' ? [...came, ...left] : [];
      const times = `${ROUNDS[hand.kind]} times`;
      return passed(`The same card came and left ${times}.`, 'hand to news', samples);
    },
  };
}

const readUid: DeskFunction = {
  id: 'read_uid',
  title: 'The number is read',
  async run(bench) {
    await bench.put('Put the test card on the encoder, and leave it there.');
    const samples: number[] = [];
    const numbers = new Set<string | null>();
    for (let done = 0; done < READS; done++) {
      const { result, tookMs } = await bench.attempt({ path: '/acs/encoders/scan_credential' });
      numbers.add(scannedCard.parse(result).acs_credential_on_encoder.card_number);
      samples.push(tookMs);
    }
    if (numbers.size !== 1) throw new CommandError(`${READS} reads gave ${numbers.size} different numbers.`);
    const [number] = numbers;
    const what = number === null ? 'no number' : `the number ${number}`;
    return passed(`${READS} reads gave ${what}.`, 'request to number', samples);
  },
};

const inspect: DeskFunction = {
  id: 'inspect',
  title: 'The card is inspected',
  async run(bench) {
    const { result, tookMs } = await bench.attempt({ path: '/v1/encoders/inspect_card' });
    const found = inspectedCard.parse(result);
    bench.found = found;
    const format = found.format === null ? 'no format of this site fits' : `format ${found.format}`;
    const room = found.capacity_bytes > 0 ? `, ${found.capacity_bytes} bytes for a credential` : '';
    return passed(
      `${found.card.technology}, ${format}, ${onCard(found.record_standing)}${room}.`,
      'request to findings',
      [tookMs],
    );
  },
};

const throughput: DeskFunction = {
  id: 'throughput',
  title: 'Throughput of reading',
  async run(bench) {
    const samples: number[] = [];
    const began = performance.now();
    while (performance.now() - began < THROUGHPUT_MS) {
      samples.push((await bench.attempt({ path: '/acs/encoders/scan_credential' })).tookMs);
    }
    const seconds = (performance.now() - began) / 1_000;
    const rate = Math.round((samples.length / seconds) * 60);
    return passed(
      `${samples.length} reads in ${seconds.toFixed(1)} s: ${rate} a minute.`,
      'request to number',
      samples,
    );
  },
};

/** What lies on a card, in few words. */
export function onCard(standing: string): string {
  switch (standing) {
    case 'none':
      return 'blank';
    case 'authentic':
      return 'carries a credential of this site';
    case 'other_site':
      return 'carries a credential of another site';
    case 'incomplete':
      return 'carries a write that did not end';
    default:
      return standing;
  }
}

/** What needs a card, and changes nothing. A card that is swiped is swiped once for each. */
export function readingFunctions(bench: Bench, technologies: readonly string[]): readonly DeskFunction[] {
  const presence = presenceFunction(technologies);
  return isSwiped(bench, technologies) ? [presence, inspect] : [presence, readUid, throughput, inspect];
}
