import { expect, test } from 'vitest';
import { defaultStateDir } from '../../src/default-state-dir.ts';

test.each<[NodeJS.Platform, NodeJS.ProcessEnv, string, string]>([
  ['linux', {}, '/home/clerk', '/home/clerk/.local/state/encoderd'],
  ['linux', { XDG_STATE_HOME: '/state' }, '/home/clerk', '/state/encoderd'],
  ['linux', { XDG_STATE_HOME: '' }, '/home/clerk', '/home/clerk/.local/state/encoderd'],
  ['linux', { LOCALAPPDATA: 'C:\\x' }, '/home/clerk', '/home/clerk/.local/state/encoderd'],
  ['freebsd', {}, '/home/clerk', '/home/clerk/.local/state/encoderd'],
  ['darwin', {}, '/Users/clerk', '/Users/clerk/Library/Application Support/encoderd'],
  ['darwin', { XDG_STATE_HOME: '/state' }, '/Users/clerk', '/state/encoderd'],
  ['win32', { LOCALAPPDATA: 'D:\\Local' }, 'C:\\Users\\clerk', 'D:\\Local\\encoderd'],
  ['win32', { XDG_STATE_HOME: '/state' }, 'C:\\Users\\clerk', 'C:\\Users\\clerk\\AppData\\Local\\encoderd'],
])('on %s with %j, at %s, the state is in %s', (platform, env, home, folder) => {
  expect(defaultStateDir(platform, env, home)).toBe(folder);
});
