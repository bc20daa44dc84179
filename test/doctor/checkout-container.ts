import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containersWork, SystemdContainer } from './systemd-container.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
/** Where the container has it: the unit's sandbox shows neither /tmp nor /home. */
const INSIDE = '/opt/encoderd';

/** True where this very system can be started once more, with Debian's pcscd. */
export const checkoutContainersWork = () => containersWork(['/lib/systemd/systemd', '/usr/sbin/pcscd']);

/** This very system once more, with the units of the checkout installed. */
export async function checkoutContainer(): Promise<SystemdContainer> {
  const container = await SystemdContainer.start({
    below: '/',
    roomMb: 512,
    shown: [[CHECKOUT, INSIDE]],
    prepare: install,
    path: `${INSIDE}/.node/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    folder: INSIDE,
  });
  await container.run('ip link set lo up && systemd-sysusers && systemctl start pcscd.socket');
  return container;
}

/** The unit runs the checkout's daemon, for want of a package. */
function install(root: string): void {
  const unit = readFileSync(join(CHECKOUT, 'systemd/encoderd.service'), 'utf8')
    .replaceAll('/usr/lib/encoderd/bin/node', `${INSIDE}/.node/bin/node`)
    .replaceAll('/usr/lib/encoderd', INSIDE);
  const write = (path: string, text: string) => writeFileSync(join(root, path), text);
  write('usr/lib/systemd/system/encoderd.service', unit);
  write(
    'usr/lib/sysusers.d/encoderd.conf',
    readFileSync(join(CHECKOUT, 'systemd/encoderd.sysusers.conf'), 'utf8'),
  );
  mkdirSync(join(root, 'etc/encoderd'), { recursive: true });
  write('etc/encoderd/encoderd.yaml', 'drivers: { pcsc: {} }\n');
  // What this machine runs besides has no business in it.
  write(
    'etc/systemd/system/default.target',
    '[Unit]\nRequires=basic.target dbus.socket\nAfter=basic.target\n',
  );
}
