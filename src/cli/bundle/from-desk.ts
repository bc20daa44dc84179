import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { diagnose } from '../../doctor/diagnose.ts';
import { checkChain } from '../../site/audit-chain.ts';
import { DATABASE } from '../../store/sqlite/copies.ts';
import { knownVersion, versionOf } from '../../store/sqlite/versions.ts';
import { everyEntry } from '../every-entry.ts';
import { openKnownState, type StateWords } from '../state.ts';
import { asJson, type Gathered, type Missing } from './gathered.ts';
import { isSecretName } from './secret-names.ts';

/** Settings by the environment that say nothing about anybody. */
const PLAIN_SETTINGS =
  /^(ENCODERD_(CONFIG|STATE_DIR|PORT|DRIVERS|LOG_LEVEL)|NODE_COMPILE_CACHE|NODE_OPTIONS)$/;

/** What the doctor finds. */
export async function findings(stateDir: string, config: string | undefined): Promise<Gathered> {
  return asJson('doctor.json', await diagnose({ stateDir, config }));
}

/** What the configuration file says, and which settings come by the environment; no secret. */
export function configuration(path: string | undefined, env: NodeJS.ProcessEnv): Gathered | Missing {
  const settings = Object.fromEntries(
    Object.entries(env)
      .filter(([name]) => name.startsWith('ENCODERD_') || name.startsWith('NODE_'))
      .map(([name, value]) => [name, PLAIN_SETTINGS.test(name) ? value : '[set]']),
  );
  const file = path === undefined || path === '' || !existsSync(path) ? null : readFileSync(path, 'utf8');
  return asJson('configuration.json', {
    path: path ?? null,
    file: file === null ? null : withoutSecrets(parse(file)),
    environment: settings,
  });
}

/** What is to be read, with what its name calls a secret taken out. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isSecret = isSecretName(name) && typeof inner !== 'object';
      return [name, isSecret ? '[removed]' : withoutSecrets(inner)];
    }),
  );
}

/** Whether the audit log is whole; none of its entries. */
export function auditLog(words: StateWords, stateDir: string): Gathered | Missing {
  const name = 'audit-log.json';
  const version = versionOf(join(stateDir, DATABASE));
  // Opening it would migrate it.
  if (version !== knownVersion()) return { name, missing: `the database is at version ${version}` };
  using store = openKnownState(words);
  return asJson(name, checkChain(everyEntry(store), []));
}
