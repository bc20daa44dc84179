import { chmodSync, chownSync, closeSync, fsyncSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Puts a finished file of mode 0600 on the disk and in its place, whole or not at all; it belongs to whom the folder belongs to. */
export function putInPlace(draft: string, path: string): void {
  chmodSync(draft, 0o600);
  const { uid, gid } = statSync(dirname(path));
  if (process.geteuid?.() === 0) chownSync(draft, uid, gid);
  sync(draft, 'r+');
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** A rename, a link or a removal is on the disk once its folder is. Windows has no such call for folders: NTFS keeps a journal of its own. */
export function syncFolder(folder: string): void {
  if (process.platform !== 'win32') sync(folder, 'r');
}

function sync(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
