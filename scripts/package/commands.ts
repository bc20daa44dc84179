import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** One way to call encoderctl, as its usage text has it. */
export interface Usage {
  /** `keys` */
  readonly command: string;
  /** `create`; null where the command needs no second word. */
  readonly action: string | null;
  /** All of it, without remarks: `keys create --name NAME [--scope SCOPE ...]`. */
  readonly synopsis: string;
  /** Its options: `--name` with `NAME`, and null for one that takes no value. */
  readonly options: ReadonlyMap<string, string | null>;
  /** What may stand for the values without a name: `CREDENTIAL_ID`, `FILE`. */
  readonly values: readonly string[];
}

/** A line of the usage text: alternatives, and what is said of them for people. */
export interface UsageLine {
  readonly usages: readonly Usage[];
  readonly remark: string | null;
  /** What its command is for; null: one of the next lines of the same command says it. */
  readonly summary: string | null;
  /** `--all`, and `ended ones, too`. */
  readonly notes: readonly { readonly word: string; readonly text: string }[];
}

/** What `encoderctl help` says. */
export interface Help {
  /** Options of every command. */
  readonly shared: ReadonlyMap<string, string | null>;
  readonly lines: readonly UsageLine[];
}

/** Asks encoderctl itself. */
export function helpText(root: string): string {
  const program = join(root, 'src/cli/encoderctl.ts');
  return execFileSync(process.execPath, [program, 'help'], { encoding: 'utf8' });
}

/** Takes the usage text apart. Throws where a line is not in its language. */
export function parseHelp(text: string): Help {
  const [first = '', ...rest] = text.split('\n');
  if (!first.startsWith('usage: encoderctl ')) throw new Error(`Not a usage text: ${first}`);
  const lines: UsageLine[] = [];
  for (const line of rest.slice(rest.indexOf('')).filter((one) => one.trim() !== '')) {
    const said = /^ {6}(\S.*)$/.exec(line)?.[1];
    const last = lines.pop();
    if (said === undefined) lines.push(...(last === undefined ? [] : [last]), parseLine(line.trim()));
    else if (last === undefined) throw new Error(`Said of nothing: ${line}`);
    else lines.push(last.summary === null ? { ...last, summary: said } : withNote(last, said));
  }
  return { shared: optionsIn(first), lines };
}

/** `--all  ended ones, too` */
function withNote(line: UsageLine, said: string): UsageLine {
  const [word = '', text] = said.split(/ {2,}/);
  if (text === undefined) throw new Error(`Two spaces part an option from what is said of it: ${said}`);
  return { ...line, notes: [...line.notes, { word, text }] };
}

/** `card read | card erase [--overwrite]  [--timeout SECONDS]`: what stands behind two spaces goes with all of them. */
function parseLine(line: string): UsageLine {
  const [alternatives = '', ...tails] = line.split(/ {2,}/);
  const remarks = tails.filter((tail) => tail.startsWith('('));
  const shared = tails.filter((tail) => !tail.startsWith('('));
  const usages = apart(alternatives).map((alternative) => parseUsage([alternative, ...shared].join(' ')));
  return {
    usages,
    remark: remarks.map((remark) => remark.slice(1, -1)).join(' ') || null,
    summary: null,
    notes: [],
  };
}

/** Cuts at each ` | ` that is in no brackets. */
function apart(text: string): readonly string[] {
  let depth = 0;
  const parts = [''];
  for (const piece of text.split(/( \| |[[\]()])/)) {
    if (piece === '[' || piece === '(') depth += 1;
    if (piece === ']' || piece === ')') depth -= 1;
    if (piece === ' | ' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${piece}`);
  }
  return parts.map((part) => part.trim());
}

function parseUsage(synopsis: string): Usage {
  const [command = '', second = ''] = synopsis.split(' ');
  if (!/^[a-z][a-z-]*$/.test(command)) throw new Error(`A usage begins with its command: ${synopsis}`);
  const action = /^\[?([a-z][a-z-]*)\]?$/.exec(second)?.[1] ?? null;
  const options = optionsIn(synopsis);
  const nameless = synopsis.replace(/--[a-z-]+( [A-Za-z0-9|_]+)?/g, '');
  return { command, action, synopsis, options, values: nameless.match(/\b[A-Z][A-Z_]+\b/g) ?? [] };
}

/** `--timeout SECONDS`, `--older-browsers]`, `--port 3376`. */
function optionsIn(synopsis: string): ReadonlyMap<string, string | null> {
  const found = synopsis.matchAll(/(--[a-z][a-z-]*)(?: ([A-Za-z0-9_|]+))?/g);
  return new Map([...found].map(([, name = '', value]) => [name, value ?? null]));
}
