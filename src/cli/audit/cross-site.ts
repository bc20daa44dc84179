import { z } from 'zod';
import { type Attack, type Finding, HELD, hole, notTried, worstOf } from './attack.ts';
import { preflight } from './origins.ts';
import { bearer, type Target } from './target.ts';
import { type Answer, brief, type Headers, type Request } from './wire.ts';

const SIMPLE_ADVICE =
  'Any page can make a browser send this without asking first. Take bodies as application/json only, and refuse what says Sec-Fetch-Site: cross-site.';
const FETCH_ADVICE =
  'A browser says by Sec-Fetch-Site that another site asks, also where it sends no Origin: refuse that, but for going to the console by a link.';
const METHOD_ADVICE =
  'What changes something must not be had with GET or HEAD: a link or a picture is enough for those.';
const DOOR_ADVICE =
  'A page that asks to be paired may read what becomes of that, and nothing else. The code is for people’s eyes.';

/** Bodies that a page may send anywhere without a preflight (Fetch, "CORS-safelisted request-header"), and some that look like JSON. */
const BODIES: readonly (readonly [id: string, name: string, type: string | undefined, body: string])[] = [
  ['text', 'JSON as plain text', 'text/plain', '{}'],
  ['text-utf8', 'JSON as plain text in UTF-8', 'text/plain;charset=UTF-8', '{}'],
  ['form', 'JSON as a form', 'application/x-www-form-urlencoded', '{"a":"=b"}'],
  [
    'multipart',
    'a form with parts',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n',
  ],
  ['no-type', 'JSON without a type', undefined, '{}'],
  ['empty-type', 'JSON with an empty type', '', '{}'],
  ['text-json', 'plain text that names JSON as a parameter', 'text/plain; application/json', '{}'],
  ['list', 'two types in one', 'text/plain, application/json', '{}'],
  ['beacon', 'JSON of another kind', 'application/csp-report', '{}'],
];

/** What a browser says of itself when a page of another site makes it ask (W3C Fetch Metadata). */
const FETCHED: readonly (readonly [
  id: string,
  name: string,
  headers: Headers,
  targets: readonly string[],
])[] = [
  [
    'picture',
    'a picture in a page of another site',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ['/v1/hello', '/health', '/openapi.json', '/'],
  ],
  [
    'script',
    'a script in a page of another site',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
    ['/v1/hello', '/health', '/openapi.json'],
  ],
  [
    'neighbour',
    'a page of another program on this computer',
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' },
    ['/v1/hello', '/health', '/'],
  ],
  [
    'frame',
    'a frame in a page of another site',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ['/', '/console/', '/v1/hello'],
  ],
  [
    'link',
    'a link in a page of another site to what is no page',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ['/v1/hello', '/health', '/acs/encoders/list'],
  ],
  ['capitals', 'a page of another site, and capitals', { 'sec-fetch-site': 'Cross-Site' }, ['/v1/hello']],
];

export const attacks: readonly Attack[] = [
  ...BODIES.map(([id, name, type, body]) =>
    attack(`body-${id}`, `sends ${name}`, (target) =>
      refused(target, SIMPLE_ADVICE, [400, 401, 403, 415], {
        ...{ method: 'POST', target: '/acs/encoders/list', body },
        headers: { ...bearer(target.key), 'content-type': type },
      }),
    ),
  ),
  ...FETCHED.map(([id, name, headers, targets]) =>
    attack(`fetch-${id}`, `asks through ${name}, without an Origin`, async (target) => {
      const findings: Finding[] = [];
      for (const path of targets) {
        findings.push(await refused(target, FETCH_ADVICE, [403], { target: path, headers }));
      }
      return worstOf(findings);
    }),
  ),
  attack('form-to-console', 'sends a form of another site to the console', (target) =>
    refused(target, FETCH_ADVICE, [400, 403, 404, 405], {
      ...{ method: 'POST', target: '/', body: 'a=b' },
      headers: {
        ...{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
        'content-type': 'application/x-www-form-urlencoded',
      },
    }),
  ),
  attack('key', 'shows a good key through a page of another site, without an Origin', (target) =>
    refused(target, FETCH_ADVICE, [403], {
      target: '/acs/encoders/list',
      headers: { ...bearer(target.key), 'sec-fetch-site': 'cross-site' },
    }),
  ),
  attack('get', 'asks with GET or HEAD for what changes something', getsOfEverything),
  attack('override', 'asks with GET for what changes something, and says that it is POST', async (target) => {
    const names = ['x-http-method-override', 'x-http-method', 'x-method-override'];
    const findings: Finding[] = [];
    for (const name of names) {
      const request = { target: '/acs/users/create?_method=POST', headers: { [name]: 'POST' } };
      findings.push(await refused(target, METHOD_ADVICE, [405], request));
    }
    return worstOf(findings);
  }),
  attack('script-answer', 'wants the answer as a script that calls it back', async (target) => {
    const { answers } = await target.send({ target: '/v1/hello?callback=steal&jsonp=steal' });
    const [answer] = answers;
    const isScript =
      answer?.body.includes('steal') || /script/.test(answer?.headers.get('content-type') ?? '');
    return isScript ? hole(`it came: ${brief(answer?.body ?? '')}`, SIMPLE_ADVICE) : HELD;
  }),
  attack('sniff', 'makes a browser guess what an answer is', async (target) => {
    const { answers } = await target.send({ target: '/v1/hello' });
    const guarded = answers[0]?.headers;
    const isGuarded =
      guarded?.get('x-content-type-options') === 'nosniff' &&
      guarded.get('cross-origin-resource-policy') === 'same-origin';
    return isGuarded
      ? HELD
      : hole('an answer lacks nosniff or Cross-Origin-Resource-Policy: same-origin', SIMPLE_ADVICE);
  }),
  attack('console-frame', 'puts the console into a frame, or a script into the console', consoleIsGuarded),
  attack('door-simple', 'knocks at the door for pairing without asking first', async (target) => {
    const body = JSON.stringify({ scopes: ['read'], public_key: '' });
    return refused(target, SIMPLE_ADVICE, [400, 403, 404, 415], {
      ...{ method: 'POST', target: '/v1/pairing/request', body },
      headers: { origin: 'https://evil.example', 'content-type': 'text/plain' },
    });
  }),
  attack('door-preflight', 'asks beforehand at every path that is no door', async (target) => {
    const findings: Finding[] = [];
    for (const path of [
      '/v1/pairing/list',
      '/v1/pairing/refuse',
      '/v1/pairing',
      '/v1/pairing/request/../list',
      '/',
    ]) {
      const { answers } = await target.send(preflight(path, { origin: 'https://evil.example' }));
      findings.push(withoutLeave(answers[0], `a preflight for ${path}`));
    }
    return worstOf(findings);
  }),
];

function attack(id: string, name: string, run: Attack['run']): Attack {
  return { id: `cross-site-${id}`, name, family: 'cross-site', pace: 'quick', run };
}

async function refused(
  target: Target,
  advice: string,
  statuses: readonly number[],
  request: Request,
): Promise<Finding> {
  const { answers, isEnded } = await target.send(request);
  const [answer] = answers;
  if (answer === undefined && isEnded) return HELD;
  if (answer !== undefined && statuses.includes(answer.status)) return HELD;
  const what = `${request.method ?? 'GET'} ${request.target}`;
  return hole(`${what} got ${answer?.status ?? 'nothing'}: ${brief(answer?.body ?? '')}`, advice);
}

function withoutLeave(answer: Answer | undefined, what: string): Finding {
  const leave = answer?.headers.get('access-control-allow-origin');
  return leave === undefined ? HELD : hole(`${what} got leave for ${leave}`, DOOR_ADVICE);
}

/** What may be read with GET, by how its path ends; whatever else there is changes something. */
const READS = /\/(get|list|list_\w+|get_(?!or_)\w+|status|refused|hello|health|metrics)$/;

/** Of every daemon; the others are in its own description. */
const KNOWN_CHANGES = [
  '/acs/users/create',
  '/acs/credentials/delete',
  '/v1/sync/unpair',
  '/client_sessions/create',
];

const description = z.object({ paths: z.record(z.string(), z.unknown()) });

/** Without a key: an answer other than 405 says that only the key was missing. */
async function getsOfEverything(target: Target): Promise<Finding> {
  const { answers } = await target.send({ target: '/openapi.json' });
  const told = description.safeParse(parsed(answers[0]?.body ?? ''));
  const paths = told.success ? Object.keys(told.data.paths).filter((path) => !READS.test(path)) : [];
  const open: string[] = [];
  for (const path of new Set([...KNOWN_CHANGES, ...paths])) {
    for (const method of ['GET', 'HEAD']) {
      const answer = (await target.send({ method, target: path })).answers[0];
      if (answer !== undefined && ![405, 404].includes(answer.status))
        open.push(`${method} ${path} got ${answer.status}`);
    }
  }
  return open.length === 0 ? HELD : hole(open.slice(0, 5).join(', '), METHOD_ADVICE);
}

/** What the page that the daemon serves must say of itself. */
const GUARDS = [
  "default-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "object-src 'none'",
  "form-action 'none'",
];

async function consoleIsGuarded(target: Target): Promise<Finding> {
  const headers = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const [answer] = (await target.send({ target: '/', headers })).answers;
  if (answer?.status !== 200)
    return notTried(`The console is not served here (${answer?.status ?? 'no answer'}).`);
  const policy = answer.headers.get('content-security-policy') ?? '';
  const missing = GUARDS.filter((guard) => !policy.includes(guard));
  if (/unsafe-/.test(policy)) missing.push('no unsafe-inline and no unsafe-eval');
  return missing.length === 0
    ? HELD
    : hole(
        `the console’s Content-Security-Policy lacks ${missing.join(', ')}`,
        'Send the strict policy with every page.',
      );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
