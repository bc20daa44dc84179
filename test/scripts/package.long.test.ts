import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const BUILD_MS = 600_000;

/** Builds a package of the checkout at `top`, and returns its path. */
function buildPackage(
  top: string,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): string {
  const said = execFileSync(process.execPath, [join(top, 'scripts/package.ts'), folder], {
    encoding: 'utf8',
    env: { ...process.env, SOURCE_DATE_EPOCH: '1790000000', ...environment },
  });
  return said.trim();
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** The same sources in another folder; what npm and the set-up have fetched is shared. */
function copyOfCheckout(folder: string): string {
  mkdirSync(folder);
  for (const name of ['src', 'drivers', 'docs', 'dist/web', 'scripts', 'systemd', 'README.md']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(root, name), join(folder, name));
  for (const name of ['node_modules', '.node']) symlinkSync(join(root, name), join(folder, name));
  return folder;
}

const folder = mkdtempSync(join(tmpdir(), 'encoderd-package-test-'));
let built = '';

beforeAll(() => {
  built = buildPackage(copyOfCheckout(join(folder, 'checkout')), join(folder, 'first'));
}, BUILD_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }), BUILD_MS);

test('a second build, from another folder and under another umask, gives the same bytes', {
  timeout: BUILD_MS,
}, () => {
  const elsewhere = join(folder, 'a-folder-with-a-longer-name');
  cpSync(join(folder, 'checkout'), elsewhere, { recursive: true, verbatimSymlinks: true });
  const before = process.umask(0o077);
  onTestFinished(() => {
    process.umask(before);
  });
  const again = buildPackage(elsewhere, join(folder, 'second'), { TZ: 'Asia/Tokyo', LANG: 'C' });
  expect(hashOf(again)).toBe(hashOf(built));
});

test('lintian finds no error in it', { timeout: BUILD_MS }, () => {
  const { status, stdout } = spawnSync('lintian', ['--fail-on', 'error', '--allow-root', built], {
    encoding: 'utf8',
  });
  expect({ status, stdout: stdout.match(/^E: .*$/gm) }).toEqual({ status: 0, stdout: null });
});

describe('unpacked anywhere', () => {
  const tree = join(folder, 'tree');
  const program = join(tree, 'usr/lib/encoderd');
  const node = join(program, 'bin/node');
  beforeAll(() => {
    execFileSync('dpkg-deb', ['-x', built, tree]);
  }, BUILD_MS);

  test('the daemon starts without any other program, and encoderctl makes a key that it takes', async () => {
    const state = join(folder, 'state');
    const env = {
      ENCODERD_CONFIG: join(tree, 'etc/encoderd/encoderd.yaml'),
      ENCODERD_STATE_DIR: state,
      ENCODERD_PORT: '0',
    };
    const daemon = spawn(node, [join(program, 'src/main.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(daemon, 'exit');
    onTestFinished(async () => {
      daemon.kill();
      await ended;
    });
    let url = '';
    for await (const line of createInterface({ input: daemon.stdout })) {
      if (!line.includes('"msg":"listening"')) continue;
      ({ url } = JSON.parse(line));
      break;
    }
    daemon.stdout.resume();
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/client.js`)).status).toBe(200);
    expect((await fetch(`${url}/`, { headers: { accept: 'text/html' } })).status).toBe(200);
    const encoderctl = (...words: readonly string[]) =>
      execFileSync(node, [join(program, 'src/cli/encoderctl.ts'), ...words], { env, encoding: 'utf8' });
    const [key = ''] = encoderctl('keys', 'create', '--name', 'desk').split('\n');
    const answer = await fetch(`${url}/v1/encoders/list_health`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(200);
    expect(encoderctl('status')).toContain(url);
  });

  test('every driver and every package with native code loads', () => {
    for (const name of ['nfc-pcsc', 'serialport', 'node-hid', 'better-sqlite3']) {
      execFileSync(node, ['-e', `require('${name}')`], { cwd: program, env: {} });
    }
    for (const name of ['pcsc', 'pn532', 'msr605', 'twn4', 'pcprox', 'virtual']) {
      const loads = `await import('./drivers/${name}/index.ts')`;
      execFileSync(node, ['--input-type=module', '-e', loads], { cwd: program, env: {} });
    }
  });

  test('bash offers doctor', () => {
    const script = join(tree, 'usr/share/bash-completion/completions/encoderctl');
    const words = `. '${script}'; COMP_WORDS=(encoderctl doc); COMP_CWORD=1; _encoderctl; echo "\${COMPREPLY[*]}"`;
    expect(execFileSync('bash', ['--norc', '-c', words], { encoding: 'utf8' })).toBe('doctor\n');
  });

  test('man shows its pages without a warning', () => {
    for (const page of ['man1/encoderctl.1', 'man5/encoderd.yaml.5', 'man8/encoderd.8']) {
      const path = join(tree, `usr/share/man/${page}.gz`);
      const words = ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', path];
      const { status, stderr } = spawnSync('man', words, {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      });
      expect({ page, status, stderr }).toEqual({ page, status: 0, stderr: '' });
    }
  });
});

const canMakeRoots = process.getuid?.() === 0 && spawnSync('mmdebstrap', ['--version']).status === 0;

describe.skipIf(!canMakeRoots)('installed in a Debian on which no systemd runs', () => {
  const debian = join(folder, 'debian');
  let newer = '';

  const inside = (...words: readonly string[]) => {
    const env = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      DEBIAN_FRONTEND: 'noninteractive',
      LC_ALL: 'C.UTF-8',
    };
    const { status, stdout, stderr } = spawnSync('chroot', [debian, ...words], { encoding: 'utf8', env });
    return { status, stdout, stderr };
  };
  const installs = (path: string, ...environment: readonly string[]) => {
    cpSync(path, join(debian, 'encoderd.deb'));
    return inside('env', ...environment, 'dpkg', '-i', '/encoderd.deb');
  };
  const succeeds = { status: 0, stderr: '' };

  beforeAll(() => {
    const packages = 'pcscd,libccid,adduser,libstdc++6,libusb-1.0-0,util-linux';
    const words = ['--mode=root', '--variant=essential', '--format=directory', `--include=${packages}`];
    // From where this machine's own apt gets Debian's packages, as scripts/vm/recipe.sh has it.
    const source =
      'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(REPO_URI) $(RELEASE) $(COMPONENT)';
    const sources = execFileSync('apt-get', [
      'indextargets',
      '--format',
      source,
      'Created-By: Packages',
      'Origin: Debian',
    ]);
    const acquire = join(folder, 'apt.conf');
    writeFileSync(
      acquire,
      execFileSync('apt-config', ['dump', '--no-empty', '--format', '%f "%v";%n', 'Acquire']),
    );
    execFileSync('mmdebstrap', [...words, `--aptopt=${acquire}`, '', debian, '-'], {
      input: sources,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    newer = buildPackage(join(folder, 'checkout'), join(folder, 'newer'), {
      ENCODERD_PACKAGE_VERSION: '99.1',
    });
  }, BUILD_MS);

  test('it is installed, upgraded, not downgraded, and purged without a trace', { timeout: BUILD_MS }, () => {
    const before = filesOf(debian);
    expect(installs(built)).toMatchObject(succeeds);
    expect(existsSync(join(debian, 'etc/systemd/system/multi-user.target.wants/encoderd.service'))).toBe(
      false,
    );
    expect(inside('readlink', '/etc/systemd/system/multi-user.target.wants/encoderd.service').status).toBe(0);

    // Root's encoderctl works as the daemon's user.
    expect(inside('encoderctl', 'keys', 'create', '--name', 'desk')).toMatchObject(succeeds);
    const owners = () => inside('find', '/var/lib/encoderd', '-printf', '%u %m\\n').stdout.trim().split('\n');
    expect(new Set(owners())).toEqual(new Set(['encoderd 700', 'encoderd 600']));
    // As does one that stays root.
    expect(inside('encoderctl', 'audit-log', 'export', '/root/log').status).toBe(0);
    expect(inside('encoderctl', 'backup', '/root/copy').status).toBe(0);
    expect(new Set(owners())).toEqual(new Set(['encoderd 700', 'encoderd 600']));

    expect(inside('sh', '-c', 'echo "# ours" >>/etc/encoderd/encoderd.yaml')).toMatchObject(succeeds);
    expect(installs(newer)).toMatchObject(succeeds);
    expect(inside('tail', '-n', '1', '/etc/encoderd/encoderd.yaml').stdout).toBe('# ours\n');
    expect(inside('encoderctl', 'keys', 'list').stdout).toContain('desk');

    const refused = installs(built);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain('version 99.1 was installed here');
    expect(inside('dpkg', '-s', 'encoderd').stdout).toMatch(
      /^Status: install ok installed$[\s\S]*^Version: 99\.1$/m,
    );
    expect(inside('encoderctl', 'keys', 'list').stdout).toContain('desk');
    expect(installs(built, 'ENCODERD_ALLOW_DOWNGRADE=1').status).toBe(0);

    expect(inside('dpkg', '--remove', 'encoderd')).toMatchObject(succeeds);
    expect(existsSync(join(debian, 'var/lib/encoderd/encoderd.db'))).toBe(true);
    expect(inside('dpkg', '--purge', 'encoderd')).toMatchObject(succeeds);
    expect(inside('getent', 'passwd', 'encoderd').status).toBe(2);
    expect(inside('getent', 'group', 'encoderd').status).toBe(2);
    rmSync(join(debian, 'encoderd.deb'));
    rmSync(join(debian, 'root/log'), { force: true });
    rmSync(join(debian, 'root/copy'), { force: true });
    expect(filesOf(debian).filter((path) => !before.includes(path))).toEqual([]);
  });
});

/** Every path below `top` but for what dpkg, adduser and the dynamic linker keep for themselves. */
function filesOf(top: string): readonly string[] {
  return execFileSync('find', ['.', '-path', './proc', '-prune', '-o', '-print'], {
    cwd: top,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => !/^\.\/var\/(lib\/dpkg|log|cache\/ldconfig)\//.test(path))
    .filter(
      (path) => !/^\.\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$|^\.\/run\/adduser$/.test(path),
    );
}
