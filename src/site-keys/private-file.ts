import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { SiteKeysError } from './errors.ts';

const OTHERS = 0o077;

/** What was in a file, and what tells whether it has changed since (see stampOf). */
export interface FileText {
  readonly text: string;
  readonly stamp: string;
}

/**
 * Reads a file that only its owner may read, and that belongs to whoever runs this.
 * Throws SiteKeysError `missing`, `too_open`, `wrong_owner` or `unusable`.
 */
export function readPrivateFile(path: string, platform: NodeJS.Platform = process.platform): FileText {
  return reading(path, (file) => {
    const { mode, uid } = fstatSync(file);
    // Windows has lists of who may do what, and Node.js tells of modes that nobody gave (docs/other-systems.md).
    if (platform !== 'win32' && (mode & OTHERS) !== 0) {
      const seen = (mode & 0o777).toString(8).padStart(4, '0');
      const cure = `Cure: chmod 600 ${path}, and, if somebody may have read it, encoderctl site-keys rotate.`;
      throw new SiteKeysError(
        'too_open',
        `${path} holds keys, and others can read it (mode ${seen}). ${cure}`,
      );
    }
    const owners = ownersBeside(path);
    if (!owners.includes(uid)) {
      const cure = `Run this as its owner, or: chown ${owners.join(' or ')} ${path}.`;
      throw new SiteKeysError('wrong_owner', `${path} holds keys, and belongs to user ${uid}. ${cure}`);
    }
  });
}

/** Reads a file whoever it belongs to. Throws SiteKeysError `missing` or `unusable`. */
export function readHandedFile(path: string): FileText {
  return reading(path, () => {});
}

/** Changes with the content, the owner or the mode of a file, and when another takes its place; undefined where there is none. */
export function stampOf(path: string): string | undefined {
  const found = doing(path, 'read', () => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return found && `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
}

/** Makes a folder of mode 0700 where there is none. Throws SiteKeysError `unusable`. */
export function makePrivateFolder(path: string): void {
  doing(path, 'written', () => mkdirSync(path, { recursive: true, mode: 0o700 }));
}

/** Writes a new file of mode 0600, whole or not at all, and onto the disk. Throws SiteKeysError `exists` or `unusable`. */
export function createPrivateFile(path: string, text: string): void {
  const temporary = writeBeside(path, text);
  try {
    doing(path, 'written', () => linkSync(temporary, path));
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(path);
}

/** Puts a file of mode 0600 in the place of another, whole or not at all, and onto the disk. Throws SiteKeysError `unusable`. */
export function replacePrivateFile(path: string, text: string): void {
  const temporary = writeBeside(path, text);
  try {
    doing(path, 'written', () => renameSync(temporary, path));
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(path);
}

/** Keeps what is there under another name, which nothing has. Throws SiteKeysError. */
export function keepAs(path: string, other: string): void {
  doing(other, 'written', () => linkSync(path, other));
}

/** Writes a new file of mode 0600 wherever a person wants it: a stick without links and owners too. Throws SiteKeysError `exists` or `unusable`. */
export function writeNewFile(path: string, bytes: Uint8Array | string): void {
  const file = doing(path, 'written', () => openSync(path, 'wx', 0o600));
  try {
    doing(path, 'written', () => {
      writeFileSync(file, bytes);
      fsyncSync(file);
    });
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

function reading(path: string, check: (file: number) => void): FileText {
  const stamp = stampOf(path) ?? '';
  const file = doing(path, 'read', () => openSync(path, 'r'));
  try {
    check(file);
    return { text: doing(path, 'read', () => readFileSync(file, 'utf8')), stamp };
  } finally {
    closeSync(file);
  }
}

function writeBeside(path: string, text: string): string {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  writeNewFile(temporary, text);
  // A technician who is root leaves the service's folder with files that the service can read.
  const [owner] = ownersBeside(path);
  if (process.geteuid?.() === 0 && owner !== undefined) {
    doing(path, 'written', () => chownSync(temporary, owner, statSync(dirname(path)).gid));
  }
  return temporary;
}

/** Who may own a file here, the likeliest first: for root, also the owner of the folder. */
function ownersBeside(path: string): readonly number[] {
  const me = process.geteuid?.() ?? 0;
  return me === 0 ? [...new Set([statSync(dirname(path)).uid, me])] : [me];
}

/** A rename or link is on the disk once its folder is. Windows has no such call for folders: NTFS keeps a journal of its own. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function doing<T>(path: string, done: 'read' | 'written', work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' && done === 'read') throw new SiteKeysError('missing', `There is no file ${path}.`);
    if (code === 'EEXIST') throw new SiteKeysError('exists', `There is a file ${path} already.`);
    const detail = error instanceof Error ? error.message : String(error);
    throw new SiteKeysError('unusable', `${path} cannot be ${done}: ${detail}.`);
  }
}
