import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { isOrigin } from '../../src/model/web-address.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A configuration file with this text. */
function configFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'config.yaml');
  writeFileSync(path, text);
  return path;
}

function problemsOf(argv: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(argv, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  test('has a default for everything', () => {
    expect(readConfig([], { XDG_STATE_HOME: '/state' })).toMatchObject({
      state_dir: '/state/encoderd',
      port: 3375,
      log_level: 'info',
      site: { name: 'Front desk', enrol_unknown_cards: true, card_number_format: 'uid_msb_first' },
      only_drivers: undefined,
      allowed_origins: [],
      attempts: { timeout_seconds: 60 },
      limits: { kept_days: 90 },
    });
    expect(readConfig([], {})).not.toHaveProperty('drivers');
    expect(readConfig([], {})).not.toHaveProperty('backend');
    expect(readConfig([], { HOME: '/home/clerk' }).state_dir).toMatch(/\/\.local\/state\/encoderd$/);
  });

  test('is what flags say, else the environment, else the file', () => {
    const path = configFile('state_dir: /from/file\nport: 1001\nlog_level: warn\n');
    const env = {
      ENCODERD_CONFIG: path,
      ENCODERD_STATE_DIR: '/from/environment',
      ENCODERD_PORT: '1002',
    };
    expect(readConfig(['--state-dir', '/from/flag'], env)).toMatchObject({
      state_dir: '/from/flag',
      port: 1002,
      log_level: 'warn',
    });
    expect(readConfig(['--port=1003', '--log-level', 'debug'], env)).toMatchObject({
      state_dir: '/from/environment',
      port: 1003,
      log_level: 'debug',
    });
    expect(readConfig([], { ENCODERD_CONFIG: path })).toMatchObject({ state_dir: '/from/file', port: 1001 });
  });

  test('is read from the file that the flag names rather than from the one of the environment', () => {
    const [one, two] = [configFile('port: 1001'), configFile('port: 1002')];
    expect(readConfig(['--config', two], { ENCODERD_CONFIG: one }).port).toBe(1002);
  });

  test('takes every name of the environment', () => {
    expect(
      readConfig([], {
        ENCODERD_STATE_DIR: '/state',
        ENCODERD_PORT: '0',
        ENCODERD_LOG_LEVEL: 'silent',
        ENCODERD_DRIVERS: 'virtual, pcsc,',
        ENCODERD_ALLOWED_ORIGINS: 'https://pms.example.com,http://localhost:8080',
        ENCODERD_BACKEND_ENDPOINT: 'https://connect.example.com',
      }),
    ).toMatchObject({
      state_dir: '/state',
      port: 0,
      log_level: 'silent',
      only_drivers: ['virtual', 'pcsc'],
      allowed_origins: ['https://pms.example.com', 'http://localhost:8080'],
      backend: { endpoint: 'https://connect.example.com' },
    });
  });

  test('takes a name of the environment that is empty for one that is not set', () => {
    const path = configFile('port: 1001\nlog_level: warn\n');
    const env = {
      ENCODERD_CONFIG: path,
      ENCODERD_PORT: '',
      ENCODERD_LOG_LEVEL: '',
      ENCODERD_BACKEND_ENDPOINT: '',
    };
    expect(readConfig([], env)).toMatchObject({ port: 1001, log_level: 'warn' });
    expect(readConfig([], env)).not.toHaveProperty('backend');
    expect(readConfig([], { ENCODERD_CONFIG: '' }).port).toBe(3375);
  });

  test('has the backend of the file at the endpoint of the environment, and its key from the environment alone', () => {
    const path = configFile(
      'backend: { endpoint: "https://one.example", api_key_file: /etc/key, protocol: bridge }\n',
    );
    const env = { ENCODERD_CONFIG: path, ENCODERD_BACKEND_API_KEY: ' seam_key\n' };
    expect(readConfig([], env)).toMatchObject({
      backend: { endpoint: 'https://one.example', api_key_file: '/etc/key', protocol: 'bridge' },
      backend_api_key: 'seam_key',
    });
    expect(readConfig([], { ...env, ENCODERD_BACKEND_ENDPOINT: 'http://127.0.0.1:3376' })).toMatchObject({
      backend: { endpoint: 'http://127.0.0.1:3376', api_key_file: '/etc/key', protocol: 'bridge' },
    });
    const bare = configFile('backend: { endpoint: "https://one.example" }\n');
    expect(readConfig(['--config', bare], { ENCODERD_BACKEND_API_KEY: '' })).toMatchObject({
      backend: { protocol: 'auto' },
      backend_api_key: undefined,
    });
  });

  test('takes the whole file', () => {
    const path = configFile(`
site: { name: Spa, time_zone: Europe/Berlin, enrol_unknown_cards: false, card_number_format: uid_lsb_first }
drivers:
  virtual: { encoders: 2 }
  pcsc: {}
allowed_origins: [https://pms.example.com]
backend: { endpoint: https://connect.example.com, api_key_file: /etc/encoderd/backend.key }
attempts: { timeout_seconds: 30 }
limits: { requests_per_second: 5, request_burst: 6, connections: 7, kept_changes: 8000, kept_days: 9 }
`);
    expect(readConfig(['--config', path], {})).toMatchObject({
      site: {
        name: 'Spa',
        time_zone: 'Europe/Berlin',
        enrol_unknown_cards: false,
        card_number_format: 'uid_lsb_first',
      },
      drivers: { virtual: { encoders: 2 }, pcsc: {} },
      backend: { api_key_file: '/etc/encoderd/backend.key' },
      attempts: { timeout_seconds: 30 },
      limits: { requests_per_second: 5, request_burst: 6, connections: 7, kept_changes: 8000, kept_days: 9 },
    });
    expect(readConfig(['--config', configFile('')], {}).port).toBe(3375);
  });
});

describe('a configuration that cannot be used', () => {
  test('is told with every problem at once, each with its name', () => {
    const path = configFile(`
site: { time_zone: Middle-earth/Shire, enrol_unknown_cards: "yes" }
allowed_origins: [https://pms.example.com/app]
attempts: { timeout_seconds: 0 }
limits: { kept_changes: 1, kept_days: 0 }
colour: blue
`);
    const problems = problemsOf(['--port', '70000'], { ENCODERD_CONFIG: path, ENCODERD_LOG_LEVEL: 'loud' });
    for (const start of [
      'port: ',
      'log_level: ',
      'site.time_zone: Expected an IANA time zone as Europe/Berlin',
      'site.enrol_unknown_cards: ',
      'allowed_origins.0: Expected an origin as https://pms.example.com, without a path',
      'attempts.timeout_seconds: ',
      'limits.kept_changes: ',
      'limits.kept_days: ',
      'Unrecognized key: "colour"',
    ]) {
      expect(problems).toContainEqual(expect.stringMatching(new RegExp(`^${start}`)));
    }
    expect(problems).toHaveLength(9);
  });

  test.each([
    ['{ endpoint: "ftp://one.example" }', /^backend\.endpoint: Expected an address as https:/],
    ['{ endpoint: "https://clerk:secret@one.example" }', /^backend\.endpoint: An address must hold no name/],
    ['{ endpoint: nowhere }', /^backend\.endpoint: Expected an address as https:/],
    ['{ endpoint: "https://one.example", protocol: soap }', /^backend\.protocol: /],
    ['{ endpoint: "https://one.example", api_key: seam_key }', /Unrecognized key: "api_key"/],
    ['{ api_key_file: /etc/key }', /^backend\.endpoint: /],
  ])('has no backend %s', (backend, problem) => {
    expect(problemsOf(['--config', configFile(`backend: ${backend}`)], {})).toEqual([
      expect.stringMatching(problem),
    ]);
  });

  test.each(['', '-1', '3375.5', 'http', '0x50', ' ', '99999'])('has no port "%s"', (port) => {
    const problems = problemsOf([`--port=${port}`], {});
    if (port === '') expect(problems).toEqual([]);
    else expect(problems).toEqual([expect.stringMatching(/^port: /)]);
  });

  test.each(['true', 'null', '[]', '{}'])('has no port %s in its file', (port) => {
    expect(problemsOf(['--config', configFile(`port: ${port}`)], {})).toEqual([
      expect.stringMatching(/^port: /),
    ]);
  });

  test('may be a file that is missing, or no YAML, or no map of names', () => {
    expect(problemsOf(['--config', '/nowhere/config.yaml'], {})).toEqual([
      expect.stringMatching(/^\/nowhere\/config\.yaml cannot be read: .*ENOENT/),
    ]);
    for (const text of ['port: [1', 'port: 1\nport: 2', '- a\n- b', 'just a sentence']) {
      expect(problemsOf(['--config', configFile(text)], {}), text).toEqual([
        expect.stringMatching(/config\.yaml cannot be read: /),
      ]);
    }
  });

  test.each([
    ['[]', 'card_formats: Name at least one, or leave it out for all of them'],
    ['[ntag, uid_only, ntag]', 'card_formats: A format is there twice'],
  ])('has no card formats %s', (formats, problem) => {
    expect(problemsOf(['--config', configFile(`card_formats: ${formats}`)], {})).toEqual([problem]);
  });

  test.each(['123456', '012345', '0x48ED0', '1e5000'])(
    'has an application id %s that YAML takes for a number, which quotes cure',
    (id) => {
      const file = (text: string) =>
        configFile(`card_format_settings: { mifare_desfire: { application_id: ${text} } }`);
      const place = 'card_format_settings.mifare_desfire.application_id: ';
      expect(problemsOf(['--config', file(id)], {})).toEqual([
        expect.stringMatching(new RegExp(`^${place}.*put it in quotes, as "123456"$`)),
      ]);
      expect(readConfig(['--config', file('"012345"')], {})).toMatchObject({
        card_format_settings: { mifare_desfire: { application_id: '012345' } },
      });
    },
  );

  test.each([
    [
      'track_2: "{card_number}=ABC{authentication}"',
      'track_2: "A" cannot be on track 2, which takes the digits and : < = >',
    ],
    ['track_1: "HOTEL^{issue:0}"', 'track_1: {issue:0}: it has 1 to 10 digits'],
    [
      'track_2: null',
      'track_2: {card_number} is missing: without it nobody knows which card it is',
      'track_2: {authentication} is missing: without it a card proves nothing',
    ],
    ['track_3: 99', 'track_3: This is read as a number: put it in quotes, as "123456"'],
  ])('has a magnetic stripe with %s', (track, ...said) => {
    const file = configFile(`card_format_settings: { magstripe: { ${track} } }`);
    expect(problemsOf(['--config', file], {})).toEqual(
      said.map((problem) => `card_format_settings.magstripe.${problem}`),
    );
  });

  test('has an entrance without a name, with control characters or with too long a name', () => {
    const file = (names: readonly string[]) => configFile(`site: { entrances: ${JSON.stringify(names)} }`);
    const long = 'x'.repeat(201);
    expect(problemsOf(['--config', file(['Gate', ' ', 'a\nb', long, 'a\u2028b'])], {})).toEqual(
      [1, 2, 3, 4].map(
        (at) => `site.entrances.${at}: Expected 1 to 200 characters, and no control characters`,
      ),
    );
    expect(readConfig(['--config', file([' Cafe\u0301 ', 'x'.repeat(200)])], {}).site.entrances).toEqual([
      'Caf\u00E9',
      'x'.repeat(200),
    ]);
  });

  test('has an access group without a name, or with something that is no list of entrances', () => {
    const file = (groups: unknown) => configFile(`site: { access_groups: ${JSON.stringify(groups)} }`);
    expect(problemsOf(['--config', file([{ name: ' ' }, { name: 'Staff', entrances: 'Gate' }])], {})).toEqual(
      [
        'site.access_groups.0.name: Expected 1 to 200 characters, and no control characters',
        'site.access_groups.1.entrances: Invalid input: expected array, received string',
      ],
    );
    expect(readConfig(['--config', file([{ name: ' Staff ' }])], {}).site.access_groups).toEqual([
      { name: 'Staff', entrances: [] },
    ]);
  });

  test('may be a flag that there is none of', () => {
    expect(problemsOf(['--prot', '1'], {})).toEqual([expect.stringMatching(/--prot/)]);
    expect(problemsOf(['start'], {})).toEqual([expect.stringMatching(/start/)]);
  });
});

describe('an origin', () => {
  test.each([
    'https://pms.example.com',
    'http://localhost:8080',
    'http://127.0.0.1:5173',
    'http://[::1]:8080',
  ])('may be %s', (origin) => {
    expect(isOrigin(origin)).toBe(true);
  });

  test.each([
    'https://pms.example.com/',
    'https://pms.example.com:443',
    'https://pms.example.com/app',
    'https://PMS.example.com',
    'pms.example.com',
    '*',
    'null',
    '',
    'file:///tmp',
    'https://user@pms.example.com',
  ])('is not %s', (text) => {
    expect(isOrigin(text)).toBe(false);
  });
});

describe('the daemon', () => {
  const start = (flags: readonly string[]) =>
    spawnSync(process.execPath, [MAIN, ...flags], {
      env: { PATH: process.env['PATH'], ENCODERD_STATE_DIR: join(tmpdir(), 'encoderd-never-made') },
      encoding: 'utf8',
      timeout: 15_000,
    });

  test('ends with 78 and every problem on stderr when its configuration cannot be used', () => {
    const { status, stderr, stdout } = start(['--port', 'http', '--log-level', 'loud']);
    expect(status).toBe(78);
    expect(stderr).toMatch(/^The configuration cannot be used:\n {2}- port: .*\n {2}- log_level: .*\n$/);
    expect(stdout).toBe('');
  });

  test('is told of its drivers together with everything else', () => {
    const config = configFile('port: many\ndrivers: { pcsk: {}, virtual: { encoders: 0 } }\n');
    const { stderr } = spawnSync(process.execPath, [MAIN, '--config', config], { encoding: 'utf8' });
    expect(stderr).toMatch(/port: .*\n.*"pcsk".*\n.*drivers\.virtual\.encoders: /);
  });

  test('ends with 78 for a driver that there is none of, and says which there are', () => {
    const { status, stderr } = start(['--drivers', 'virtual,laser,smoke']);
    expect(status).toBe(78);
    expect(stderr).toContain('There is no driver "laser". There are: virtual, pcsc');
    expect(stderr).toContain('There is no driver "smoke".');
  });

  test("ends with 78 for a driver's option that makes no sense", () => {
    const path = configFile('drivers: { virtual: { encoders: 0, colour: blue } }');
    const { status, stderr } = start(['--config', path]);
    expect(status).toBe(78);
    expect(stderr).toMatch(/- drivers\.virtual\.encoders: /);
    expect(stderr).toMatch(/- drivers\.virtual: .*colour/);
  });
});
