import { type Attack, type Finding, HELD, hole, worstOf } from './attack.ts';
import { bearer, type Target } from './target.ts';
import { type Answer, brief, type Headers, type Request } from './wire.ts';

const ADVICE =
  'An Origin must be the very same as one that was allowed, scheme, host and port: compare whole texts. See: encoderctl origins list';

/** `PORT` is the daemon's port, `ALLOWED` the host of a page that is allowed over https. */
interface Stranger {
  readonly id: string;
  readonly name: string;
  readonly origin: string | readonly string[];
}

const from = (id: string, name: string, origin: Stranger['origin']): Stranger => ({ id, name, origin });

export const STRANGERS: readonly Stranger[] = [
  from('foreign', 'asks from a page that nobody allowed', 'https://evil.example'),
  from('null', 'asks from a sandboxed frame or a file, whose Origin is null', 'null'),
  from('empty', 'asks with an empty Origin', ''),
  from('star', 'says * for its Origin', '*'),
  from('file', 'asks from a file', 'file://'),
  from(
    'chrome-extension',
    'asks from an extension of Chrome',
    'chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb',
  ),
  from(
    'firefox-extension',
    'asks from an extension of Firefox',
    'moz-extension://b8cd8b3f-a0ef-4ae1-9c79-5a4b0a04b0d2',
  ),
  from('data', 'asks from a data: URL', 'data:'),
  from('own-other-port', 'asks from another program’s page on 127.0.0.1', 'http://127.0.0.1:1'),
  from('own-no-port', 'asks from 127.0.0.1 without a port', 'http://127.0.0.1'),
  from('localhost-other-port', 'asks from another program’s page on localhost', 'http://localhost:8080'),
  from('own-https', 'asks from our own address with another scheme', 'wss://127.0.0.1:PORT'),
  from('own-longer-port', 'asks from a port that begins as ours', 'http://127.0.0.1:PORT0'),
  from('own-suffix', 'begins its name with our address', 'http://127.0.0.1.evil.example:PORT'),
  from('own-userinfo', 'puts our address before an @', 'http://127.0.0.1:PORT@evil.example'),
  from('own-other-loopback', 'asks from a page at 127.0.0.2', 'http://127.0.0.2:PORT'),
  from('own-any-address', 'asks from a page at 0.0.0.0', 'http://0.0.0.0:PORT'),
  from('scheme', 'is an allowed page without encryption', 'http://ALLOWED'),
  from('port', 'is an allowed page on another port', 'https://ALLOWED:8443'),
  from('default-port', 'writes the port that an allowed page leaves out', 'https://ALLOWED:443'),
  from('subdomain', 'is below an allowed page', 'https://sub.ALLOWED'),
  from('parent', 'is above an allowed page', 'https://invalid'),
  from('suffix', 'begins its name with that of an allowed page', 'https://ALLOWED.evil.example'),
  from('prefix', 'ends its name with that of an allowed page', 'https://evil-ALLOWED'),
  from('userinfo', 'puts the name of an allowed page before an @', 'https://ALLOWED@evil.example'),
  from('userinfo-before', 'puts a user before the name of an allowed page', 'https://evil@ALLOWED'),
  from('trailing-dot', 'ends the name of an allowed page with a dot', 'https://ALLOWED.'),
  from('trailing-slash', 'ends an allowed page with a slash', 'https://ALLOWED/'),
  from('path', 'puts an allowed page into its path', 'https://evil.example/https://ALLOWED'),
  from('unicode', 'writes a letter of an allowed page as one that looks the same', 'https://\u00e0ALLOWED'),
  from('two-in-one', 'names an allowed page and itself', 'https://ALLOWED https://evil.example'),
  from('list', 'names an allowed page and itself, with a comma', 'https://ALLOWED, https://evil.example'),
  from('two', 'sends two Origins, an allowed one first', ['https://ALLOWED', 'https://evil.example']),
  from('two-last', 'sends two Origins, an allowed one last', ['https://evil.example', 'https://ALLOWED']),
];

export const attacks: readonly Attack[] = [
  ...STRANGERS.map(
    (stranger): Attack => ({
      id: `origins-${stranger.id}`,
      name: stranger.name,
      family: 'origins',
      pace: 'quick',
      run: (target) => attackFrom(target, stranger),
    }),
  ),
  {
    id: 'origins-hidden',
    name: 'hides its Origin behind two thousand other headers',
    family: 'origins',
    pace: 'quick',
    run: async (target) => {
      const many = { a: Array.from({ length: 2100 }, () => '') };
      return ask(target, 'a good key', {
        target: '/acs/encoders/list',
        headers: { ...bearer(target.key), ...many, origin: 'https://evil.example' },
      });
    },
  },
];

async function attackFrom(target: Target, stranger: Stranger): Promise<Finding> {
  const headers = { origin: originOf(stranger, target) };
  return worstOf([
    await ask(target, 'GET /v1/hello', { target: '/v1/hello', headers }),
    await ask(target, 'a good key', {
      target: '/acs/encoders/list',
      headers: { ...headers, ...bearer(target.key) },
    }),
    await ask(target, 'a preflight', preflight('/acs/encoders/list', headers)),
  ]);
}

/** As it stands in the header. */
export function originOf(
  { origin }: Stranger,
  { address, origin: allowed }: Target,
): string | readonly string[] {
  const fill = (text: string) =>
    text.replaceAll('PORT', String(address.port)).replaceAll('ALLOWED', new URL(allowed).host);
  return typeof origin === 'string' ? fill(origin) : origin.map(fill);
}

/** What a browser asks before it sends a key or JSON to another origin. */
export const preflight = (path: string, headers: Headers): Request => ({
  method: 'OPTIONS',
  target: path,
  headers: {
    ...headers,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
    'access-control-request-private-network': 'true',
  },
});

async function ask(target: Target, what: string, request: Request): Promise<Finding> {
  const { answers, isEnded } = await target.send(request);
  const [answer] = answers;
  if (answer === undefined && isEnded) return HELD;
  return judge(answer, `${what} from ${quoted(request.headers?.['origin'])}`);
}

/** A page that is not allowed gets 403, and no leave to read it. */
function judge(answer: Answer | undefined, what: string): Finding {
  const cors = [...(answer?.headers.keys() ?? [])].filter((name) => name.startsWith('access-control-'));
  if (cors.length > 0) return hole(`${what} got ${answer?.status} with ${cors.join(', ')}`, ADVICE);
  return answer !== undefined && [400, 403].includes(answer.status)
    ? HELD
    : hole(`${what} got ${answer?.status ?? 'nothing'}: ${brief(answer?.body ?? '')}`, ADVICE);
}

const quoted = (origin: string | readonly string[] | undefined) =>
  origin === undefined
    ? 'no origin'
    : [origin]
        .flat()
        .map((one) => `"${brief(one, 80)}"`)
        .join(' and ');
