import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { exportedLine, toTimeText, type WrittenEntry } from '../model/audit-entry.ts';
import { checkChain } from '../site/audit-chain.ts';
import { cardHash } from '../site/audit-log.ts';
import type { Store } from '../store/store.ts';
import { entriesIn } from './audit-log-file.ts';
import { everyEntry } from './every-entry.ts';
import { openKnownState } from './state.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGES = [
  'audit-log list [--since TIME] [--card UID] [--limit N]',
  'audit-log verify [--head HASH ...] [--file FILE] | audit-log export [FILE]',
];

/** How many entries a list has unless it is said. */
const USUAL_LIMIT = 50;

/** Shows, checks and hands out the log of who did what; works on the state folder, with the daemon running or not. */
export const auditLogCommand = {
  usage: USAGES.join('\n  '),
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      since: { type: 'string' },
      card: { type: 'string' },
      limit: { type: 'string' },
      head: { type: 'string', multiple: true },
      file: { type: 'string' },
    });
    const [verb, file, ...more] = positionals;
    if (more.length > 0 || (file !== undefined && verb !== 'export')) throw wrongUseOf(USAGES);
    switch (verb) {
      case 'list': {
        const asked = askedOf(values);
        using store = openKnownState(values);
        return list(store, asked, terminal);
      }
      case 'verify': {
        const heads = (values.head ?? []).map(checkedHash);
        if (values.file !== undefined) {
          const nothing = `There is no entry in ${values.file}, and an exported log has some: the file was emptied, or is another one.`;
          return verify(entriesIn(contentOf(values.file)), heads, nothing, terminal);
        }
        using store = openKnownState(values);
        return verify(everyEntry(store), heads, NOTHING_IN_STORE, terminal);
      }
      case 'export': {
        using store = openKnownState(values);
        return exportTo(store, file, terminal);
      }
      default:
        throw wrongUseOf(USAGES);
    }
  },
};

interface ListWords {
  readonly since?: string | undefined;
  readonly card?: string | undefined;
  readonly limit?: string | undefined;
}

/** Which entries somebody wants to see. */
interface ListAsked {
  /** Unix time, milliseconds; null: from the oldest on. */
  readonly from: number | null;
  /** A uid, hexadecimal; null: whatever it is about. */
  readonly card: string | null;
  readonly most: number;
}

/** Throws CommandError for a word that says nothing. */
function askedOf({ since, card, limit }: ListWords): ListAsked {
  const from = since === undefined ? null : Date.parse(since);
  if (since !== undefined && !(/^\d{4}-\d\d-\d\d/.test(since) && Number.isFinite(from))) {
    throw new CommandError(
      `--since: "${since}" is no time. A time is as 2026-12-24 or 2026-12-24T18:30:00Z`,
      EXIT.usage,
    );
  }
  const most = limit === undefined ? USUAL_LIMIT : Number(limit);
  if (limit !== undefined && !(/^\d+$/.test(limit) && Number.isSafeInteger(most) && most > 0)) {
    throw new CommandError(`--limit: "${limit}" is no number of entries. It is 1 or more.`, EXIT.usage);
  }
  if (card !== undefined && !/^(?:[\da-f]{2})+$/i.test(card)) {
    throw new CommandError(
      `--card: "${card}" is no uid of a card. A uid is hexadecimal, two digits a byte, as 04A1B2C3D4E5F6`,
      EXIT.usage,
    );
  }
  return { from, most, card: card ?? null };
}

function list(store: Store, { from, card, most }: ListAsked, terminal: Terminal): void {
  const entries =
    card === null
      ? store.auditLog.newest(most, from)
      : [...everyEntry(store)].filter(isAbout(store, card, from)).slice(-most);
  terminal.result(
    entries.map(toJson),
    entries.length === 0
      ? ['There is no such entry.']
      : table(
          ['ENTRY', 'AT', 'BY', 'ACTION', 'WHAT'],
          entries.map((entry) => [
            String(entry.sequence),
            toTimeText(entry.at),
            actorInWords(entry),
            entry.action,
            subjectInWords(entry),
          ]),
        ),
  );
}

/** Cards stand in the log by a keyed hash, of which this store has the key. */
function isAbout(store: Store, uid: string, from: number | null): (entry: WrittenEntry) => boolean {
  const hash = cardHash(store, uid);
  return ({ at, subject }) => subject.includes(`"card_hash":"${hash}"`) && at >= (from ?? at);
}

const NOT_AS_WRITTEN =
  'The log is not as the daemon wrote it. Keep a copy of the state folder before anything else.';

const NOTHING_IN_STORE = `There is no entry, and every start of the daemon leaves one: somebody emptied the log, unless no daemon has started here yet. If one has: ${NOT_AS_WRITTEN}`;

/** `nothing`: what it means that there is no entry. Throws CommandError for that, too. */
function verify(
  entries: Iterable<WrittenEntry>,
  heads: readonly string[],
  nothing: string,
  terminal: Terminal,
): void {
  const verdict = checkChain(entries, heads);
  if (!verdict.isWhole) throw new CommandError(`${verdict.problem} ${NOT_AS_WRITTEN}`);
  const { count, first, head } = verdict;
  if (count === 0) throw new CommandError(nothing);
  terminal.result(
    { is_whole: true, count, first_sequence: first, last_sequence: head.sequence, head: head.hash },
    [
      `${count === 1 ? '1 entry' : `${count} entries`}, from ${first} to ${head.sequence}: none was altered, removed, put in or swapped.`,
      `The last one has the hash ${head.hash}.`,
      ...(heads.length > 0
        ? []
        : [
            'Whether entries are missing at its end only a witness can say: give --head HASH, which the daemon notes once a day in the journal of the system.',
          ]),
    ],
  );
}

function exportTo(store: Store, path: string | undefined, terminal: Terminal): void {
  if (path === undefined) {
    for (const entry of everyEntry(store)) process.stdout.write(`${exportedLine(entry)}\n`);
    return;
  }
  const count = orCommandError(path, () => {
    const file = openSync(path, 'wx', 0o600);
    try {
      let written = 0;
      for (const entry of everyEntry(store)) {
        writeSync(file, `${exportedLine(entry)}\n`);
        written += 1;
      }
      fsyncSync(file);
      return written;
    } finally {
      closeSync(file);
    }
  });
  terminal.result({ exported: path, count }, [
    `${count} entries are in ${path}. To check them anywhere: encoderctl audit-log verify --file ${path}`,
  ]);
}

function checkedHash(text: string): string {
  if (/^[\da-f]{64}$/i.test(text)) return text;
  throw new CommandError(`"${text}" is no hash: it has 64 hexadecimal digits.`, EXIT.usage);
}

const contentOf = (path: string): string => orCommandError(path, () => readFileSync(path, 'utf8'));

/** What is in the way of a file, by the system's word for it (POSIX errno). */
const FILE_PROBLEMS: Readonly<Record<string, (path: string) => string>> = {
  EEXIST: (path) => `There is a file ${path} already, and it is left as it is. Name a new one.`,
  ENOENT: (path) => `There is no file ${path}, or no folder where it should be.`,
  ENOTDIR: (path) => `There is no file ${path}: what stands for its folder is a file.`,
  EISDIR: (path) => `${path} is a folder. Name a file.`,
  EACCES: (path) => `You may not use the file ${path}, or the folder that it is in.`,
  ENOSPC: (path) => `The disk of ${path} is full: what was written is not the whole log. Remove it.`,
};

function orCommandError<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const problem = FILE_PROBLEMS[String(Object(error).code)]?.(path);
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandError(problem ?? `The file ${path} cannot be used: ${detail}.`, EXIT.unavailable);
  }
}

/** What was tampered with may be no JSON any more: then it is shown as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const toJson = (entry: WrittenEntry) => ({
  sequence: entry.sequence,
  at: toTimeText(entry.at),
  actor: parsed(entry.actor),
  action: entry.action,
  subject: parsed(entry.subject),
  previous_hash: entry.previousHash,
  hash: entry.hash,
});

/** Such as `api_key pms`. */
function actorInWords({ actor }: WrittenEntry): string {
  const { kind, name } = Object(parsed(actor));
  return typeof kind === 'string' ? `${kind} ${name}` : actor;
}

/** Such as `acs_user_id=... how=enrolled`. */
function subjectInWords({ subject }: WrittenEntry): string {
  const members = parsed(subject);
  if (typeof members !== 'object' || members === null) return subject;
  return Object.entries(members)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
