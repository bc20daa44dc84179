import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { readTarGz } from '../archive/tar-gz.ts';
import { CommandError, EXIT } from '../terminal.ts';
import { DATABASE_FILE, FORMAT, MANIFEST, type Manifest, manifest } from './manifest.ts';

const GZIP = Buffer.from('1f8b', 'hex');
const SQLITE = Buffer.from('SQLite format 3\0', 'latin1');

/** How many bytes the list of a backup may have. */
const LONGEST_LIST = 1024 * 1024;

/**
 * Unpacks an open file into a folder: a backup, of which every file must be as its list says, or a database alone (a copy that the daemon
 * took, or what it kept before a migration). Resolves with the list; null: it was a database alone.
 * Rejects with CommandError for anything else; what is in the folder then is of no use.
 */
export async function unpack(file: number, folder: string, name: string): Promise<Manifest | null> {
  const head = Buffer.alloc(SQLITE.length);
  if (readSync(file, head, 0, head.length, 0) === 0) {
    throw new CommandError(`${name} is empty, and no backup. Nothing was changed.`);
  }
  if (head.equals(SQLITE)) {
    copyInto(file, join(folder, DATABASE_FILE));
    return null;
  }
  if (!head.subarray(0, GZIP.length).equals(GZIP)) {
    throw new CommandError(
      `${name} is no backup: neither a file of encoderctl backup, nor a database. Nothing was changed.`,
      EXIT.failed,
    );
  }
  try {
    return await unpackArchive(file, folder);
  } catch (error) {
    if (error instanceof OtherArchive) {
      throw new CommandError(`${name} is ${error.message}. Nothing was changed.`);
    }
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `${name} is damaged, or no backup: ${detail}. Nothing was changed. Take another one.`,
    );
  }
}

async function unpackArchive(file: number, folder: string): Promise<Manifest> {
  let list: Manifest | undefined;
  const seen = new Set<string>();
  await readTarGz(file, async ({ name, size }, content) => {
    if (list === undefined) {
      if (name !== MANIFEST || size > LONGEST_LIST) throw new Error('its list is not its first file');
      list = listIn(await text(content));
      return;
    }
    const told = list.files.find((one) => one.name === name);
    // What the list does not name is unpacked nowhere.
    if (told === undefined || told.size !== size || seen.has(name))
      throw new Error(`${name} is not as its list says`);
    seen.add(name);
    if ((await writeHashed(join(folder, name), content)) !== told.sha256)
      throw new Error(`${name} was altered`);
  });
  if (list === undefined || seen.size !== list.files.length || !seen.has(DATABASE_FILE)) {
    throw new Error('files are missing in it');
  }
  return list;
}

/** A whole archive of another kind. */
class OtherArchive extends Error {}

/** Throws OtherArchive for the list of something else. */
function listIn(text: string): Manifest {
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    throw new Error('its list cannot be read');
  }
  const list = manifest.safeParse(told);
  if (list.success) return list.data;
  const { format } = z
    .object({ format: z.string().catch('') })
    .catch({ format: '' })
    .parse(told);
  if (format.startsWith('encoderd bundle ')) throw new OtherArchive('a bundle, not a backup');
  if (/^encoderd backup \d+$/.test(format) && format !== FORMAT) {
    throw new OtherArchive(`a backup of another encoderd ("${format}"; this one reads "${FORMAT}")`);
  }
  throw new Error('its list is not as encoderctl backup writes it');
}

/** Resolves with the SHA-256 of what was written. */
async function writeHashed(path: string, content: AsyncIterable<Uint8Array>): Promise<string> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const out = openSync(path, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    for await (const piece of content) {
      hash.update(piece);
      writeSync(out, piece);
    }
    return hash.digest('hex');
  } finally {
    closeSync(out);
  }
}

function copyInto(file: number, path: string): void {
  const out = openSync(path, 'wx', 0o600);
  try {
    const piece = Buffer.alloc(1024 * 1024);
    for (let at = 0, read = -1; read !== 0; at += read) {
      read = readSync(file, piece, 0, piece.length, at);
      writeSync(out, piece, 0, read);
    }
  } finally {
    closeSync(out);
  }
}
