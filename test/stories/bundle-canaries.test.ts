import { spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { issued } from './encode-stories.ts';
import { checkedSeam, RawClient } from './raw-client.ts';
import { newCard, numberOf, StoryDesk } from './story-desk.ts';

const ENCODERCTL = fileURLToPath(new URL('../../src/cli/encoderctl.ts', import.meta.url));

/** Everything that must not leave the desk, and can be told from everything else. */
const CANARIES = [
  'API key',
  'session token',
  'webhook secret',
  'backend key of the environment',
  'backend key in a file',
  'password in the configuration',
  'secret that only the environment has',
  'site keys',
  'card image',
  'card uid',
  'card number',
  'name of a guest',
  'address of a guest',
  'telephone of a guest',
  'host of the PMS',
  'host of the webhook',
  'host of the backend',
] as const;
type Canary = (typeof CANARIES)[number];

const folder = mkdtempSync(join(tmpdir(), 'encoderd-bundle-'));
const stateDir = join(folder, 'state');
const configPath = join(folder, 'encoderd.yaml');
const canaries = new Map<Canary, readonly string[]>();
const bundles = new Map<string, string>();
let daemon: EncoderdProcess;

const mark = (kind: string) => `${kind}${randomBytes(9).toString('hex')}`;
const secretOf = (canary: Canary) => z.string().parse(canaries.get(canary)?.[0]);

/** A text as it may be written down. */
function textForms(text: string): readonly string[] {
  return [text, encodeURIComponent(text), Buffer.from(text).toString('base64').replace(/=+$/, '')];
}

/** Every way in which bytes may be written down; of base64 an inner part, whatever comes before. */
function byteForms(bytes: Uint8Array): readonly string[] {
  const inner = [0, 1, 2].map((at) => Buffer.from(bytes.subarray(at)).toString('base64').slice(0, 16));
  const hex = Buffer.from(bytes).toString('hex');
  return [hex, hex.match(/../g)?.join(' ') ?? '', bytes.join(','), ...(bytes.length > 11 ? inner : [])];
}

const environment = () => ({
  ENCODERD_STATE_DIR: stateDir,
  ENCODERD_CONFIG: configPath,
  ENCODERD_DRIVERS: 'virtual',
  ENCODERD_LOG_LEVEL: 'trace',
  ENCODERD_BACKEND_API_KEY: secretOf('backend key of the environment'),
  HOTEL_PMS_PASSWORD: secretOf('secret that only the environment has'),
});

/** Makes a bundle, and keeps all that is in it, with the names of the files. */
function bundle(name: string, words: readonly string[] = []): void {
  const path = join(folder, `${name.replaceAll(' ', '-')}.tar.gz`);
  const made = spawnSync(process.execPath, [ENCODERCTL, 'bundle', path, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...environment() },
  });
  expect(made.status, made.stderr).toBe(0);
  bundles.set(name, `${gunzipSync(readFileSync(path)).toString('utf8')}${made.stdout}${made.stderr}`);
}

beforeAll(async () => {
  const hosts = ['pms', 'hook', 'backend'].map((name) => `${mark(name)}.hotel.invalid`);
  const [pms = '', hook = '', backend = ''] = hosts;
  canaries.set('host of the PMS', [pms]);
  canaries.set('host of the webhook', [hook]);
  canaries.set('host of the backend', [backend]);
  canaries.set('backend key of the environment', textForms(mark('plain')));
  canaries.set('backend key in a file', textForms(mark('filed')));
  canaries.set('secret that only the environment has', textForms(mark('pms')));
  const keyFile = join(folder, 'backend.key');
  writeFileSync(keyFile, `${secretOf('backend key in a file')}\n`, { mode: 0o600 });
  writeFileSync(
    configPath,
    `port: 0\nallowed_origins: ["https://${pms}"]\nbackend:\n  endpoint: https://${backend}\n  api_key_file: ${keyFile}\n`,
  );
  daemon = await startEncoderd(environment());
  canaries.set(
    'API key',
    textForms(
      daemon.createApiKey(
        'front desk',
        '--scope',
        'admin',
        '--scope',
        'read',
        '--scope',
        'scan',
        '--scope',
        'encode',
        '--scope',
        'manage',
      ),
    ),
  );
  const app = new RawClient(daemon.url, secretOf('API key'));
  const made = await app.post('/webhooks/create', { url: `https://${hook}/news` });
  canaries.set('webhook secret', textForms(z.string().parse(Object(made.body).webhook.secret)));
  const session = await app.post('/client_sessions/create', { allowed_origin: `https://${pms}` });
  canaries.set('session token', textForms(z.string().parse(Object(session.body).client_session.token)));
  await workWithCards(app);
  const keys = /"([\dA-F]{32})"/g;
  const siteKeys = readFileSync(join(stateDir, 'site-keys.json'), 'utf8');
  canaries.set(
    'site keys',
    [...siteKeys.matchAll(keys)].flatMap(([, key]) => byteForms(Buffer.from(key ?? '', 'hex'))),
  );
  bundle('with the daemon running');
  expect(await daemon.stop()).toBe(0);
  spoilFiles();
  bundle('with the daemon down');
  bundle('with host names', ['--with-hostnames']);
});

afterAll(async () => {
  await daemon?.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function workWithCards(app: RawClient): Promise<void> {
  const seam = checkedSeam(daemon.url, secretOf('API key'));
  const [encoder] = await seam.acs.encoders.list();
  const [system] = await seam.acs.systems.list();
  const acs_encoder_id = z.string().parse(encoder?.acs_encoder_id);
  const acs_system_id = z.string().parse(system?.acs_system_id);
  const simulate = (path: string, more: object) =>
    app.post(`/acs/encoders/simulate/${path}`, { acs_encoder_id, ...more });
  await using desk = await StoryDesk.open({
    ...{ seam, raw: app, encoderId: acs_encoder_id, systemId: acs_system_id },
    placeCard: (card) => simulate('place_card', { card }),
    removeCard: () => simulate('remove_card', {}),
  });
  const guest = {
    full_name: `Grace ${mark('Canary')} O'Hopper`,
    email_address: `${mark('grace')}@guests.invalid`,
    phone_number: `+4917${randomInt(10_000_000, 99_999_999)}`,
  };
  canaries.set('name of a guest', [guest.full_name]);
  canaries.set('address of a guest', [guest.email_address]);
  canaries.set('telephone of a guest', [guest.phone_number, guest.phone_number.slice(1)]);
  await seam.acs.users.create({ acs_system_id, ...guest });
  const [assigned, written] = [newCard(), newCard()];
  canaries.set(
    'card uid',
    [assigned, written].flatMap(({ uid }) => byteForms(Buffer.from(uid, 'hex'))),
  );
  canaries.set('card number', [assigned, written].map(numberOf));
  await desk.serve(await desk.assign({ acs_user_id: await desk.guest(guest.full_name) }), assigned);
  await issued(desk, written);
  canaries.set('card image', byteForms(imageOf(written.uid)));
}

/** A part of what was written on a card that nothing else is like: neither what the factory wrote, nor zeros. */
function imageOf(uid: string): Uint8Array {
  const cards = join(stateDir, 'drivers', 'virtual', 'cards');
  const file = readdirSync(cards)
    .map((name) => readFileSync(join(cards, name), 'utf8'))
    .find((text) => text.includes(`"${uid}"`));
  const { memory } = z.object({ memory: z.string() }).parse(JSON.parse(file ?? ''));
  const bytes = Buffer.from(memory, 'hex');
  const middle =
    [...bytes.keys()].slice(64).find((at) => new Set(bytes.subarray(at, at + 18)).size > 14) ?? 64;
  return bytes.subarray(middle, middle + 18);
}

/** What a later version, a driver or a person might write down although nobody should. */
function spoilFiles(): void {
  const said = CANARIES.filter(
    (canary) => canary !== 'card image' && canary !== 'password in the configuration',
  )
    .flatMap((canary) => (canaries.get(canary) ?? []).slice(0, canary === 'site keys' ? 1 : 3))
    .map((form) =>
      JSON.stringify({ event: 'told too much', details: { message: `it was "${form}" at the door` } }),
    );
  appendFileSync(join(stateDir, 'flight-recorder.jsonl'), `${said.join('\n')}\n`);
  const password = mark('pw');
  canaries.set('password in the configuration', [password]);
  appendFileSync(
    configPath,
    `api_password: ${password}\nold: {endpoint: "https://clerk:${password}@127.0.0.1/"}\n`,
  );
}

describe.each(['with the daemon running', 'with the daemon down', 'with host names'])(
  'a bundle %s',
  (name) => {
    test.each(CANARIES.filter((canary) => name !== 'with host names' || !/^host /.test(canary)))(
      'holds no %s',
      (canary) => {
        const text = (bundles.get(name) ?? '').toLowerCase();
        const forms = (canaries.get(canary) ?? []).filter((form) => form.length > 5);
        expect(forms.length).toBeGreaterThan(0);
        for (const form of forms) {
          const at = text.indexOf(form.toLowerCase());
          expect(at, text.slice(Math.max(0, at - 300), at + 100)).toBe(-1);
        }
      },
    );

    test.each([
      'MANIFEST.json',
      'README.md',
      'doctor.json',
      'configuration.json',
      'versions.json',
      'tables.json',
      'audit-log.json',
    ])('has %s', (file) => {
      expect(bundles.get(name)).toContain(`${file}\0`);
    });
  },
);

test('what was taken out is counted, and the same thing has the same number', () => {
  const text = bundles.get('with the daemon down') ?? '';
  const list = z
    .object({ masked: z.record(z.string(), z.number()), missing: z.array(z.object({ name: z.string() })) })
    .parse(JSON.parse(/\{\n {2}"format": "encoderd bundle 1"[\s\S]*?\n\}\n/.exec(text)?.[0] ?? ''));
  for (const kind of ['secret', 'name', 'address', 'phone', 'uid', 'card-number', 'host'])
    expect(list.masked[kind], kind).toBeGreaterThan(0);
  expect(list.missing.map(({ name }) => name)).toContain('health.json');
});

test('with the daemon running it has what only that knows, and what readers and cards said', () => {
  const text = bundles.get('with the daemon running') ?? '';
  for (const file of ['flight-recorder.now.jsonl', 'log.jsonl', 'health.json', 'sync.json', 'metrics.txt'])
    expect(text).toContain(`${file}\0`);
  expect(text).toMatch(/"kind":"apdu".*"command":"[\dA-F]{2} /);
  expect(text).toMatch(/"audit_head": ?"[\da-f]{64}"/);
});

test('with the daemon down it has what the flight recorder wrote last', () => {
  expect(bundles.get('with the daemon down')).toContain('"event":"told too much"');
});

test('host names are in it when somebody asks', () => {
  expect(bundles.get('with host names')).toContain(secretOf('host of the PMS'));
});
