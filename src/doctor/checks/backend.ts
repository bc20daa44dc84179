import { readFileSync } from 'node:fs';
import type { Finding } from '../../model/finding.ts';
import { type Check, error, fine, warning } from '../check.ts';
import type { Desk } from '../desk.ts';
import { said } from '../said.ts';

/** Of the patience, for as long as the backend may take to answer. */
const PART = 0.5;

/** From here on dates on cards may be wrong, milliseconds. */
const SKEW_MS = 60_000;

interface Address {
  readonly endpoint: string;
  /** null: it cannot be had, and `keyProblem` says why. */
  readonly key: string | null;
  readonly keyProblem: string | null;
  readonly from: string;
}

/** Whether the backend answers, takes the desk's key, and has the same time: it is asked by the doctor itself. */
export const backend: Check = {
  id: 'backend',
  async look(desk) {
    const address = await addressOf(desk);
    if (address === null) return [fine('backend-none', 'This desk is its own backend.')];
    const { endpoint, key, keyProblem, from } = address;
    const began = desk.now();
    const answer = await ask(endpoint, key, desk.patienceMs * PART).catch((thrown: unknown) =>
      reasonOf(thrown),
    );
    if (typeof answer === 'string') {
      return [
        warning({
          id: 'backend-unreachable',
          summary: `The backend at ${endpoint} does not answer; the desk works on, and tells it afterwards.`,
          evidence: [`POST ${endpoint}/workspaces/get: ${answer}`, from],
          cure: cureFor(answer),
        }),
      ];
    }
    const took = desk.now() - began;
    return [
      ...keyFindings(address, answer.status, keyProblem),
      ...clockFindings(endpoint, answer, began + took / 2),
      ...(await daemonFindings(desk, endpoint)),
    ];
  },
};

/** As the daemon finds it: that of the database, where a person paired the desk, else that of the configuration. */
async function addressOf(desk: Desk): Promise<Address | null> {
  const state = await desk.state();
  const link = state.state === 'open' ? (state.database?.backend ?? null) : null;
  if (link?.isPaired === true) {
    const { endpoint, apiKey } = link;
    return {
      endpoint,
      key: apiKey,
      keyProblem: null,
      from: `${desk.stateDir}: this desk was paired with it`,
    };
  }
  const { config } = desk;
  if (config?.backend === undefined) return null;
  const { endpoint, api_key_file: file } = config.backend;
  const from = `the configuration ${desk.configPath ?? 'by the environment'}`;
  if (config.backend_api_key !== undefined)
    return { endpoint, key: config.backend_api_key, keyProblem: null, from };
  if (file === undefined)
    return { endpoint, key: null, keyProblem: 'the configuration names no backend.api_key_file', from };
  try {
    const key = readFileSync(file, 'utf8').trim();
    if (key === '' || /\s/.test(key))
      return { endpoint, key: null, keyProblem: `${file} holds no key`, from };
    return { endpoint, key, keyProblem: null, from };
  } catch (thrown) {
    return { endpoint, key: null, keyProblem: said(thrown), from };
  }
}

interface Answer {
  readonly status: number;
  /** Its clock, which counts whole seconds; null: it does not tell. */
  readonly at: number | null;
}

async function ask(endpoint: string, key: string | null, deadlineMs: number): Promise<Answer> {
  const response = await fetch(`${endpoint.replace(/\/+$/, '')}/workspaces/get`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) },
    body: '{}',
    redirect: 'manual',
    signal: AbortSignal.timeout(deadlineMs),
  });
  await response.body?.cancel();
  const at = Date.parse(response.headers.get('date') ?? '');
  return { status: response.status, at: Number.isNaN(at) ? null : at };
}

function keyFindings(
  { endpoint, from }: Address,
  status: number,
  keyProblem: string | null,
): readonly Finding[] {
  if (keyProblem !== null || status === 401) {
    return [
      error({
        id: 'backend-unauthorised',
        summary: `The backend at ${endpoint} does not take this desk's key, so it learns nothing of what happens here.`,
        evidence: [
          `POST ${endpoint}/workspaces/get: ${status}`,
          ...(keyProblem === null ? [] : [keyProblem]),
          from,
        ],
        cure: 'Pair the desk anew (encoderctl pair URL), or put a key that counts into the file that backend.api_key_file names.',
      }),
    ];
  }
  if (status >= 500) {
    return [
      warning({
        id: 'backend-failing',
        summary: `The backend at ${endpoint} answers, and says that it fails (${status}).`,
        evidence: [`POST ${endpoint}/workspaces/get: ${status}`],
        cure: 'Tell whoever looks after it; the desk works on, and tells it afterwards.',
      }),
    ];
  }
  return [fine('backend-answers', `The backend at ${endpoint} answers.`)];
}

function clockFindings(endpoint: string, { at }: Answer, now: number): readonly Finding[] {
  if (at === null) return [];
  // Half a second has passed since, on average.
  const ahead = Math.round(now - (at + 500));
  if (Math.abs(ahead) < SKEW_MS) return [];
  const seconds = Math.round(Math.abs(ahead) / 1000);
  return [
    warning({
      id: 'clock-skewed',
      summary: `The clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the backend's: cards may begin or end at the wrong time.`,
      evidence: [
        `${endpoint}: Date is ${new Date(at).toUTCString()}`,
        `here it was ${new Date(now).toUTCString()}`,
      ],
      cure: 'Set the clock: timedatectl set-ntp true',
    }),
  ];
}

/** What the daemon itself gets from it, which may be kept from it by its unit. */
async function daemonFindings(desk: Desk, endpoint: string): Promise<readonly Finding[]> {
  const { health, url } = await desk.daemon();
  if (health === null || (health.sync.state !== 'offline' && health.sync.state !== 'stopped')) return [];
  const { state, hint } = health.sync;
  const unit = await desk.service();
  const denied = unit?.['IPAddressDeny'];
  return [
    warning({
      id: state === 'stopped' ? 'backend-stopped' : 'backend-unreachable-for-daemon',
      summary: `The daemon does not get through to its backend, and the doctor does.${hint === null ? '' : ` ${hint}`}`,
      evidence: [
        `${url}/health: sync is ${state}`,
        ...(denied === undefined || denied === ''
          ? []
          : [`systemctl show encoderd: IPAddressDeny=${denied}`]),
      ],
      cure: `encoderctl sync status says why${denied ? '; the unit may keep it from the network: systemctl restart encoderd-way-out' : ''}; at once: encoderctl sync retry (${endpoint})`,
    }),
  ];
}

function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = said(cause);
  return message.includes(code) ? message : `${message} (${code})`;
}

function cureFor(reason: string): string {
  if (/ENOTFOUND|EAI_AGAIN/.test(reason))
    return 'Its name is not known here: look at the network and at DNS (resolvectl status).';
  if (/ECONNREFUSED/.test(reason))
    return 'That computer is there, and nothing listens: is the server started, and the port right?';
  if (/CERT|certificate|SSL|TLS/i.test(reason))
    return 'Its certificate does not count: look at the clock, and at the name in the endpoint.';
  return 'Look at the cable and the network, and whether the endpoint is right.';
}
