import { diagnose, type Treatment, treat } from '../doctor/diagnose.ts';
import { type Finding, type Severity, worstOf } from '../model/finding.ts';
import { CommandError, counted, EXIT, type Terminal } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE = 'doctor [--fix] [--patience SECONDS]';

/** What the command ends with, by the worst that is left. */
const EXIT_CODES: Readonly<Record<Severity, number>> = { ok: 0, note: 0, warning: 1, error: 2 };

const MARKS: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', note: 'i', ok: '✓' };

/** Says what is wrong with the desk and its computer, and mends what can be mended. */
export const doctorCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { values, positionals } = readWords(words, {
      fix: { type: 'boolean' },
      patience: { type: 'string' },
    });
    if (positionals.length > 0) throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    const patienceMs = patienceIn(values.patience);
    const places = { stateDir: values['state-dir'], config: values.config, patienceMs };
    const say = (deed: string) => {
      if (!terminal.isJson) terminal.news({ deed }, `→ ${deed}`);
    };
    const { treatments, findings } =
      values.fix === true
        ? await treat({ ...places, say })
        : { treatments: [], findings: await diagnose(places) };
    const worst = worstOf(findings);
    const isRoot = process.getuid?.() === 0;
    terminal.result(
      { findings: findings.map(toJson), worst, ...(values.fix === true && { fixed: treatments.map(done) }) },
      [
        ...treatmentLines(treatments, values.fix === true),
        ...findings.flatMap(findingLines),
        '',
        conclusion(findings, values.fix === true, isRoot),
      ],
    );
    return EXIT_CODES[worst];
  },
};

/** Of a slow computer; undefined: as usual. Throws CommandError. */
function patienceIn(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const seconds = Number(word);
  if (seconds >= 1 && seconds <= 600) return seconds * 1000;
  throw new CommandError('--patience is how many seconds one check may take: 1 to 600.', EXIT.usage);
}

const toJson = ({ id, severity, summary, evidence, cure, isFixable }: Finding) => ({
  ...{ id, severity, summary, evidence, cure },
  is_fixable: isFixable,
});

const done = ({ finding, deeds, failure }: Treatment) => ({ id: finding.id, deeds, failure });

function treatmentLines(treatments: readonly Treatment[], isAsked: boolean): readonly string[] {
  if (!isAsked) return [];
  if (treatments.length === 0) return ['There is nothing that I can mend by myself.', ''];
  const failed = treatments.flatMap(({ finding, failure }) =>
    failure === null ? [] : [`${MARKS.error} ${finding.id} could not be mended: ${failure}`],
  );
  return [...failed, 'Looked again:', ''];
}

/** What is fine is one line; what is not says why, and what to do. */
function findingLines({ id, severity, summary, evidence, cure, isFixable }: Finding): readonly string[] {
  const headline = `${MARKS[severity]} ${summary}`;
  if (severity === 'ok') return [headline];
  return [
    `${headline} [${id}]`,
    ...evidence.map((line) => `    seen: ${line}`),
    ...(cure === '' ? [] : [`    to do: ${cure}${isFixable ? '   (--fix does it)' : ''}`]),
    '',
  ];
}

function conclusion(findings: readonly Finding[], isFixing: boolean, isRoot: boolean): string {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const parts = [
    ...(['error', 'warning', 'note'] as const).map((severity) => counted(count(severity), severity)),
    `${counted(count('ok'), 'thing')} as it should be`,
  ];
  const fixable = findings.filter(({ isFixable }) => isFixable).length;
  const hint = !isFixing && fixable > 0 ? ` "encoderctl doctor --fix" mends ${fixable} of them.` : '';
  const who = isRoot ? '' : ' Not run as root: what only root sees or mends is left out.';
  return `${parts.join(', ')}.${hint}${who}`;
}
