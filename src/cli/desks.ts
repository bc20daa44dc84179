import { z } from 'zod';
import { addDesk, DESK_NAME, type DeskLedger, removeDesk, replaceDeskKey } from '../site/paired-desks.ts';
import type { PairedDesk } from '../store/sync-tables.ts';
import { auditByHand } from './by-hand.ts';
import { DaemonClient, type DaemonWords } from './daemon-client.ts';
import { openKnownState, openState } from './state.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { readVerb, wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGES = ['desks list | desks pair CODE | desks remove DESK', 'desks add NAME | desks new-key DESK'];

type Verb = (words: DaemonWords, named: string | undefined, terminal: Terminal) => Promise<void> | void;

const VERBS: Readonly<Record<string, Verb>> = { list, pair, add, 'new-key': newKey, remove };

/** Says which desks have this site for their backend; all but `pair` work with the daemon running or not. */
export const desksCommand = {
  usage: USAGES.join('\n  '),
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {});
    const { verb, named } = readVerb(VERBS, USAGES, positionals);
    await verb(values, named, terminal);
  },
};

const wrongUse = () => wrongUseOf(USAGES);

function list(words: DaemonWords, named: string | undefined, terminal: Terminal): void {
  if (named !== undefined) throw wrongUse();
  using store = openKnownState(words);
  const desks = store.pairedDesks.list();
  terminal.result(
    desks.map(toJson),
    desks.length === 0
      ? [
          'No desk is paired with this site. At the desk: encoderctl pair ADDRESS-OF-THIS-SITE, then here: encoderctl desks pair CODE',
        ]
      : table(
          ['NAME', 'PAIRED', 'LAST SEEN (to the minute)', 'CLOCK', 'DESK'],
          desks.map((desk) => [
            desk.name,
            new Date(desk.createdAt).toISOString(),
            desk.lastSeenAt === null ? 'never' : new Date(desk.lastSeenAt).toISOString(),
            skewInWords(desk.skewMs),
            desk.id,
          ]),
        ),
  );
}

async function pair(words: DaemonWords, code: string | undefined, terminal: Terminal): Promise<void> {
  if (code === undefined) throw wrongUse();
  const { desk } = await new DaemonClient(words).call(
    '/v1/desks/confirm_pairing',
    { code },
    z.object({ desk: z.looseObject({ desk_id: z.string(), name: z.string() }) }),
  );
  terminal.result(desk, [
    `The desk "${desk.name}" is paired. It begins to follow this site within seconds: see encoderctl desks list`,
    `Was it not you who asked at that desk? Then: encoderctl desks remove "${desk.name}"`,
  ]);
}

function add(words: DaemonWords, name: string | undefined, terminal: Terminal): void {
  if (name === undefined) throw wrongUse();
  if (!DESK_NAME.test(name)) {
    throw new CommandError('The name must have 1 to 100 characters, and no control characters.', EXIT.usage);
  }
  const { token, desk } = inLedger(words, (ledger) => {
    const added = addDesk(ledger, name);
    auditByHand(ledger.store, 'desk_added', { desk_id: added.desk.id, api_key_id: added.desk.apiKeyId });
    return added;
  });
  showKey(terminal, token, desk);
}

function newKey(words: DaemonWords, named: string | undefined, terminal: Terminal): void {
  if (named === undefined) throw wrongUse();
  const { token, desk } = inLedger(words, (ledger) => {
    const renewed = replaceDeskKey(ledger, named);
    const { id, apiKeyId } = renewed.desk;
    auditByHand(ledger.store, 'desk_key_replaced', { desk_id: id, api_key_id: apiKeyId });
    return renewed;
  });
  showKey(terminal, token, desk);
}

function showKey(terminal: Terminal, token: string, desk: PairedDesk): void {
  terminal.result({ api_key: token, desk_id: desk.id, name: desk.name }, [
    token,
    '',
    `This is the key of the desk "${desk.name}". It is shown once: put it into a file at the desk that only the daemon may read,`,
    'and name that file in the configuration there: backend.api_key_file.',
  ]);
}

function remove(words: DaemonWords, named: string | undefined, terminal: Terminal): void {
  if (named === undefined) throw wrongUse();
  const desk = inLedger(words, (ledger) => {
    const removed = removeDesk(ledger, named);
    auditByHand(ledger.store, 'desk_removed', { desk_id: removed.id });
    return removed;
  });
  terminal.result({ removed: desk.name, desk_id: desk.id }, [
    `The desk "${desk.name}" is refused from now on. What it had not told by now stays with it.`,
    'To make it its own backend again, at the desk: encoderctl unpair',
  ]);
}

/** Works on the state folder. Throws CommandError with what the site says. */
function inLedger<T>(words: DaemonWords, work: (ledger: DeskLedger) => T): T {
  using store = openState(words);
  try {
    return store.transaction(() => work({ store, clock: { now: () => Date.now() } }));
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}

const toJson = (desk: PairedDesk) => ({
  desk_id: desk.id,
  name: desk.name,
  created_at: new Date(desk.createdAt).toISOString(),
  last_seen_at: desk.lastSeenAt === null ? null : new Date(desk.lastSeenAt).toISOString(),
  high_water_mark: desk.highWaterMark,
  skew_seconds: desk.skewMs === null ? null : desk.skewMs / 1000,
});

/** Below so much nobody needs to look, milliseconds. */
const SMALL_SKEW_MS = 2000;

function skewInWords(skewMs: number | null): string {
  if (skewMs === null) return '';
  if (Math.abs(skewMs) < SMALL_SKEW_MS) return 'right';
  return `${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead' : 'behind'}`;
}
