import { FAMILIES, type Family, type Finding } from './audit/attack.ts';
import { attacks } from './audit/attacks.ts';
import { type Result, runAttacks } from './audit/run-attacks.ts';
import { withTarget } from './audit/target.ts';
import { CommandError, counted, EXIT, type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE = 'audit [--family NAME]';

/** Attacks the daemon of the state folder as a web page, a neighbour in the network or another program here might, and says what came of it. */
export const auditCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, { family: { type: 'string', multiple: true } });
    if (positionals.length > 0) throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    const families = readFamilies(values.family);
    const chosen = attacks.filter(({ family }) => families.includes(family));
    const began = performance.now();
    let done = 0;
    const results = await withTarget(values, (target) =>
      runAttacks(chosen, target, ({ attack }) => {
        done += 1;
        if (process.stdout.isTTY && !terminal.isJson) terminal.progress(attack.name, done, chosen.length);
      }),
    );
    const tookMs = Math.round(performance.now() - began);
    terminal.result(toJson(results, tookMs), toLines(results, tookMs));
    const holes = results.filter(({ finding }) => finding.outcome === 'hole').length;
    if (holes > 0) throw new CommandError(`${counted(holes, 'attack')} came through.`);
  },
};

function readFamilies(names: readonly string[] | undefined): readonly Family[] {
  const all = Object.keys(FAMILIES).filter((name): name is Family => name in FAMILIES);
  if (names === undefined) return all;
  return names.map((name) => {
    const family = all.find((one) => one === name);
    if (family !== undefined) return family;
    throw new CommandError(
      `There is no family of attacks "${name}". There are: ${all.join(', ')}`,
      EXIT.usage,
    );
  });
}

function toJson(results: readonly Result[], tookMs: number): object {
  const count = (outcome: Finding['outcome']) =>
    results.filter(({ finding }) => finding.outcome === outcome).length;
  return {
    held: count('held'),
    holes: count('hole'),
    not_tried: count('not_tried'),
    took_ms: tookMs,
    attacks: results.map(({ attack: { id, family, name }, finding, tookMs: ms }) => ({
      ...{ id, family, name, took_ms: Math.round(ms) },
      ...finding,
    })),
  };
}

function toLines(results: readonly Result[], tookMs: number): readonly string[] {
  const families = Map.groupBy(results, ({ attack }) => attack.family);
  const rows = [...families].map(([family, some]) => {
    const count = (outcome: Finding['outcome']) =>
      String(some.filter(({ finding }) => finding.outcome === outcome).length);
    return [family, count('held'), count('hole'), count('not_tried'), FAMILIES[family]];
  });
  const held = results.filter(({ finding }) => finding.outcome === 'held').length;
  return [
    ...table(['FAMILY', 'HELD', 'HOLES', 'NOT TRIED', ''], rows),
    '',
    ...results.flatMap(holeLines),
    ...results.flatMap(notTriedLines),
    `${held} of ${counted(results.length, 'attack')} held, in ${(tookMs / 1000).toFixed(1)} s. The key and the page that were made for it are taken back.`,
  ];
}

function holeLines({ attack, finding }: Result): readonly string[] {
  if (finding.outcome !== 'hole') return [];
  return [
    `HOLE ${attack.id}: somebody ${attack.name}`,
    `  seen: ${finding.evidence}`,
    `  what to do: ${finding.advice}`,
    '',
  ];
}

function notTriedLines({ attack, finding }: Result): readonly string[] {
  if (finding.outcome !== 'not_tried') return [];
  return [`not tried ${attack.id}: ${finding.why}`, ''];
}
