import { isOrigin } from '../model/web-address.ts';
import { auditByHand } from './by-hand.ts';
import { configOf, openKnownState, openState } from './state.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE = 'origins allow ORIGIN | origins list | origins remove ORIGIN';

/** Says which web pages may use the encoder; works on the state folder, at once. */
export const originsCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {});
    const [verb, origin] = positionals;
    using store = verb === 'list' ? openKnownState(values) : openState(values);
    if (verb === 'list') {
      const rows = [
        ...configOf(values).allowed_origins.map((one) => ({ origin: one, allowed_by: 'configuration' })),
        ...store.origins.list().map((one) => ({ origin: one, allowed_by: 'encoderctl' })),
      ];
      terminal.result(
        rows,
        rows.length === 0
          ? ['No web page is allowed.']
          : table(
              ['ORIGIN', 'ALLOWED BY'],
              rows.map((row) => [row.origin, row.allowed_by]),
            ),
      );
      return;
    }
    if ((verb !== 'allow' && verb !== 'remove') || origin === undefined) {
      throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    }
    if (!isOrigin(origin)) {
      throw new CommandError(
        `"${origin}" is no origin. An origin is scheme, host and port, as https://pms.example.com`,
        EXIT.usage,
      );
    }
    if (verb === 'allow') {
      store.transaction(() => {
        store.origins.allow(origin, Date.now());
        auditByHand(store, 'origin_allowed', { origin });
      });
      terminal.result({ allowed: origin }, [`Pages of ${origin} may use the encoder, with an API key.`]);
    } else {
      const wasAllowed = store.transaction(() => {
        const removed = store.origins.remove(origin);
        if (removed) auditByHand(store, 'origin_removed', { origin });
        return removed;
      });
      if (configOf(values).allowed_origins.includes(origin)) {
        throw new CommandError(
          `The configuration allows ${origin}. Remove it there, and start the daemon anew.`,
        );
      }
      if (!wasAllowed) throw new CommandError(`${origin} was not allowed. See: encoderctl origins list`);
      terminal.result({ removed: origin }, [`Pages of ${origin} may not use the encoder any more.`]);
    }
  },
};
