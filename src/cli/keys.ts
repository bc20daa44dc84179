import { DEFAULT_SCOPES, SCOPES, type Scope } from '../model/api-key.ts';
import { createApiKey, revokeApiKey } from '../site/api-keys.ts';
import { auditByHand } from './by-hand.ts';
import { OWN_KEY_NAME } from './own-key.ts';
import { openKnownState, openState } from './state.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE = `keys create --name NAME [--scope ${SCOPES.join('|')} ...] | keys list | keys revoke NAME`;

/** What a key may be called: it stands in tables, and on the screen of whoever finds the encoder in use. */
const NAME = /^[^\p{Cc}]{1,100}$/u;

const OWN_KEY_WORDS = `"${OWN_KEY_NAME}" is this tool's own key, with which it asks the daemon: it lies in the state folder, for nobody else. Where it is revoked, the tool makes itself a new one when it next needs it.`;

/** Makes, lists and revokes API keys; works on the state folder, with the daemon running or not. */
export const keysCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      name: { type: 'string' },
      scope: { type: 'string', multiple: true },
    });
    const [verb, named] = positionals;
    using store = verb === 'list' ? openKnownState(values) : openState(values);
    const now = Date.now();
    switch (verb) {
      case 'create': {
        const name = values.name ?? named;
        if (name === undefined || !NAME.test(name))
          throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
        const order = { name, scopes: readScopes(values.scope) };
        const { token, key } = orCommandError(() =>
          store.transaction(() => {
            const made = createApiKey(store, order, now);
            auditByHand(store, 'api_key_created', { api_key_id: made.key.id, scopes: made.key.scopes });
            return made;
          }),
        );
        terminal.result({ api_key: token, name: key.name, scopes: key.scopes }, [
          token,
          '',
          `This is the key of "${key.name}" (${key.scopes.join(', ')}). It is shown once: keep it now.`,
        ]);
        return;
      }
      case 'list': {
        const keys = store.apiKeys.list();
        const rows = keys.map((key) => [
          key.name,
          key.scopes.join(','),
          new Date(key.createdAt).toISOString(),
          key.revokedAt === null ? 'valid' : `revoked ${new Date(key.revokedAt).toISOString()}`,
        ]);
        terminal.result(
          keys.map((key) => ({
            name: key.name,
            scopes: key.scopes,
            created_at: new Date(key.createdAt).toISOString(),
            revoked_at: key.revokedAt === null ? null : new Date(key.revokedAt).toISOString(),
            is_of_encoderctl: key.name === OWN_KEY_NAME,
          })),
          keys.length === 0
            ? ['There are no keys yet. Make one with: encoderctl keys create --name NAME']
            : [
                ...table(['NAME', 'SCOPES', 'CREATED', 'STATE'], rows),
                ...(keys.some(({ name }) => name === OWN_KEY_NAME) ? ['', OWN_KEY_WORDS] : []),
              ],
        );
        return;
      }
      case 'revoke': {
        const name = named ?? values.name;
        if (name === undefined) throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
        const key = orCommandError(() =>
          store.transaction(() => {
            const revoked = revokeApiKey(store, name, now);
            auditByHand(store, 'api_key_revoked', { api_key_id: revoked.id });
            return revoked;
          }),
        );
        terminal.result({ revoked: key.name }, [
          key.name === OWN_KEY_NAME
            ? `The key "${key.name}" is revoked. It was this tool's own: it makes itself a new one when it next asks the daemon.`
            : `The key "${key.name}" is revoked. Apps that use it are refused from now on.`,
        ]);
        return;
      }
      default:
        throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    }
  },
};

function readScopes(names: readonly string[] | undefined): readonly Scope[] {
  if (names === undefined) return DEFAULT_SCOPES;
  return names
    .flatMap((name) => name.split(','))
    .filter((name, at, all) => all.indexOf(name) === at)
    .map((name) => {
      const scope = SCOPES.find((one) => one === name);
      if (scope === undefined) {
        throw new CommandError(`There is no scope "${name}". There are: ${SCOPES.join(', ')}`, EXIT.usage);
      }
      return scope;
    });
}

function orCommandError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}
