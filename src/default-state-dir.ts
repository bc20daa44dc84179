import { posix, win32 } from 'node:path';

/**
 * Where the state is that nobody named a folder for: each system keeps what belongs to one user, and to no other, somewhere else.
 * Linux: `$XDG_STATE_HOME` or `~/.local/state` (XDG Base Directory Specification); macOS: `~/Library/Application Support`;
 * Windows: `%LOCALAPPDATA%`, which is not carried to other computers, and which other users cannot read (that of all users they can).
 * `home` is the user's own folder.
 */
export function defaultStateDir(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = env;
  switch (platform) {
    case 'win32':
      return win32.join(LOCALAPPDATA || win32.join(home, 'AppData', 'Local'), 'encoderd');
    case 'darwin':
      return posix.join(XDG_STATE_HOME || posix.join(home, 'Library', 'Application Support'), 'encoderd');
    default:
      return posix.join(XDG_STATE_HOME || posix.join(home, '.local', 'state'), 'encoderd');
  }
}
