import { isOrigin } from '../config.ts';
import { openState } from './state.ts';
import { CommandError, type Terminal } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE = 'origins allow ORIGIN | origins list | origins remove ORIGIN';

/** Says which web pages may use the encoder; works on the state folder, at once. */
export const originsCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {});
    const [verb, origin] = positionals;
    using store = openState(values);
    if (verb === 'list') {
      const origins = store.origins.list();
      terminal.result(
        origins,
        origins.length === 0 ? ['No web page is allowed here (the configuration may allow some).'] : origins,
      );
      return;
    }
    if ((verb !== 'allow' && verb !== 'remove') || origin === undefined) {
      throw new CommandError(`usage: encoderctl ${USAGE}`, true);
    }
    if (!isOrigin(origin)) {
      throw new CommandError(
        `"${origin}" is no origin. An origin is scheme, host and port, as https://pms.example.com`,
        true,
      );
    }
    if (verb === 'allow') {
      store.origins.allow(origin, Date.now());
      terminal.result({ allowed: origin }, [`Pages of ${origin} may use the encoder, with an API key.`]);
    } else {
      store.origins.remove(origin);
      terminal.result({ removed: origin }, [`Pages of ${origin} may not use the encoder any more.`]);
    }
  },
};
