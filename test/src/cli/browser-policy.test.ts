import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { lineDiff } from '../../../src/cli/browser-policy/line-diff.ts';
import { browserPolicyCommand } from '../../../src/cli/browser-policy.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { makeCertificates } from '../../../src/tls/certificates.ts';
import { writeTlsFiles } from '../../../src/tls/tls-folder.ts';
import { Desk } from '../../stories/desk.ts';
import { PairedPage } from '../../stories/paired-page.ts';
import { told } from '../site/audit-bed.ts';
import { temporaryFolder } from '../site/site-bed.ts';

const PMS = 'https://pms.example.com';
const LOOPBACK = 'LoopbackNetworkAllowedForUrls';
const CHROMIUM_FILE = 'etc/chromium/policies/managed/encoderd.json';
const FIREFOX_FILE = 'etc/firefox/policies/policies.json';
const FIREFOX_FOLDER = dirname(FIREFOX_FILE);

const outcome = z.looseObject({
  changed: z.array(z.object({ path: z.string(), how: z.string() })).default([]),
  rivals: z.array(z.string()).default([]),
  origins: z.array(z.string()).default([]),
  text: z.string().default(''),
  files: z.array(z.object({ path: z.string(), content: z.string(), is_installed: z.boolean() })).default([]),
});

/** A system's files below a root of their own, and the command on them. */
function newSystem(state = temporaryFolder(), ...always: readonly string[]) {
  const root = temporaryFolder();
  return {
    root,
    state,
    has: (path: string) => existsSync(join(root, path)),
    read: (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8')),
    text: (path: string) => readFileSync(join(root, path), 'utf8'),
    write(path: string, text: string) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    files: () =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((path) => statSync(join(root, path)).isFile())
        .toSorted(),
    audited() {
      using store = openSqliteStore(join(state, 'encoderd.db'));
      return told(store);
    },
    async run(...words: readonly string[]) {
      const said: { value: z.output<typeof outcome>; lines: readonly string[] }[] = [];
      await browserPolicyCommand.run([...words, '--state-dir', state, '--root', root, ...always], {
        isJson: false,
        result: (value, lines) => said.push({ value: outcome.parse(value), lines }),
        news: () => expect.fail('It has no news.'),
        progress: () => {},
        fail: (error) => {
          throw error;
        },
      });
      return said[0] ?? expect.fail('It said nothing.');
    },
  };
}

describe('encoderctl browser-policy install', () => {
  test('lets an origin reach this computer, in Chrome, Chromium, Edge and Firefox', async () => {
    const { run, files, read, audited, root } = newSystem();
    const { value } = await run('install', '--origin', PMS, '--origin', 'https://pms.example.com:8443');
    const chromiums = ['etc/chromium', 'etc/opt/chrome', 'etc/opt/edge'].map(
      (folder) => `${folder}/policies/managed/encoderd.json`,
    );
    expect(files()).toEqual([...chromiums, `${FIREFOX_FOLDER}/encoderd.json`, FIREFOX_FILE].toSorted());
    for (const file of chromiums) {
      expect(read(file)).toEqual({
        [LOOPBACK]: ['https://pms.example.com:443', 'https://pms.example.com:8443'],
      });
    }
    expect(read(FIREFOX_FILE)).toEqual({
      policies: { LocalNetworkAccess: { SkipDomains: ['pms.example.com'] } },
    });
    expect(value.changed).toContainEqual({ path: join(root, FIREFOX_FILE), how: 'created' });
    expect(audited()).toEqual([
      ['browser_policy_installed', { files: 5, origins: [PMS, 'https://pms.example.com:8443'] }],
    ]);
  });

  test('takes the origins of the configuration, those that a technician allowed, and those of paired pages', async () => {
    const desk = await Desk.open({ config: { allowed_origins: ['https://configured.example'] } });
    onTestFinished(() => desk[Symbol.asyncDispose]());
    desk.inStore((store) => store.origins.allow('https://allowed.example', Date.now()));
    const page = await PairedPage.open(desk, 'https://paired.example');
    const over = await PairedPage.open(desk, 'https://over.example');
    await page.pair(['read']);
    const { client_session } = await over.pair(['read']);
    desk.inStore((store) => {
      const session = store.clientSessions.get(client_session.client_session_id);
      if (session !== null) store.clientSessions.update({ ...session, revokedAt: Date.now() });
    });
    const { run } = newSystem(desk.stateDir, '--config', join(desk.stateDir, 'encoderd.yaml'));
    const origins = ['https://allowed.example', 'https://configured.example', 'https://paired.example'];
    expect((await run('install')).value.origins).toEqual(origins);
    expect((await run('show', '--origin', PMS)).value.origins).toEqual([PMS]);
  });

  test('again changes nothing, and without an origin takes that one out', async () => {
    const { run, text, audited } = newSystem();
    await run('install', '--origin', PMS, '--origin', 'https://other.example');
    const before = text(FIREFOX_FILE);
    const again = await run('install', '--origin', 'https://other.example', '--origin', PMS);
    expect(again.value.changed).toEqual([]);
    expect(again.lines).toEqual(['Everything is as it should be.']);
    expect(text(FIREFOX_FILE)).toBe(before);
    const { lines } = await run('install', '--origin', PMS);
    expect(lines.join('\n')).toContain('  -     "https://other.example:443",\n');
    expect(text(FIREFOX_FILE)).not.toContain('other.example');
    expect(audited()).toHaveLength(2);
  });

  test('tells browsers before 146 only when asked to, for that opens the whole local network in newer ones', async () => {
    const { run, read } = newSystem();
    const patterns = [`${PMS}:443`];
    await run('install', '--origin', PMS, '--older-browsers');
    expect(read(CHROMIUM_FILE)).toEqual({ [LOOPBACK]: patterns, LocalNetworkAccessAllowedForUrls: patterns });
    await run('install', '--origin', PMS);
    expect(read(CHROMIUM_FILE)).toEqual({ [LOOPBACK]: patterns });
  });

  test('gives Firefox the authority of the TLS certificate where it can read it, and Flatpak where that sees it', async () => {
    const { run, read, text, root, state } = newSystem();
    const flatpak = `var/lib/flatpak/extension/org.mozilla.firefox.systemconfig/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}/stable/policies`;
    mkdirSync(join(root, 'var/lib/flatpak/app/org.mozilla.firefox'), { recursive: true });
    const made = makeCertificates(Date.now());
    writeTlsFiles(state, { ...made, port: 3376 });
    await run('install', '--origin', PMS);
    const { policies } = z.object({ policies: z.looseObject({}) }).parse(read(FIREFOX_FILE));
    expect(policies['Certificates']).toEqual({ Install: ['/etc/firefox/policies/encoderd-ca.pem'] });
    expect(text(`${FIREFOX_FOLDER}/encoderd-ca.pem`)).toBe(made.ca);
    expect(statSync(join(root, FIREFOX_FOLDER, 'encoderd-ca.pem')).mode & 0o777).toBe(0o644);
    expect(text(`${flatpak}/policies.json`)).toContain('"/app/etc/firefox/policies/encoderd-ca.pem"');
    writeTlsFiles(state, { ...makeCertificates(Date.now()), port: 3376 });
    await run('install', '--origin', PMS);
    expect(text(`${FIREFOX_FOLDER}/encoderd-ca.pem`)).not.toBe(made.ca);
  });

  test('writes for the Chromium of a snap and of Flatpak where they are there', async () => {
    const { run, root, files } = newSystem();
    mkdirSync(join(root, 'snap/chromium'), { recursive: true });
    mkdirSync(join(root, 'var/lib/flatpak/app/org.chromium.Chromium'), { recursive: true });
    await run('install', '--origin', PMS);
    expect(files()).toContain('etc/chromium-browser/policies/managed/encoderd.json');
    expect(files().filter((path) => path.includes('org.chromium.Chromium.Extension.encoderd'))).toHaveLength(
      1,
    );
    await run('remove');
    expect(files()).toEqual([]);
  });

  test('names the file of somebody else that sets the same, and pages that are not secure', async () => {
    const { run, write, root } = newSystem();
    const rival = 'etc/chromium/policies/managed/hotel.json';
    write(rival, JSON.stringify({ [LOOPBACK]: ['https://x.example'] }));
    write('etc/chromium/policies/managed/home.json', '{"HomepageLocation": "https://hotel.example"}');
    const { value, lines } = await run('install', '--origin', 'http://old.example');
    expect(value.rivals).toEqual([join(root, rival)]);
    expect(lines.join('\n')).toContain('http://old.example is not secure');
  });

  test.each(['pms.example.com', 'https://pms.example.com/', '*', 'chrome-extension://abc'])(
    'refuses the origin %s',
    async (origin) => {
      const { run, files } = newSystem();
      await expect(run('install', '--origin', origin)).rejects.toThrow('is no origin');
      expect(files()).toEqual([]);
    },
  );

  test('refuses to let nobody in, and to write where browsers do not look', async () => {
    const { run } = newSystem();
    await expect(run('install')).rejects.toThrow('No web page is allowed or paired yet.');
    await expect(run('install', '--origin', PMS, '--system', 'windows')).rejects.toThrow(
      'reg import encoderd.reg',
    );
    await expect(run('remove', '--system', 'macos')).rejects.toThrow('encoderd.mobileconfig');
  });
});

describe("Firefox's policies.json", () => {
  const THEIRS = {
    note: 'by the hotel',
    policies: {
      DisableTelemetry: true,
      LocalNetworkAccess: { Enabled: true, SkipDomains: ['printer.local', 'pms.example.com'], Locked: true },
      Certificates: { ImportEnterpriseRoots: true },
      Homepage: { URL: 'https://hotel.example' },
    },
  };

  test.each<[string, object]>([
    ['a full file', THEIRS],
    ['a file with nothing', {}],
    ['a file with no policies', { policies: {} }],
    ['an empty list', { policies: { LocalNetworkAccess: { SkipDomains: [] } } }],
    ['a map that is empty', { policies: { Certificates: {}, LocalNetworkAccess: {} } }],
  ])('with %s keeps what it holds, and after remove holds just that', async (_what, theirs) => {
    const { run, read, write, state, has } = newSystem();
    writeTlsFiles(state, { ...makeCertificates(Date.now()), port: 3376 });
    write(FIREFOX_FILE, `\uFEFF${JSON.stringify(theirs)}`);
    await run('install', '--origin', PMS, '--origin', 'https://other.example');
    const holding = expect.objectContaining({ Install: ['/etc/firefox/policies/encoderd-ca.pem'] });
    expect(read(FIREFOX_FILE)).toMatchObject(
      Object.hasOwn(theirs, 'note') ? { note: 'by the hotel', policies: { DisableTelemetry: true } } : {},
    );
    expect(read(FIREFOX_FILE)).toMatchObject({ policies: { Certificates: holding } });
    await run('install', '--origin', PMS);
    await run('remove');
    expect(read(FIREFOX_FILE)).toEqual(JSON.parse(JSON.stringify(theirs)));
    expect(has(`${FIREFOX_FOLDER}/encoderd.json`)).toBe(false);
    expect(has(`${FIREFOX_FOLDER}/encoderd-ca.pem`)).toBe(false);
  });

  test('keeps what somebody added after us, and a file of ours goes when nothing else is in it', async () => {
    const { run, read, write, has } = newSystem();
    await run('install', '--origin', PMS);
    write(
      FIREFOX_FILE,
      JSON.stringify({
        policies: { LocalNetworkAccess: { SkipDomains: ['pms.example.com', 'later.example'] } },
      }),
    );
    await run('remove');
    expect(read(FIREFOX_FILE)).toEqual({
      policies: { LocalNetworkAccess: { SkipDomains: ['later.example'] } },
    });
    const fresh = newSystem();
    await fresh.run('install', '--origin', PMS);
    await fresh.run('remove');
    expect(fresh.files()).toEqual([]);
    expect((await fresh.run('remove')).lines).toEqual(['There is nothing of ours.']);
    expect(has(FIREFOX_FILE)).toBe(true);
  });

  test('is not touched as long as it has what is wanted already', async () => {
    const { run, text, write } = newSystem();
    const asWritten = '{"policies":{"LocalNetworkAccess":{"SkipDomains":["pms.example.com"]}}}';
    write(FIREFOX_FILE, asWritten);
    await run('install', '--origin', PMS);
    expect(text(FIREFOX_FILE)).toBe(asWritten);
    await run('remove');
    expect(text(FIREFOX_FILE)).toBe(asWritten);
  });

  test.each([
    ['no JSON', '{ // the hotel\n "policies": {} }', 'cannot be read'],
    ['a list', '[]', 'cannot be read'],
    ['policies that are none', '{"policies": 7}', '"policies" is no map of names'],
    [
      'a list of something else',
      '{"policies": {"LocalNetworkAccess": {"SkipDomains": [1]}}}',
      'is no list of texts',
    ],
  ])('that holds %s is refused and left alone, and so is everything else', async (_what, text, message) => {
    const system = newSystem();
    system.write(FIREFOX_FILE, text);
    await expect(system.run('install', '--origin', PMS)).rejects.toThrow(message);
    expect(system.text(FIREFOX_FILE)).toBe(text);
    expect(system.files()).toEqual([FIREFOX_FILE]);
    expect(system.audited()).toEqual([]);
  });

  test('is left alone when nobody knows any more what is ours in it', async () => {
    const system = newSystem();
    await system.run('install', '--origin', PMS);
    system.write(`${FIREFOX_FOLDER}/encoderd.json`, '{}');
    await expect(system.run('remove')).rejects.toThrow('does not say any more what is ours in policies.json');
    expect(system.text(FIREFOX_FILE)).toContain('pms.example.com');
  });
});

describe('encoderctl browser-policy show', () => {
  test('prints on Linux what the files would hold, and whether they do', async () => {
    const { run, files, root } = newSystem();
    const { value, lines } = await run('show', '--origin', PMS);
    expect(files()).toEqual([]);
    expect(value.files[0]).toMatchObject({ is_installed: false });
    expect(lines).toContain(`${join(root, CHROMIUM_FILE)} (not installed)`);
    await run('install', '--origin', PMS);
    expect((await run('show', '--origin', PMS)).value.files.every((file) => file.is_installed)).toBe(true);
  });

  test('prints the registry file for Windows', async () => {
    const { run } = newSystem();
    const { value } = await run('show', '--origin', PMS, '--system', 'windows');
    expect(value.text.split('\r\n')).toEqual([
      'Windows Registry Editor Version 5.00',
      '',
      '; Where one of these lists has entries already, give ours numbers that follow theirs.',
      '',
      ...['Google\\Chrome', 'Microsoft\\Edge', 'Chromium'].flatMap((browser) => [
        `[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\${browser}\\${LOOPBACK}]`,
        '"1"="https://pms.example.com:443"',
        '',
      ]),
      '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Mozilla\\Firefox\\LocalNetworkAccess\\SkipDomains]',
      '"1"="pms.example.com"',
      '',
    ]);
  });

  test('prints a profile for macOS that holds the authority as well, and is the same each time', async () => {
    const { run, state } = newSystem();
    writeTlsFiles(state, { ...makeCertificates(Date.now()), port: 3376 });
    const { text } = (await run('show', '--origin', PMS, '--system', 'macos')).value;
    for (const type of [
      'com.google.Chrome',
      'com.microsoft.Edge',
      'org.mozilla.firefox',
      'com.apple.security.root',
    ]) {
      expect(text).toContain(`<key>PayloadType</key><string>${type}</string>`);
    }
    expect(text).toContain(
      `<key>${LOOPBACK}</key><array><string>https://pms.example.com:443</string></array>`,
    );
    expect(text.match(/<dict>/g)?.length).toBe(text.match(/<\/dict>/g)?.length);
    expect(new Set(text.match(/[\dA-F]{8}-[\dA-F]{4}-8[\dA-F]{3}-8[\dA-F]{3}-[\dA-F]{12}/g)).size).toBe(6);
    expect((await run('show', '--origin', PMS, '--system', 'macos')).value.text).toBe(text);
    await expect(run('show', '--origin', PMS, '--system', 'beos')).rejects.toThrow(
      'There is no system "beos".',
    );
  });
});

test.each([
  ['', 'a\nb\n', ['+ a', '+ b']],
  ['a\nb\n', '', ['- a', '- b']],
  ['a\nb\nc\n', 'a\nx\nc\n', ['- b', '+ x']],
  ['a\nb\nc\n', 'b\nc\nd\n', ['- a', '+ d']],
  ['a\na\n', 'a\na\n', []],
])('the difference of %j and %j is %j', (before, after, diff) => {
  expect(lineDiff(before, after)).toEqual(diff);
});
