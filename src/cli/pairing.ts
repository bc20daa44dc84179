import { SCOPES } from '../model/api-key.ts';
import type { PagePairing } from '../model/page-pairing.ts';
import { isOrigin } from '../model/web-address.ts';
import { endPagePairing, showCode } from '../site/page-pairings.ts';
import type { Store } from '../store/store.ts';
import { auditByHand } from './by-hand.ts';
import { openKnownState, openState } from './state.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { readVerb, wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const LIST_USAGE = 'pairing [list]  (web pages that ask to use the encoder, with the codes for them)';
const REFUSE_USAGE =
  'pairing refuse ID | pairing refuse --origin ORIGIN | pairing refuse --all  (to join a property server, see: pair ADDRESS)';
const USAGES = [LIST_USAGE, REFUSE_USAGE];

/** Shows the codes of the web pages that ask to be paired, and refuses pages; works on the state folder, with the daemon running or not. */
export const pairingCommand = {
  usage: USAGES.join('\n  '),
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      all: { type: 'boolean' },
      origin: { type: 'string' },
    });
    const { verb, named: id } = readVerb(
      { list: 'list', refuse: 'refuse' },
      USAGES,
      positionals.length === 0 ? ['list'] : positionals,
    );
    const { origin, all = false } = values;
    const namings = [id, origin, all || undefined].filter((one) => one !== undefined).length;
    if (namings !== (verb === 'list' ? 0 : 1)) throw wrongUseOf(USAGES);
    if (origin !== undefined && !isOrigin(origin)) {
      const form = 'An origin is scheme, host and port, as https://pms.example.com';
      throw new CommandError(`"${origin}" is no origin. ${form}`, EXIT.usage);
    }
    using store = verb === 'list' ? openKnownState(values) : openState(values);
    if (verb === 'list') return list(store, terminal);
    if (id !== undefined) return refuse(store, id, terminal);
    refuseAll(store, origin ?? null, terminal);
  },
};

function list(store: Store, terminal: Terminal): void {
  const pairings = store.pagePairings.list(Date.now());
  // Who may read the state folder may do everything.
  const codeOf = (pairing: PagePairing) => showCode(store, pairing, SCOPES) ?? '-';
  terminal.result(
    pairings.map((pairing) => ({
      pairing_id: pairing.id,
      code: codeOf(pairing),
      origin: pairing.origin,
      name: pairing.name,
      scopes: pairing.scopes,
      created_at: new Date(pairing.createdAt).toISOString(),
      expires_at: new Date(pairing.expiresAt).toISOString(),
      tries_left: pairing.triesLeft,
    })),
    pairings.length === 0
      ? ['No web page asks to use the encoder. To join a property server instead: encoderctl pair ADDRESS']
      : [
          ...table(
            ['CODE', 'ORIGIN', 'NAME', 'SCOPES', 'ENDS', 'ID'],
            pairings.map((pairing) => [
              codeOf(pairing),
              pairing.origin,
              pairing.name ?? '-',
              pairing.scopes.join(','),
              new Date(pairing.expiresAt).toISOString(),
              pairing.id,
            ]),
          ),
          'Type a code only into a page that you opened yourself, whose address begins with what ORIGIN says.',
        ],
  );
}

function refuse(store: Store, id: string, terminal: Terminal): void {
  if (!end(store, id)) {
    throw new CommandError(`No web page waits with the id ${id}. See: encoderctl pairing list`);
  }
  terminal.result({ refused: id }, ['The page is refused. If it asks again: encoderctl pairing list']);
}

/** `origin`: of which pages; null: all that wait. */
function refuseAll(store: Store, origin: string | null, terminal: Terminal): void {
  const refused = store.transaction(() =>
    store.pagePairings
      .list(Date.now())
      .filter((pairing) => origin === null || pairing.origin === origin)
      .filter(({ id }) => end(store, id)),
  );
  if (refused.length === 0 && origin !== null) {
    throw new CommandError(`No web page of ${origin} waits. See: encoderctl pairing list`);
  }
  terminal.result(
    { refused: refused.map(({ id }) => id) },
    refused.length === 0
      ? ['No web page asks to use the encoder.']
      : [
          `Refused: ${refused.map((pairing) => pairing.origin).join(', ')}. If they ask again: encoderctl pairing list`,
        ],
  );
}

/** Returns whether such a request waited. */
const end = (store: Store, id: string): boolean =>
  store.transaction(() => {
    const isEnded = endPagePairing(store, id, Date.now());
    if (isEnded) auditByHand(store, 'pairing_refused', { pairing_id: id });
    return isEnded;
  });
