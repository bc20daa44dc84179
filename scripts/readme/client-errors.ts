import { type ClientErrorCode, SENTENCES } from '../../src/client/errors.ts';
import { table } from './table.ts';

/** What is behind each of the client's own errors, and what its developer does. */
const WHAT_TO_DO: Readonly<Record<ClientErrorCode, string>> = {
  daemon_not_running:
    'Nothing answers at the address. Start encoderd (`encoderctl status`), or give its `url`.',
  wrong_port:
    'Something else answers there. Give the `url` that encoderd says at its start, or move the other program.',
  permission_prompt_pending:
    'Chrome and Edge ask once for each site. Connect from a click, show this sentence beside the button, and try again; or answer for all PCs: `encoderctl browser-policy install`.',
  permission_denied:
    'The person chose "Block", or a policy did. It is changed in the site settings ("Apps on device"), or by `encoderctl browser-policy install`.',
  page_not_secure: 'Browsers let only https pages reach programs on the computer. Serve the page with https.',
  iframe_needs_permission:
    'The page around must write `<iframe allow="loopback-network; local-network-access">`, in each frame on the way.',
  safari_mixed_content:
    'Safari lets no https page reach `http://127.0.0.1`. `encoderctl tls setup`, and give its https address as `url`.',
  origin_not_allowed:
    'With a `token`: a technician allows the origin, `encoderctl origins allow ORIGIN`. Pages without an origin (`null`) are never let in.',
  token_expired:
    'The pairing or the session was ended, or is over. With a `token`: get a new one. Else offer a button that calls `connect({ pairAgain: true })`.',
  not_the_paired_daemon:
    'What answers has not the key that the pairing fixed: another program has taken the port, or the state folder of encoderd was replaced. Nothing secret was sent. If the desk was set up anew: `connect({ pairAgain: true })`.',
  page_not_paired: 'Only with `askForCode: null`: show how to connect, then call `connect` with a function.',
  pairing_refused: 'No code was typed, three codes were wrong, or somebody at the desk refused.',
  pairing_expired: 'Ten minutes went by. Call `connect` again for a new code.',
  no_encoder_online: 'Every encoder is offline: `encoderctl status` says why.',
  several_encoders: 'Name one: `encoder`. `data.encoders` has those that are online.',
  aborted: 'The `signal` was aborted. A write that has begun goes on: `desk.follow` tells its end.',
  connection_lost:
    'The daemon went away in the middle of a request, which it may have carried out or not: look (`desk.unfinished()`, `desk.request`) before asking again.',
};

/** The errors of the client, for docs/client.md. */
export function clientErrors(): string {
  const rows = Object.entries(SENTENCES).flatMap(([code, sentence]) =>
    Object.entries(WHAT_TO_DO)
      .filter(([known]) => known === code)
      .map(([, advice]) => [`\`${code}\``, sentence, advice]),
  );
  return table(['`code`', 'what the clerk reads', 'what is behind it, and what you do'], rows);
}
