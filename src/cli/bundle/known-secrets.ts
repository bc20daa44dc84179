import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { DATABASE } from '../../store/sqlite/copies.ts';
import { type PrivateValue, privateValuesIn } from '../../store/sqlite/private-values.ts';
import { systemUser } from '../by-hand.ts';
import { isSecretName } from './secret-names.ts';

/** Users of a system whose names are nobody's. */
const NOBODY: readonly string[] = ['root', 'encoderd', 'nobody'];

/** Variables with such a name hold no secret, whatever else their name says. */
const HARMLESS_VARIABLE = /^(CREDENTIALS_DIRECTORY|.*_FILE|.*_PATH|.*_SOCK|npm_.*)$/;

/** Everything that this desk and its computer know and that must not leave them: what a text of the bundle is searched for. A configuration that cannot be used is looked through all the same. */
export function knownSecrets(
  stateDir: string,
  configPath: string | undefined,
  env: NodeJS.ProcessEnv,
): readonly PrivateValue[] {
  const config = [...settingsIn(orNull(() => parse(readFileSync(configPath ?? '', 'utf8'))))];
  const keyFiles = config.flatMap(({ name, value }) => (name === 'api_key_file' ? [value] : []));
  return [
    ...privateValuesIn(join(stateDir, DATABASE)),
    ...secretsIn(env),
    ...secretsIn(serviceSettings(configPath)),
    ...config
      .filter(({ name }) => isSecretName(name))
      .map(({ value }) => ({ kind: 'secret', value }) as const),
    ...[...keyFilesIn(stateDir, env), ...keyFiles].flatMap((path) => secretsOfFile(path)),
    ...config
      .filter(({ name, value }) => URL.canParse(value) || name === 'allowed_hosts')
      .map(({ value }) => ({ kind: 'host', value: value.replace(/^([^/]+):\d+$/, '$1') }) as const),
    { kind: 'host', value: hostname() },
    ...[systemUser(), env['SUDO_USER'] ?? '']
      .filter((name) => !NOBODY.includes(name))
      .map((value) => ({ kind: 'name', value }) as const),
  ];
}

/** Every text of a configuration, with the name that it stands under. */
function* settingsIn(
  value: unknown,
  name = '',
): Generator<{ readonly name: string; readonly value: string }> {
  if (typeof value === 'string' || typeof value === 'number') yield { name, value: String(value) };
  else if (Array.isArray(value)) for (const one of value) yield* settingsIn(one, name);
  else if (typeof value === 'object' && value !== null)
    for (const [inner, one] of Object.entries(value)) yield* settingsIn(one, inner);
}

function secretsIn(env: NodeJS.ProcessEnv): readonly PrivateValue[] {
  return Object.entries(env)
    .filter(([name]) => isSecretName(name) && !HARMLESS_VARIABLE.test(name))
    .map(([, value = '']) => ({ kind: 'secret', value: value.trim() }) as const)
    .filter(({ value }) => value !== '');
}

/** The settings of the service, which lie beside its configuration (systemd.exec(5), EnvironmentFile=). */
function serviceSettings(configPath = ''): NodeJS.ProcessEnv {
  const text = orNull(() => readFileSync(join(dirname(configPath), 'environment'), 'utf8')) ?? '';
  return Object.fromEntries(
    [...text.matchAll(/^\s*(\w+)\s*=\s*["']?(.*?)["']?\s*$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

function keyFilesIn(stateDir: string, env: NodeJS.ProcessEnv): readonly string[] {
  const handed = env['CREDENTIALS_DIRECTORY'];
  const keys = readdirSync(stateDir).filter(
    (name) => name.startsWith('site-keys.json') || name === 'encoderctl.key',
  );
  return [
    ...keys.map((name) => join(stateDir, name)),
    ...(handed === undefined ? [] : [join(handed, 'site-keys'), join(handed, 'backend.key')]),
  ];
}

/** A file of keys: every word in it that is long enough to be one, and the bytes of those that are keys of the site. */
function secretsOfFile(path: string): readonly PrivateValue[] {
  const text = orNull(() => readFileSync(path, 'utf8')) ?? '';
  const words = text.match(/[\w+/=-]{16,}/g) ?? [];
  const keys = words.filter((word) => /^[\dA-F]{32}$/i.test(word)).map((word) => Buffer.from(word, 'hex'));
  return [...words, ...keys.flatMap(bytesAsText)].map((value) => ({ kind: 'secret', value }));
}

const bytesAsText = (key: Buffer): readonly string[] => [
  key.toString('base64').replace(/=+$/, ''),
  [...key].join(','),
  key.toString('hex').replaceAll(/..(?!$)/g, '$& '),
];

function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
