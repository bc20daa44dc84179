import { z } from 'zod';
import { DaemonClient, type DaemonWords } from './daemon-client.ts';
import { type RefusedChange, refusedChange, refusedLines } from './refused-changes.ts';
import { syncStatus, syncStatusLines } from './sync-status.ts';
import { counted, type Terminal } from './terminal.ts';
import { readVerb, wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGES = [
  'sync status | sync refused | sync resync',
  'sync retry [MESSAGE] | sync drop MESSAGE | sync take-theirs MESSAGE',
];

const page = z.object({
  refused_changes: z.array(refusedChange),
  pagination: z.object({ next_page_cursor: z.string().nullable() }),
});

type Verb = (words: DaemonWords, named: string | undefined, terminal: Terminal) => Promise<void>;

const VERBS: Readonly<Record<string, Verb>> = {
  status: showStatus,
  refused: showRefused,
  retry,
  drop,
  'take-theirs': takeTheirs,
  resync,
};

/** Shows how it stands with the backend, and carries out what a person decides on changes that it refused. */
export const syncCommand = {
  usage: USAGES.join('\n  '),
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {});
    const { verb, named } = readVerb(VERBS, USAGES, positionals);
    await verb(values, named, terminal);
  },
};

const wrongUse = () => wrongUseOf(USAGES);

async function showStatus(words: DaemonWords, named: string | undefined, terminal: Terminal): Promise<void> {
  if (named !== undefined) throw wrongUse();
  const answer = await new DaemonClient(words).call('/v1/sync/status', {}, z.object({ sync: syncStatus }));
  terminal.result(answer.sync, syncStatusLines(answer.sync));
}

async function showRefused(words: DaemonWords, named: string | undefined, terminal: Terminal): Promise<void> {
  if (named !== undefined) throw wrongUse();
  const daemon = new DaemonClient(words);
  const all: RefusedChange[] = [];
  let page_cursor: string | null = null;
  do {
    const answer: z.output<typeof page> = await daemon.call('/v1/sync/refused', { page_cursor }, page);
    all.push(...answer.refused_changes);
    page_cursor = answer.pagination.next_page_cursor;
  } while (page_cursor !== null);
  terminal.result(all, all.length === 0 ? ['The backend refused nothing.'] : refusedLines(all));
}

async function retry(words: DaemonWords, id: string | undefined, terminal: Terminal): Promise<void> {
  const { retried_count } = await new DaemonClient(words).call(
    '/v1/sync/retry',
    id === undefined ? { all: true } : { message_id: id },
    z.object({ retried_count: z.int() }),
  );
  terminal.result({ retried_count }, [
    retried_count === 0
      ? 'Nothing was refused. What waits is told now.'
      : `Telling ${counted(retried_count, 'refused change')} once more. See how that goes with: encoderctl sync status`,
  ]);
}

async function drop(words: DaemonWords, id: string | undefined, terminal: Terminal): Promise<void> {
  if (id === undefined) throw wrongUse();
  await new DaemonClient(words).call('/v1/sync/drop', { message_id: id }, z.unknown());
  terminal.result({ dropped: id }, [
    'The backend is not told of this change. What is here stays until the backend says something else.',
  ]);
}

async function takeTheirs(words: DaemonWords, id: string | undefined, terminal: Terminal): Promise<void> {
  if (id === undefined) throw wrongUse();
  await new DaemonClient(words).call('/v1/sync/take_theirs', { message_id: id }, z.unknown());
  terminal.result({ taken: id }, [
    'What the backend has is taken, as soon as it is reached. This change and all later ones of the same thing are forgotten.',
  ]);
}

async function resync(words: DaemonWords, named: string | undefined, terminal: Terminal): Promise<void> {
  if (named !== undefined) throw wrongUse();
  await new DaemonClient(words).call('/v1/sync/resync', {}, z.unknown());
  terminal.result({ resyncing: true }, [
    'Everything that the backend has is read again, as soon as it answers. See how far it is with: encoderctl sync status',
  ]);
}
