import { SCOPES } from '../model/api-key.ts';
import type { PagePairing } from '../model/page-pairing.ts';
import { endPagePairing, showCode } from '../site/page-pairings.ts';
import type { Store } from '../store/store.ts';
import { auditByHand } from './by-hand.ts';
import { openState } from './state.ts';
import { CommandError, type Terminal, table } from './terminal.ts';
import { readVerb, wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const LIST_USAGE = 'pairing [list]  (web pages that ask to use the encoder, with the codes for them)';
const REFUSE_USAGE = 'pairing refuse ID  (to join a property server, see: pair ADDRESS)';
const USAGES = [LIST_USAGE, REFUSE_USAGE];

/** Shows the codes of the web pages that ask to be paired, and refuses pages; works on the state folder, with the daemon running or not. */
export const pairingCommand = {
  usage: USAGES.join('\n  '),
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {});
    const asked = readVerb({ list, refuse }, USAGES, positionals.length === 0 ? ['list'] : positionals);
    using store = openState(values);
    asked.verb(store, asked.named, terminal);
  },
};

function list(store: Store, named: string | undefined, terminal: Terminal): void {
  if (named !== undefined) throw wrongUseOf(USAGES);
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

function refuse(store: Store, id: string | undefined, terminal: Terminal): void {
  if (id === undefined) throw wrongUseOf(USAGES);
  store.transaction(() => {
    if (!endPagePairing(store, id, Date.now())) {
      throw new CommandError(`No web page waits with the id ${id}. See: encoderctl pairing list`);
    }
    auditByHand(store, 'pairing_refused', { pairing_id: id });
  });
  terminal.result({ refused: id }, ['The page is refused. If it asks again: encoderctl pairing list']);
}
