import { writeFileSync } from 'node:fs';
import { hostname, release, type } from 'node:os';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { formatsOf } from '../config.ts';
import { Bench } from './acceptance/bench.ts';
import { Feed } from './acceptance/feed.ts';
import type { DeskFunction } from './acceptance/function.ts';
import { assigningFunctions } from './acceptance/functions/assigning.ts';
import { formatsFunction } from './acceptance/functions/formats.ts';
import { interfaceFunctions } from './acceptance/functions/interfaces.ts';
import { onCard, readingFunctions } from './acceptance/functions/reading.ts';
import { writingFunctions } from './acceptance/functions/writing.ts';
import { personHand, simulatedHand } from './acceptance/hand.ts';
import { Interrupted, Interruption } from './acceptance/interruption.ts';
import { MadeThings } from './acceptance/made-things.ts';
import { acceptancePage } from './acceptance/page.ts';
import { type AcceptanceReport, type TriedFunction, tally } from './acceptance/report.ts';
import { tidyUp, tryFunction } from './acceptance/run.ts';
import { DaemonClient, type DaemonWords } from './daemon-client.ts';
import { chosenEncoder } from './encoders.ts';
import { configOf, stateDir } from './state.ts';
import { asOwnerOf, fillNewFile } from './state-owner.ts';
import { CommandError, counted, EXIT, type Terminal } from './terminal.ts';
import { inWords } from './timings.ts';
import { wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGE =
  'acceptance [ENCODER] [--html FILE] [--output FILE] [--card-destroyed-ok] [--yes] [--simulate] [--technology KIND]';

const MARKS: Readonly<Record<TriedFunction['result'], string>> = {
  pass: 'pass',
  fail: 'FAIL',
  not_applicable: 'n/a ',
};

/** The card that is made of code, unless another kind is named. */
const USUAL_TECHNOLOGY = 'ntag215';

/** Tries every function of the desk with a test card, and writes a report of it. */
export const acceptanceCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { values, positionals } = readWords(words, {
      html: { type: 'string' },
      output: { type: 'string' },
      'card-destroyed-ok': { type: 'boolean' },
      yes: { type: 'boolean' },
      simulate: { type: 'boolean' },
      technology: { type: 'string' },
    });
    if (positionals.length > 1) throw wrongUseOf([USAGE]);
    using interruption = new Interruption();
    // Before a person has spent ten minutes for them.
    const test = () =>
      withFile(values.html, async (html) => {
        const report = await withFile(values.output, async (output) => {
          const found = await asOwnerOf(stateDir(values), () =>
            accept(positionals[0], values, terminal, interruption),
          );
          // First: a disk that is full takes no file, and the test is not lost.
          terminal.result(found, ['', verdictLine(found)]);
          if (output !== null) writeFileSync(output, `${JSON.stringify(found, null, 2)}\n`);
          return found;
        });
        if (html !== null) writeFileSync(html, acceptancePage(report));
        return report;
      });
    try {
      return (await test()).verdict === 'passed' ? 0 : EXIT.failed;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      terminal.fail(error);
      // What was being tried may still wait for a card, or for a word of the person.
      process.exit(error.exitCode);
    }
  },
};

/** With a new file, where one is named. */
const withFile = <T>(path: string | undefined, write: (file: number | null) => Promise<T>): Promise<T> =>
  path === undefined ? write(null) : fillNewFile(path, write);

/** What the command was told. */
interface Wishes extends DaemonWords {
  readonly 'card-destroyed-ok'?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly simulate?: boolean | undefined;
  readonly technology?: string | undefined;
}

/** Carries the test out. Throws CommandError where it cannot even begin. */
async function accept(
  named: string | undefined,
  values: Wishes,
  terminal: Terminal,
  interruption: Interruption,
): Promise<AcceptanceReport> {
  const daemon = new DaemonClient(values);
  const encoder = await chosenEncoder(daemon, named, 'acceptance ENCODER');
  const { acs_encoder_id, driver } = encoder;
  if (values.simulate === true && !encoder.is_virtual) {
    throw new CommandError(
      `${encoder.display_name} is a real encoder: --simulate is for virtual ones.`,
      EXIT.usage,
    );
  }
  const { technology = USUAL_TECHNOLOGY, yes = false } = values;
  const hand =
    values.simulate === true ? simulatedHand(daemon, acs_encoder_id, technology) : personHand(terminal, yes);
  const desk = await deskOf(daemon);
  const technologies = await technologiesOf(daemon, acs_encoder_id);
  await using feed = await Feed.open(daemon);
  const made = new MadeThings(daemon, desk.acs_system_id, acs_encoder_id);
  const earlier = await made.removeEarlier();
  if (earlier > 0 && !terminal.isJson) {
    terminal.news(null, `Removed ${counted(earlier, 'user')} that an earlier test left.`);
  }
  const mayDestroy = values['card-destroyed-ok'] === true;
  const bench = new Bench({ daemon, encoder, feed, hand, made, mayDestroy });
  const beganAt = new Date();
  const began = performance.now();
  const functions: TriedFunction[] = [];
  const show = (tried: TriedFunction) => {
    functions.push(tried);
    if (!terminal.isJson) terminal.news(null, lineOf(tried));
  };
  const formats = formatsFunction(formatsOf(configOf(values)), technologies);
  const left = await tryAll(
    bench,
    {
      first: interfaceFunctions,
      withCard: [
        ...readingFunctions(bench, technologies),
        formats,
        ...assigningFunctions(),
        ...writingFunctions(),
      ],
    },
    show,
    interruption,
  );
  return {
    schema: 'encoderd-acceptance/1',
    verdict: functions.some(({ result }) => result === 'fail') ? 'failed' : 'passed',
    began_at: beganAt.toISOString(),
    took_ms: performance.now() - began,
    hand: hand.kind,
    is_unattended: yes || hand.kind === 'simulated',
    desk: { ...desk, host: hostname(), url: daemon.url },
    encoder: {
      ...{ acs_encoder_id, name: encoder.display_name, driver, is_virtual: encoder.is_virtual },
      ...{ technologies: [...technologies], firmware: firmwareIn(functions) },
    },
    versions: {
      encoderd: packageJson.version,
      node: process.versions.node,
      system: `${type()} ${release()}`,
    },
    card: cardOf(bench),
    functions,
    left_behind: [...left],
  };
}

interface Plan {
  readonly first: readonly DeskFunction[];
  readonly withCard: readonly DeskFunction[];
}

/** Tries one after the other, and removes what was made, also after a mistake in the code: what is still there. */
async function tryAll(
  bench: Bench,
  { first, withCard }: Plan,
  show: (tried: TriedFunction) => void,
  interruption: Interruption,
): Promise<readonly string[]> {
  const tryOne = (one: DeskFunction) => interruption.orEnd(tryFunction(one, bench));
  try {
    for (const one of first) show(await tryOne(one));
    const [presence, ...rest] = withCard;
    let hasCard = true;
    if (presence !== undefined) {
      const tried = await tryOne(presence);
      hasCard = tried.result !== 'fail';
      show(tried);
    }
    for (const one of rest) {
      if (hasCard) show(await tryOne(one));
      else show({ ...untried(one), detail: 'No card could be used.' });
    }
  } catch (error) {
    const left = await bench.abandon();
    if (!(error instanceof Interrupted)) throw error;
    const said = left.length === 0 ? 'What was made was removed.' : `Still there: ${left.join('; ')}.`;
    throw new Interrupted(`${error.message} ${said}`);
  }
  const { tried, left } = await tidyUp(bench);
  show(tried);
  if (bench.lyingUid !== undefined) await bench.take('Take the test card away. That was all.').catch(() => 0);
  return left;
}

const untried = ({ id, title }: DeskFunction): Omit<TriedFunction, 'detail'> => ({
  ...{ id, title, result: 'not_applicable', took_ms: 0, timings: null },
});

function lineOf({ result, title, detail, timings }: TriedFunction): string {
  const time = timings === null ? '' : ` (${inWords(timings.p50)})`;
  return `${MARKS[result]}  ${title}${time}: ${detail}`;
}

function verdictLine({ verdict, functions, encoder, hand }: AcceptanceReport): string {
  const { pass, fail, not_applicable } = tally(functions);
  const counts = `${pass} passed, ${fail} failed, ${not_applicable} not applicable`;
  const by = hand === 'simulated' ? ', with a simulated card' : '';
  return `${encoder.name} ${verdict === 'passed' ? 'passed' : 'FAILED'} the acceptance test${by}: ${counts}.`;
}

/** What the device says of itself, where it was asked. */
function firmwareIn(functions: readonly TriedFunction[]): string | null {
  const answered = functions.find(({ id, result }) => id === 'round_trip' && result === 'pass');
  return answered?.detail ?? null;
}

function cardOf({ found }: Bench): AcceptanceReport['card'] {
  if (found === null) return null;
  const { card, format, record_standing } = found;
  return { uid: card.uid, technology: card.technology, format, found: onCard(record_standing) };
}

async function deskOf(daemon: DaemonClient): Promise<{ name: string; acs_system_id: string }> {
  const answer = await daemon.call(
    '/acs/systems/list',
    {},
    z.object({ acs_systems: z.array(z.looseObject({ name: z.string(), acs_system_id: z.string() })) }),
  );
  const [system] = answer.acs_systems;
  if (system === undefined) throw new CommandError('The daemon has no access system.', EXIT.unavailable);
  return { name: system.name, acs_system_id: system.acs_system_id };
}

async function technologiesOf(daemon: DaemonClient, acs_encoder_id: string): Promise<readonly string[]> {
  const capabilities = z.looseObject({ card_technologies: z.array(z.string()) });
  const answer = await daemon.call(
    '/acs/encoders/get',
    { acs_encoder_id },
    z.object({ acs_encoder: z.looseObject({ capabilities }) }),
  );
  return answer.acs_encoder.capabilities.card_technologies;
}
