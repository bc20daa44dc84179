import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tlsCommand } from '../../../src/cli/tls.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { makeCertificates } from '../../../src/tls/certificates.ts';
import { told } from '../site/audit-bed.ts';
import { temporaryFolder } from '../site/site-bed.ts';

const DAY_MS = 86_400_000;

const isOpensslMissing = spawnSync('openssl', ['version']).status !== 0;
if (isOpensslMissing)
  process.stderr.write('SKIPPED: there is no openssl; certificates were not verified by it.\n');
const isDebian = existsSync('/usr/sbin/update-ca-certificates');

/** What openssl says of a certificate whose authority is trusted, when somebody is asked for under this name or address. */
function verify(folder: string, option: '-verify_hostname' | '-verify_ip', name: string): string {
  const { stdout, stderr } = spawnSync(
    'openssl',
    [
      ...['verify', '-x509_strict', '-purpose', 'sslserver', option, name],
      ...['-CAfile', 'ca.pem', 'cert.pem'],
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  return `${stdout}${stderr}`;
}

/** A state folder, and the command on it; each call returns what it says to a program and to a person. */
function newDesk() {
  const folder = temporaryFolder();
  const root = temporaryFolder();
  return {
    folder,
    root,
    tls: join(folder, 'tls'),
    read: (file: string) => readFileSync(join(folder, 'tls', file), 'utf8'),
    async run(...words: readonly string[]) {
      const said: { value: object; text: string }[] = [];
      await tlsCommand.run([...words, '--state-dir', folder, '--root', root], {
        isJson: false,
        result: (value, lines) => said.push({ value: Object(value), text: lines.join('\n') }),
        news: () => expect.fail('It has no news.'),
        progress: () => {},
        fail: (error) => {
          throw error;
        },
      });
      return said[0] ?? expect.fail('It said nothing.');
    },
    audited() {
      using store = openSqliteStore(join(folder, 'encoderd.db'));
      return told(store);
    },
  };
}

describe('encoderctl tls setup', () => {
  test.skipIf(isOpensslMissing)(
    'makes a certificate that openssl takes for localhost and loopback addresses alone',
    async () => {
      const { run, tls } = newDesk();
      await run('setup');
      expect(verify(tls, '-verify_hostname', 'localhost')).toBe('cert.pem: OK\n');
      expect(verify(tls, '-verify_ip', '127.0.0.1')).toBe('cert.pem: OK\n');
      expect(verify(tls, '-verify_ip', '::1')).toBe('cert.pem: OK\n');
      expect(verify(tls, '-verify_hostname', 'example.com')).toContain('hostname mismatch');
      expect(verify(tls, '-verify_ip', '127.0.0.2')).toContain('IP address mismatch');
    },
  );

  test.skipIf(isOpensslMissing)(
    'lets its authority vouch for nobody else: openssl refuses what it signs for example.com',
    () => {
      const folder = temporaryFolder();
      const { ca, certificate } = makeCertificates(Date.now(), 'example.com');
      writeFileSync(join(folder, 'ca.pem'), ca);
      writeFileSync(join(folder, 'cert.pem'), certificate);
      expect(verify(folder, '-verify_hostname', 'example.com')).toContain('permitted subtree violation');
    },
  );

  test.skipIf(isOpensslMissing)(
    'says in the authority, where nobody may overlook it, what it is for',
    async () => {
      const { run, tls } = newDesk();
      await run('setup');
      const { stdout } = spawnSync('openssl', ['x509', '-in', 'ca.pem', '-noout', '-text'], {
        cwd: tls,
        encoding: 'utf8',
      });
      expect(stdout).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
      expect(stdout).toMatch(/Key Usage: critical\s+Certificate Sign\n/);
      expect(stdout).toMatch(/Extended Key Usage: \s+TLS Web Server Authentication\n/);
      expect(stdout).toMatch(
        /Name Constraints: critical\s+Permitted:\s+DNS:localhost\s+IP:127\.0\.0\.0\/255\.0\.0\.0\s+IP:0:0:0:0:0:0:0:1\/FFFF(:FFFF){7}\n/,
      );
      expect(stdout).toContain('NIST CURVE: P-256');
    },
  );

  test('keeps no key of the authority: the only private key in the state folder is that of the certificate', async () => {
    const { run, folder, tls, read } = newDesk();
    await run('setup');
    expect(readdirSync(tls).sort()).toEqual(['ca.pem', 'cert.pem', 'key.pem', 'port']);
    const keys = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes('PRIVATE KEY'));
    expect(keys.map(({ name }) => name)).toEqual(['key.pem']);
    expect(new X509Certificate(read('cert.pem')).checkPrivateKey(createPrivateKey(read('key.pem')))).toBe(
      true,
    );
    const ofKey = createPublicKey(read('key.pem')).export({ type: 'spki', format: 'pem' });
    expect(new X509Certificate(read('ca.pem')).publicKey.export({ type: 'spki', format: 'pem' })).not.toBe(
      ofKey,
    );
  });

  test('lets nobody but the owner of the state folder read what it makes', async () => {
    const { run, folder, tls } = newDesk();
    await run('setup');
    expect(statSync(tls).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(tls)) {
      expect(statSync(join(tls, file)).mode & 0o777).toBe(0o600);
      expect(statSync(join(tls, file)).uid).toBe(statSync(folder).uid);
    }
  });

  test('makes certificates that are good for 397 days at most, and writes times after 2049 as well', () => {
    for (const now of [Date.now(), Date.parse('2031-04-05T10:00:00Z'), Date.parse('2050-06-01T00:00:00Z')]) {
      const { ca, certificate } = makeCertificates(now);
      for (const one of [ca, certificate].map((text) => new X509Certificate(text))) {
        expect(one.validFromDate.getTime()).toBeLessThan(now);
        expect(one.validToDate.getTime()).toBeGreaterThan(now + 365 * DAY_MS);
        expect(one.validToDate.getTime() - one.validFromDate.getTime()).toBeLessThan(397 * DAY_MS);
      }
    }
  });

  test('again makes everything anew at the same port, and says that it must be trusted anew', async () => {
    const { run, read, audited } = newDesk();
    const first = await run('setup', '--port', '4433');
    expect(first.value).toMatchObject({ was_renewed: false, port: 4433, url: 'https://127.0.0.1:4433' });
    const before = ['ca.pem', 'cert.pem', 'key.pem'].map(read);
    const second = await run('setup');
    expect(second.value).toMatchObject({ was_renewed: true, port: 4433 });
    expect(second.text).toContain('must trust this one');
    const after = ['ca.pem', 'cert.pem', 'key.pem'].map(read);
    for (const [at, text] of after.entries()) expect(text).not.toBe(before[at]);
    expect(audited()).toMatchObject([
      ['tls_set_up', { port: 4433, fingerprint: expect.stringMatching(/^[\da-f]{64}$/) }],
      ['tls_set_up', { port: 4433 }],
    ]);
  });

  test('tells for each system what makes it trust the file', async () => {
    const { run, tls } = newDesk();
    const { text } = await run('setup');
    const file = `"${join(tls, 'ca.pem')}"`;
    expect(text).toContain(
      `security add-trusted-cert -d -r trustRoot -p ssl -k /Library/Keychains/System.keychain ${file}`,
    );
    expect(text).toContain(`certutil -addstore -f Root ${file}`);
    expect(text).toContain(
      `sudo cp ${file} /usr/local/share/ca-certificates/encoderd-localhost.crt && sudo update-ca-certificates`,
    );
    expect(text).toMatch(
      /certutil -d sql:\$HOME\/\.pki\/nssdb -A -t C,, -n "encoderd localhost CA [\da-f]{8}" -i /,
    );
    expect(text).toContain('encoderctl browser-policy install');
  });

  test.each(['x', '-1', '65536', '3376.5'])('refuses the port %s', async (port) => {
    const { run, tls } = newDesk();
    await expect(run('setup', `--port=${port}`)).rejects.toThrow('is no port');
    expect(existsSync(tls)).toBe(false);
  });

  test.skipIf(!isDebian || isOpensslMissing)(
    '--install adds the authority to the store of Debian, and remove takes it away',
    async () => {
      const { run, root, tls, audited } = newDesk();
      mkdirSync(join(root, 'etc'), { recursive: true });
      writeFileSync(join(root, 'etc/ca-certificates.conf'), '# none\n');
      await run('setup', '--install');
      expect(audited().map(([action]) => action)).toEqual(['tls_set_up', 'tls_trusted']);
      const openssl = () =>
        spawnSync('openssl', ['verify', '-CApath', join(root, 'etc/ssl/certs'), join(tls, 'cert.pem')], {
          encoding: 'utf8',
        });
      expect(openssl().status).toBe(0);
      expect((await run('setup')).text).toContain('The system store has the old one: add --install.');
      expect(openssl().status).not.toBe(0);
      expect((await run('remove')).value).toEqual({ removed: true, was_installed: true });
      expect(readdirSync(join(root, 'usr/local/share/ca-certificates'))).toEqual([]);
      expect(readdirSync(join(root, 'etc/ssl/certs')).filter((name) => name.endsWith('.pem'))).toEqual([]);
    },
  );
});

describe('encoderctl tls status and remove', () => {
  test('say until when the certificate is good, and what nobody can see from here', async () => {
    const { run } = newDesk();
    expect((await run('status')).value).toEqual({ is_set_up: false });
    const made = await run('setup');
    const { value, text } = await run('status');
    expect(value).toMatchObject({
      is_set_up: true,
      is_over: false,
      is_trusted_by_system: false,
      tls_url: null,
      ca_fingerprint_sha256: Object(made.value).ca_fingerprint_sha256,
      expires_at: expect.stringMatching(/^\d{4}-/),
    });
    expect(text).toContain('The daemon does not listen with it now.');
  });

  test('name what is wrong with a folder that was changed, and setup puts it right', async () => {
    const { run, tls } = newDesk();
    await run('setup');
    chmodSync(join(tls, 'key.pem'), 0o644);
    await expect(run('status')).rejects.toThrow(
      'others can read key.pem (mode 0644). Make it anew: encoderctl tls setup',
    );
    chmodSync(join(tls, 'key.pem'), 0o600);
    writeFileSync(join(tls, 'key.pem'), makeCertificates(Date.now()).key);
    await expect(run('status')).rejects.toThrow('key.pem does not belong to cert.pem');
    await run('setup');
    expect((await run('status')).value).toMatchObject({ is_set_up: true });
    writeFileSync(join(tls, 'ca.pem'), makeCertificates(Date.now()).ca);
    await expect(run('status')).rejects.toThrow('cert.pem is not of ca.pem');
  });

  test('remove takes the whole folder, and is noted', async () => {
    const { run, tls, audited } = newDesk();
    await run('setup');
    expect((await run('remove')).value).toEqual({ removed: true, was_installed: false });
    expect(existsSync(tls)).toBe(false);
    expect(audited().at(-1)).toEqual(['tls_removed', {}]);
    await expect(run('remove')).rejects.toThrow('TLS is not set up.');
  });
});
