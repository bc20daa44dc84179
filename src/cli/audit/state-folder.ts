import { createReadStream, existsSync, lstatSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { pathsIn } from '../../store/state-paths.ts';
import { type Attack, type Finding, HELD, hole, notTried } from './attack.ts';
import { bearer, type Target } from './target.ts';

const FOLDER_ADVICE = 'chmod 700 the state folder: what is in it opens doors.';
const FILE_ADVICE =
  'chmod 600 it. If somebody may have read it, make new keys (encoderctl keys, encoderctl site-keys rotate).';
const TOKEN_ADVICE =
  'Keep only hashes of tokens, and take them out of whatever is logged: whoever reads it can use them.';

const OTHERS = 0o077;

/** Files of this beginning hold secrets wherever they lie in the state folder. */
const SECRETS: readonly (readonly [id: string, name: string, pattern: RegExp])[] = [
  ['database', 'reads the database', /^encoderd\.db(-wal|-shm)?$/],
  ['keys', 'reads the keys', /key/i],
  ['whereabouts', 'reads where the daemon is', /^daemon\.json$/],
  ['rest', 'reads anything else', /^/],
];

export const attacks: readonly Attack[] = [
  attack(
    'folder',
    'looks into the state folder as another user of this computer',
    'quick',
    async (target) => {
      if (process.platform === 'win32') return notTried(NO_MODES);
      const mode = statSync(target.stateDir).mode & 0o777;
      return (mode & OTHERS) === 0
        ? HELD
        : hole(`${target.stateDir} has the mode ${octal(mode)}`, FOLDER_ADVICE);
    },
  ),
  ...SECRETS.map(([id, name, pattern]) =>
    attack(id, `${name} as another user of this computer`, 'quick', async (target) => modes(target, pattern)),
  ),
  attack('tokens', 'looks for tokens in the files of the state folder', 'last', tokensInFiles),
  attack('metrics', 'looks for tokens in the figures', 'last', (target) => tokensIn(target, '/metrics')),
  attack('log', 'looks for tokens in the log', 'last', (target) => tokensIn(target, '/v1/log/list')),
  attack('errors', 'looks for its own token in what it is told when it is refused', 'last', tokenInErrors),
];

const NO_MODES = 'Files have no such modes on this system.';

function attack(id: string, name: string, pace: Attack['pace'], run: Attack['run']): Attack {
  return { id: `state-folder-${id}`, name, family: 'state-folder', pace, run };
}

const octal = (mode: number) => mode.toString(8).padStart(4, '0');

/** Every file in the state folder. */
function filesIn(folder: string): readonly { readonly name: string; readonly path: string }[] {
  return pathsIn(folder)
    .filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isFile())
    .map((path) => ({ name: basename(path), path }));
}

/** Which of the secret files others may read; a file is of the first kind that fits. */
function modes({ stateDir }: Target, pattern: RegExp): Finding {
  if (process.platform === 'win32') return notTried(NO_MODES);
  const isMine = (name: string) => SECRETS.find(([, , one]) => one.test(name))?.[2] === pattern;
  const open = filesIn(stateDir)
    .filter(({ name, path }) => isMine(name) && existsSync(path))
    .map(({ path }) => ({ path, mode: statSync(path).mode & 0o777 }))
    .filter(({ mode }) => (mode & OTHERS) !== 0 && (pattern.source !== '^' || (mode & 0o022) !== 0));
  return open.length === 0
    ? HELD
    : hole(open.map(({ path, mode }) => `${path} has the mode ${octal(mode)}`).join(', '), FILE_ADVICE);
}

async function tokensInFiles(target: Target): Promise<Finding> {
  const found: string[] = [];
  for (const { path } of filesIn(target.stateDir)) {
    if (existsSync(path) && (await holds(path, target.key))) found.push(path);
  }
  return found.length === 0
    ? HELD
    : hole(`the key of this audit stands in ${found.join(', ')}`, TOKEN_ADVICE);
}

/** Whether a file, of whatever size, has this text in it. */
async function holds(path: string, text: string): Promise<boolean> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'latin1' })) {
    const seen = `${rest}${String(chunk)}`;
    if (seen.includes(text)) return true;
    rest = seen.slice(-text.length);
  }
  return false;
}

/** What a token of ours looks like: the beginning alone is in many sentences. */
const TOKEN = /seam_(local|cst\w*|bridge)_[\w-]{30,}/;

async function tokensIn(target: Target, path: string): Promise<Finding> {
  const { answers } = await target.send({ target: path, headers: bearer(target.key) });
  const [answer] = answers;
  if (answer?.status !== 200) return notTried(`${path} got ${answer?.status ?? 'no answer'}.`);
  const found = TOKEN.exec(answer.body)?.[0];
  return found === undefined && !answer.body.includes(target.key)
    ? HELD
    : hole(`${path} holds a token (${(found ?? '').slice(0, 14)}...)`, TOKEN_ADVICE);
}

/** A wrong token, and one in every place where an error says what was wrong. */
async function tokenInErrors(target: Target): Promise<Finding> {
  const wrong = `${target.key}x`;
  const json = { 'content-type': 'application/json' };
  const requests = [
    { target: '/acs/encoders/list', headers: bearer(wrong) },
    { target: '/acs/encoders/list', headers: { ...json, 'client-session-token': wrong } },
    { method: 'POST', target: '/acs/encoders/list', headers: { ...json, ...bearer(target.key) }, body: '{' },
    {
      method: 'POST',
      target: '/acs/users/get',
      headers: { ...json, ...bearer(target.key) },
      body: '{"acs_user_id":1}',
    },
  ];
  for (const request of requests) {
    const { text } = await target.send(request);
    if (text.includes(target.key)) return hole(`${request.target} says it again`, TOKEN_ADVICE);
  }
  return HELD;
}
