import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { Candidate } from './contract.ts';

/** Reading and writing for the group of a file. */
const GROUP_MAY = 0o060;

/** What a technician can do when the system forbids this user a device (EACCES): in one clause. */
export async function accessCure(candidate: Candidate): Promise<string> {
  const user = userName();
  const node = await stat(candidate.path).catch(() => undefined);
  const group = node === undefined ? undefined : await groupOf(node.gid);
  const isGroupMeant =
    node !== undefined && node.gid !== 0 && (node.mode & GROUP_MAY) === GROUP_MAY && group !== undefined;
  if (!isGroupMeant) return `${udevRule(candidate)}, then start the service again`;
  if (group.members.includes(user))
    return `the user is in the group ${group.name} by now: start the service again`;
  return `it belongs to the group ${group.name}: usermod -aG ${group.name} ${user}, then start the service again`;
}

/** By name, or by number where it has none. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `#${process.getuid?.() ?? '?'}`;
  }
}

interface Group {
  readonly name: string;
  readonly members: readonly string[];
}

/** From /etc/group (group(5)); undefined where it is not there. */
async function groupOf(gid: number): Promise<Group | undefined> {
  const lines = (await readFile('/etc/group', 'utf8').catch(() => '')).split('\n');
  for (const line of lines) {
    const [name, , id, members = ''] = line.split(':');
    if (name !== undefined && id === String(gid)) return { name, members: members.split(',') };
  }
  return undefined;
}

/** A rule as udev(7) takes it, for a device whose group would not help. */
function udevRule({ path, usb }: Candidate): string {
  const subsystem = path.includes('hidraw') ? 'hidraw' : 'tty';
  const which =
    usb === undefined
      ? `KERNEL=="${path.replace(/^.*\//, '')}"`
      : `ATTRS{idVendor}=="${usb.vendorId}", ATTRS{idProduct}=="${usb.productId}"`;
  return `write SUBSYSTEM=="${subsystem}", ${which}, GROUP="dialout", MODE="0660" to /etc/udev/rules.d/60-encoderd.rules, put the user into the group dialout, plug the device in anew`;
}
