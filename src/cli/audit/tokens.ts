import { createHash, randomBytes } from 'node:crypto';
import { type Attack, type Finding, HELD, hole, notTried, worstOf } from './attack.ts';
import { LiveWire } from './live-wire.ts';
import { bearer, type Target } from './target.ts';
import { brief, type Headers, requestText, talk } from './wire.ts';

const ADVICE =
  'Only a whole token that was made here, is not over, and stands in the Authorization header may be let in. See: encoderctl keys list, encoderctl sessions list';

const SLOW_ADVICE = 'Count wrong tokens together, and refuse more of them for a while (429).';

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of the kind that many servers believe: not signed at all (RFC 8725, section 2.1). */
const UNSIGNED = `${base64({ alg: 'none', typ: 'JWT' })}.${base64({ sub: 'admin', scope: 'admin' })}.`;

const GUESSES: readonly (readonly [
  id: string,
  name: string,
  guesses: (key: string) => readonly Headers[],
])[] = [
  ['none', 'shows no token at all', () => [{}]],
  ['empty', 'shows an empty token', () => ['', 'Bearer', 'Bearer ', 'Bearer\t'].map(authorization)],
  [
    'well-known',
    'tries tokens that many programs have',
    () =>
      [
        'admin',
        'secret',
        'token',
        'changeme',
        'null',
        'undefined',
        'true',
        '0',
        'seam_local_',
        'seam_test',
        'seam_cst',
        'encoderctl',
      ].map(bearer),
  ],
  [
    'zeros',
    'tries a token of zeros',
    () => [`seam_local_${'A'.repeat(43)}`, `seam_cst_${'A'.repeat(43)}`].map(bearer),
  ],
  ['unsigned', 'shows a signed token without a signature', () => [bearer(UNSIGNED)]],
  [
    'basic',
    'shows a good key as a password',
    (key) =>
      [
        `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
        `Basic ${Buffer.from(`admin:${key}`).toString('base64')}`,
        `Token ${key}`,
        key,
      ].map(authorization),
  ],
  [
    'near',
    'shows a key that is nearly right',
    (key) =>
      [
        key.slice(0, -1),
        `${key}A`,
        key.toUpperCase(),
        key.slice('seam_local_'.length),
        changed(key),
        `${key} ${key}`,
      ].map(bearer),
  ],
  [
    'hash',
    'shows what is kept of a key',
    (key) =>
      [
        createHash('sha256').update(key).digest('hex'),
        createHash('sha256').update(key).digest('base64'),
        createHash('sha256').update(key).digest('base64url'),
      ].map(bearer),
  ],
  [
    'other-kind',
    'shows a key as a token of another kind',
    (key) => [
      { 'client-session-token': `seam_cst_${key}` },
      bearer(key.replace('seam_local_', 'seam_cst_')),
      bearer(key.replace('seam_local_', 'seam_bridge_')),
    ],
  ],
  [
    'cookie',
    'puts a good key into cookies',
    (key) => [{ cookie: `authorization=${key}; token=${key}; session=${key}` }],
  ],
  [
    'proxy',
    'puts a good key into headers that are meant for others',
    (key) => [
      { 'proxy-authorization': `Bearer ${key}` },
      { 'x-api-key': key },
      { 'x-forwarded-authorization': `Bearer ${key}` },
    ],
  ],
  [
    'query',
    'asks for what is behind a key as SQL',
    () => ["' OR '1'='1", '%00', '../../encoderctl.key'].map(bearer),
  ],
];

export const attacks: readonly Attack[] = [
  ...GUESSES.map(
    ([id, name, guesses]): Attack => ({
      ...{ id: `tokens-${id}`, name, family: 'tokens', pace: 'quick' },
      run: async (target) => {
        const findings: Finding[] = [];
        for (const headers of guesses(target.key)) findings.push(await guess(target, headers));
        return worstOf(findings);
      },
    }),
  ),
  {
    ...{ id: 'tokens-address', family: 'tokens', pace: 'quick' },
    name: 'puts a good key into the address',
    run: async (target) => {
      const names = ['token', 'api_key', 'access_token', 'authorization'];
      return guess(target, {}, `?${names.map((name) => `${name}=${target.key}`).join('&')}`);
    },
  },
  {
    ...{ id: 'tokens-session-elsewhere', family: 'tokens', pace: 'quick' },
    name: 'uses the token of a page’s session from another page, and from no page',
    run: sessionElsewhere,
  },
  {
    ...{ id: 'tokens-session-revoked', family: 'tokens', pace: 'quick' },
    name: 'uses the token of a session that was ended',
    run: sessionRevoked,
  },
  {
    ...{ id: 'tokens-many', family: 'tokens', pace: 'flood' },
    name: 'guesses tokens as fast as it can over HTTP',
    run: guessMany,
  },
  {
    ...{ id: 'tokens-many-sockets', family: 'tokens', pace: 'flood' },
    name: 'guesses tokens as fast as it can over WebSockets',
    run: guessManySockets,
  },
];

function authorization(value: string): Headers {
  return { authorization: value };
}

function changed(key: string): string {
  const last = key.at(-2) === 'A' ? 'B' : 'A';
  return `${key.slice(0, -2)}${last}${key.slice(-1)}`;
}

async function guess(target: Target, headers: Headers, query = ''): Promise<Finding> {
  const { answers, isEnded } = await target.send({ target: `/acs/encoders/list${query}`, headers });
  const [answer] = answers;
  if (answer === undefined && isEnded) return HELD;
  return answer !== undefined && [400, 401, 403].includes(answer.status)
    ? HELD
    : hole(
        `${brief(JSON.stringify(headers).replaceAll(target.key, 'KEY'))} got ${answer?.status ?? 'nothing'}`,
        ADVICE,
      );
}

interface Session {
  readonly id: string;
  readonly token: string;
}

/** A client session as apps make them for their pages, bound to the allowed page; null: none can be made. */
async function makeSession(target: Target): Promise<Session | null> {
  const { answers } = await target.send({
    ...{ method: 'POST', target: '/client_sessions/create' },
    headers: { ...bearer(target.key), 'content-type': 'application/json' },
    body: JSON.stringify({ allowed_origin: target.origin, scopes: ['read'] }),
  });
  const session = Object(Object(parsed(answers[0]?.body)).client_session);
  const { client_session_id: id, token } = session;
  return typeof id === 'string' && typeof token === 'string' ? { id, token } : null;
}

async function endSession(target: Target, { id }: Session): Promise<void> {
  await target.send({
    ...{ method: 'POST', target: '/client_sessions/delete' },
    headers: { ...bearer(target.key), 'content-type': 'application/json' },
    body: JSON.stringify({ client_session_id: id }),
  });
}

async function sessionElsewhere(target: Target): Promise<Finding> {
  const session = await makeSession(target);
  if (session === null) return notTried('No client session can be made here.');
  try {
    const home = await target.send({
      target: '/acs/encoders/list',
      headers: { ...bearer(session.token), origin: target.origin },
    });
    if (home.answers[0]?.status !== 200) return notTried('A client session is of no use on its own page.');
    return worstOf([
      await guess(target, bearer(session.token)),
      await guess(target, { ...bearer(session.token), origin: 'https://evil.example' }),
      await guess(target, { 'client-session-token': session.token, ...bearer(target.key) }),
    ]);
  } finally {
    await endSession(target, session);
  }
}

async function sessionRevoked(target: Target): Promise<Finding> {
  const session = await makeSession(target);
  if (session === null) return notTried('No client session can be made here.');
  await endSession(target, session);
  return guess(target, { ...bearer(session.token), origin: target.origin });
}

/** So many guesses in a few seconds are more than any desk needs. */
const MOST_GUESSES = 5000;
const AT_ONCE = 250;

const wrongToken = () => `seam_local_${randomBytes(32).toString('base64url')}`;

/** Until the first is put off: one connection a bunch, as many requests on it as fit. */
async function guessMany(target: Target): Promise<Finding> {
  for (let sent = 0; sent < MOST_GUESSES; sent += AT_ONCE) {
    const requests = Array.from({ length: AT_ONCE }, (_, n) =>
      requestText({
        target: '/acs/encoders/list',
        headers: {
          ...{ host: target.host, ...bearer(wrongToken()) },
          connection: n === AT_ONCE - 1 ? 'close' : 'keep-alive',
        },
      }),
    );
    const { answers } = await talk(target.address, requests.join(''), { untilEnd: true });
    if (answers.some(({ status }) => status === 429)) return HELD;
    const admitted = answers.find(({ status }) => status < 400);
    if (admitted !== undefined) return hole(`a random token got ${admitted.status}`, ADVICE);
    if (answers.length === 0) return HELD;
  }
  return hole(`${MOST_GUESSES} wrong tokens were each refused, and none was put off`, SLOW_ADVICE);
}

async function guessManySockets(target: Target): Promise<Finding> {
  const MOST_SOCKETS = 1500;
  for (let sent = 0; sent < MOST_SOCKETS; sent += 50) {
    const said = await Promise.all(Array.from({ length: 50 }, () => guessOnSocket(target)));
    if (said.some((one) => one === 'too_many_requests')) return HELD;
    if (said.some((one) => one === 'authenticated')) return hole('a random token was let in', ADVICE);
  }
  return hole(`${MOST_SOCKETS} wrong tokens were each refused, and none was put off`, SLOW_ADVICE);
}

async function guessOnSocket(target: Target): Promise<string> {
  using wire = await LiveWire.open(target.address, { host: target.host });
  wire.send({ type: 'authenticate', token: wrongToken() });
  const heard = await wire.next();
  if (heard?.type !== 'message') return 'closed';
  const type = String(heard.value['type']);
  return type === 'error' ? String(Object(heard.value['error']).type) : type;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}
