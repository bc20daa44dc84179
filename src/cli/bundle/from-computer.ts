import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { arch, availableParallelism, freemem, release, totalmem, uptime, version } from 'node:os';
import { join, relative } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { Computer } from '../../doctor/computer.ts';
import { usbDevices } from '../../doctor/facts/usb-facts.ts';
import { tableSizes } from '../../store/sqlite/private-values.ts';
import { pathsIn } from '../../store/state-paths.ts';
import { asJson, type Gathered, type Missing } from './gathered.ts';

/** How long a program may take, milliseconds. */
const PROGRAM_MS = 10_000;

/** How many lines of the journal. */
const JOURNAL_LINES = 5000;

/** What runs here: versions of the daemon, its packages, the system, and what readers need. */
export async function versions(): Promise<Gathered> {
  const packages = Object.keys({ ...packageJson.dependencies, ...packageJson.optionalDependencies });
  return asJson('versions.json', {
    encoderd: packageJson.version,
    node: process.version,
    components: process.versions,
    packages: Object.fromEntries(packages.map((name) => [name, packageVersion(name)])),
    kernel: `${release()} ${version()}`,
    system:
      /^PRETTY_NAME="?([^"\n]*)/m.exec(orEmpty(() => readFileSync('/etc/os-release', 'utf8')))?.[1] ??
      process.platform,
    architecture: arch(),
    processors: availableParallelism(),
    memory_bytes: { total: totalmem(), free: freemem() },
    up_seconds: Math.round(uptime()),
    time: new Date().toISOString(),
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    pcscd: (await said('pcscd', '--version')).split('\n')[0] ?? '',
    debian_packages: (
      await said(
        'dpkg-query',
        '-W',
        'encoderd',
        'pcscd',
        'libccid',
        'libpcsclite1',
        'libusb-1.0-0',
        'systemd',
      )
    )
      .split('\n')
      .filter(Boolean),
  });
}

/** What is plugged in. */
export function usb(): Gathered {
  return asJson('usb.json', usbDevices(new Computer()));
}

/** What systemd says of the service and of the one for smart cards. */
export async function service(): Promise<Gathered | Missing> {
  const text = await said('systemctl', 'show', 'encoderd.service', 'pcscd.service', 'pcscd.socket');
  const lines = text
    .split('\n')
    .filter((line) =>
      /^(Id|ActiveState|SubState|Result|NRestarts|ExecMain\w+|MainPID|Memory(Current|Peak)|CPUUsageNSec|UnitFileState|ActiveEnterTimestamp)=/.test(
        line,
      ),
    );
  if (lines.length === 0) return { name: 'service.txt', missing: 'systemd does not run this computer' };
  return { name: 'service.txt', text: `${lines.join('\n')}\n` };
}

/** The daemon's log as the system kept it; null: it did not. */
export async function journal(): Promise<Gathered | null> {
  const text = await said(
    'journalctl',
    '-u',
    'encoderd',
    '-n',
    String(JOURNAL_LINES),
    '--no-pager',
    '-o',
    'cat',
  );
  return text.trim() === '' || text.startsWith('-- No entries --') ? null : { name: 'log.jsonl', text };
}

/** What lies in the state folder: names, sizes, modes, times; and how many rows each table has. */
export function stateFolder(stateDir: string, database: string): readonly Gathered[] {
  const cards = join(stateDir, 'drivers', 'virtual', 'cards');
  const files = pathsIn(stateDir)
    .filter((path) => !path.startsWith(cards))
    .flatMap((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined) return [];
      const mode = (found.mode & 0o7777).toString(8).padStart(4, '0');
      return [
        {
          name: relative(stateDir, path),
          bytes: found.size,
          mode,
          owner: found.uid,
          changed_at: found.mtime.toISOString(),
        },
      ];
    });
  return [asJson('state-folder.json', files), asJson('tables.json', tableSizes(database))];
}

function packageVersion(name: string): string {
  const path = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  return /"version":\s*"([^"]+)"/.exec(orEmpty(() => readFileSync(path, 'utf8')))?.[1] ?? 'absent';
}

/** What a program says; empty: there is none, or it fails. */
function said(program: string, ...words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, words, { timeout: PROGRAM_MS, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) =>
      resolve(stdout),
    );
  });
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
