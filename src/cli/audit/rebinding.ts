import { type Attack, type Finding, hole, notTried, worstOf } from './attack.ts';
import { LiveWire } from './live-wire.ts';
import { bearer, type Target } from './target.ts';
import { brief, type Headers, type Outcome, requestText, talk } from './wire.ts';

const ADVICE =
  'Whoever can give a name to this address can make a browser ask here. Let in only requests whose Host is 127.0.0.1, localhost or [::1] with the daemon’s port, and look at allowed_hosts in the configuration.';

/** `misdirected_request`, or no HTTP at all. */
const REFUSED: readonly number[] = [400, 421];

/** A request with another Host than ours, as its parts; `PORT` stands for the daemon's. */
interface Rebound {
  readonly id: string;
  readonly name: string;
  /** Undefined: no Host at all. */
  readonly host: string | readonly string[] | undefined;
  readonly headers?: Headers;
  /** What stands before the path in the request line. */
  readonly before?: string;
}

const spelled = (id: string, name: string, host: Rebound['host'], more: Partial<Rebound> = {}): Rebound => ({
  ...{ id, name, host },
  ...more,
});

const REBOUND: readonly Rebound[] = [
  spelled('stranger', 'asks under the name of a stranger', 'rebound.example'),
  spelled('stranger-port', 'asks under the name of a stranger, with our port', 'rebound.example:PORT'),
  spelled('uppercase', 'writes the stranger’s name in capitals', 'REBOUND.EXAMPLE:PORT'),
  spelled('port-only', 'names the port and nothing else', ':PORT'),
  spelled('no-port', 'leaves out the port', '127.0.0.1'),
  spelled('other-port', 'names another port', '127.0.0.1:1'),
  spelled('localhost-other-port', 'names localhost with another port', 'localhost:1'),
  spelled('port-zeros', 'writes the port with a zero before it', '127.0.0.1:0PORT'),
  spelled('prefix', 'begins its own name with ours', '127.0.0.1.rebound.example:PORT'),
  spelled('localhost-prefix', 'begins its own name with localhost', 'localhost.rebound.example:PORT'),
  spelled('suffix', 'ends its own name with localhost', 'rebound.localhost:PORT'),
  spelled('public-dns', 'uses a public name that leads to 127.0.0.1', '127.0.0.1.nip.io:PORT'),
  spelled('userinfo', 'puts our name before an @', '127.0.0.1:PORT@rebound.example'),
  spelled('userinfo-ours', 'puts a user before our name', 'user@127.0.0.1:PORT'),
  spelled('trailing-dot', 'ends localhost with a dot', 'localhost.:PORT'),
  spelled('trailing-dot-address', 'ends 127.0.0.1 with a dot', '127.0.0.1.:PORT'),
  spelled('hexadecimal', 'writes 127.0.0.1 as 0x7f.1', '0x7f.1:PORT'),
  spelled('decimal', 'writes 127.0.0.1 as 2130706433', '2130706433:PORT'),
  spelled('octal', 'writes 127.0.0.1 as 0177.0.0.1', '0177.0.0.1:PORT'),
  spelled('short', 'writes 127.0.0.1 as 127.1', '127.1:PORT'),
  spelled('other-loopback', 'asks at 127.0.0.2', '127.0.0.2:PORT'),
  spelled('any-address', 'asks at 0.0.0.0', '0.0.0.0:PORT'),
  spelled('any-address-6', 'asks at [::]', '[::]:PORT'),
  spelled('mapped', 'asks at [::ffff:127.0.0.1]', '[::ffff:127.0.0.1]:PORT'),
  spelled('long-6', 'writes [::1] in full', '[0:0:0:0:0:0:0:1]:PORT'),
  spelled('zone-6', 'writes [::1] with a zone', '[::1%25lo]:PORT'),
  spelled('bare-6', 'writes ::1 without brackets', '::1:PORT'),
  spelled('missing', 'sends no Host', undefined),
  spelled('empty', 'sends an empty Host', ''),
  spelled('two', 'sends two Hosts, ours first', ['127.0.0.1:PORT', 'rebound.example']),
  spelled('two-ours-last', 'sends two Hosts, ours last', ['rebound.example', '127.0.0.1:PORT']),
  spelled('list', 'sends two names in one Host', '127.0.0.1:PORT, rebound.example'),
  spelled('absolute', 'asks for a whole URL of a stranger, under our Host', '127.0.0.1:PORT', {
    before: 'http://rebound.example:PORT',
  }),
  spelled('absolute-both', 'asks for a whole URL of a stranger, under its Host', 'rebound.example', {
    before: 'http://rebound.example',
  }),
  spelled('forwarded-host', 'says in X-Forwarded-Host that the Host was ours', 'rebound.example', {
    headers: { 'x-forwarded-host': '127.0.0.1:PORT', 'x-forwarded-for': '127.0.0.1' },
  }),
  spelled('forwarded', 'says in Forwarded and X-Host that the Host was ours', 'rebound.example', {
    headers: { forwarded: 'host="127.0.0.1:PORT"', 'x-host': '127.0.0.1:PORT' },
  }),
];

/** Every way to say another Host, over HTTP and on the way to a WebSocket, without a key and with a good one. */
export const attacks: readonly Attack[] = REBOUND.map((rebound) => ({
  id: `rebinding-${rebound.id}`,
  name: rebound.name,
  family: 'rebinding',
  pace: 'quick',
  run: async (target) => (isOurs(target, rebound) ? notTried(ALLOWED) : attackWith(target, rebound)),
}));

const ALLOWED = 'On port 80 a browser leaves out the port, and this is our own name.';

const isOurs = ({ address }: Target, { id }: Rebound) => address.port === 80 && id === 'no-port';

async function attackWith(target: Target, rebound: Rebound): Promise<Finding> {
  const filled = filledIn(rebound, target.address.port);
  const ask = (path: string, headers: Headers) =>
    talk(
      target.address,
      requestText({
        target: `${filled.before ?? ''}${path}`,
        headers: { host: filled.host, connection: 'close', ...filled.headers, ...headers },
      }),
    );
  const live = async () => {
    using wire = await LiveWire.open(
      target.address,
      { host: filled.host, ...filled.headers },
      `${filled.before ?? ''}/live`,
    );
    return wire.status === 101
      ? hole(`a WebSocket was opened for ${told(rebound)}`, ADVICE)
      : refusedWith(wire.status, wire.head, `an upgrade for ${told(rebound)}`);
  };
  return worstOf([
    judge(await ask('/v1/hello', {}), `GET /v1/hello for ${told(rebound)}`),
    judge(await ask('/acs/encoders/list', bearer(target.key)), `a good key for ${told(rebound)}`),
    await live(),
  ]);
}

function judge({ answers, isEnded }: Outcome, what: string): Finding {
  const [answer] = answers;
  if (answer === undefined && isEnded) return { outcome: 'held' };
  return refusedWith(answer?.status ?? 0, answer?.body ?? 'nothing', what);
}

function refusedWith(status: number, said: string, what: string): Finding {
  return REFUSED.includes(status)
    ? { outcome: 'held' }
    : hole(`${what} got ${status}: ${brief(said)}`, ADVICE);
}

const told = ({ host, before }: Rebound) =>
  `Host ${host === undefined ? '(none)' : `"${host}"`}${before === undefined ? '' : ` and a target at ${before}`}`;

/** The same with the daemon's port. */
function filledIn({ host, before, headers = {}, ...rest }: Rebound, port: number): Rebound {
  const fill = (text: string) => text.replaceAll('PORT', String(port));
  return {
    ...rest,
    host: host === undefined ? undefined : typeof host === 'string' ? fill(host) : host.map(fill),
    ...(before === undefined ? {} : { before: fill(before) }),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? fill(value) : value]),
    ),
  };
}
