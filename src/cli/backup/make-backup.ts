import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import packageJson from '../../../package.json' with { type: 'json' };
import { copyDatabase, DATABASE } from '../../store/sqlite/copies.ts';
import { versionInHeader } from '../../store/sqlite/problems.ts';
import { type PackedFile, packedText, writeTarGz } from '../archive/tar-gz.ts';
import {
  CONFIG_FILE,
  DATABASE_FILE,
  FORMAT,
  isDriverFile,
  MANIFEST,
  type Manifest,
  SITE_KEYS_FILE,
} from './manifest.ts';
import { inWorkFolder } from './work-folder.ts';

/** What goes into a backup besides the database and the drivers' state. */
export interface BackupParts {
  readonly stateDir: string;
  readonly deskId: string;
  /** Of the configuration file; null: there is none. */
  readonly config: Uint8Array | null;
  /** Sealed under a passphrase; null: they stay here. */
  readonly siteKeys: Uint8Array | null;
}

/**
 * Writes a backup into an open file: the database as it is at one moment, with the daemon running or not, and the rest as files.
 * Rejects with DamagedError where the database is not sound: no backup is better than one that cannot be put back.
 */
export async function makeBackup(file: number, parts: BackupParts): Promise<Manifest> {
  const { stateDir } = parts;
  return await inWorkFolder(stateDir, async (folder) => {
    const copy = join(folder, DATABASE);
    await copyDatabase(join(stateDir, DATABASE), copy, new AbortController().signal);
    const files: readonly PackedFile[] = [
      { name: DATABASE_FILE, size: statSync(copy).size, content: { path: copy } },
      ...bytesAs(CONFIG_FILE, parts.config),
      ...bytesAs(SITE_KEYS_FILE, parts.siteKeys),
      ...driverFiles(join(stateDir, 'drivers')),
    ];
    const at = Date.now();
    const list: Manifest = {
      format: FORMAT,
      created_at: new Date(at).toISOString(),
      encoderd: packageJson.version,
      desk_id: parts.deskId,
      database_version: versionInHeader(copy) ?? 0,
      files: await Promise.all(
        files.map(async (one) => ({ name: one.name, size: one.size, sha256: await sha256Of(one.content) })),
      ),
    };
    await writeTarGz(file, [packedText(MANIFEST, `${JSON.stringify(list, null, 2)}\n`), ...files], at);
    return list;
  });
}

const bytesAs = (name: string, content: Uint8Array | null): readonly PackedFile[] =>
  content === null ? [] : [{ name, size: content.length, content }];

/** What drivers keep about their devices; the cards of the virtual ones are no more than a trial's. */
function driverFiles(folder: string): readonly PackedFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ path: join(entry.parentPath, entry.name) }))
    .map(({ path }) => ({ path, name: `drivers/${path.slice(folder.length + 1)}` }))
    .filter(({ name }) => isDriverFile(name) && !name.startsWith('drivers/virtual/'))
    .map(({ path, name }) => {
      const content = readFileSync(path);
      return { name, size: content.length, content };
    });
}

async function sha256Of(content: PackedFile['content']): Promise<string> {
  const hash = createHash('sha256');
  if (content instanceof Uint8Array) return hash.update(content).digest('hex');
  await pipeline(createReadStream(content.path), hash);
  return hash.digest('hex');
}
