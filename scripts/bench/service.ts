import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeskComputer, STICK } from '../../test/installed/desk-computer.ts';
import { handedOutPackage, VERSION } from '../../test/vm/service/packages.ts';
import { cost, type Figure, percentile, plain } from './figure.ts';

const STARTS = 9;
const LOADS =
  "for (const name of ['better-sqlite3', 'fastify', 'ws', 'zod']) require('/usr/lib/encoderd/node_modules/' + name);";

/** The package as it is handed out, on a clean Debian: how large it is, and how long systemd waits for the service. */
export async function benchService(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  try {
    const packageMb = statSync(handedOutPackage(VERSION, folder)).size / 1e6;
    await using desk = await DeskComputer.open(folder);
    await desk.look(`dpkg -i ${STICK}/encoderd_${VERSION}_amd64.deb`);
    const installedKb = Number(await desk.look(`dpkg-query -W -f '\${Installed-Size}' encoderd`));
    const nodeKb = Number(await desk.look('du -k /usr/lib/encoderd/bin/node | cut -f 1'));
    await desk.look(floorUnit());
    const own: number[] = [];
    const floor: number[] = [];
    for (let at = 0; at < STARTS; at += 1) {
      own.push(await startMs(desk, 'encoderd'));
      floor.push(await startMs(desk, 'floor'));
    }
    return [
      plain('package', 'MB', packageMb),
      cost('installed', 'MB', installedKb / 1000, nodeKb / 1000, 'the Node.js in it'),
      cost(
        'start to ready under systemd (p50)',
        'ms',
        percentile(own, 0.5),
        percentile(floor, 0.5),
        'a service that only loads better-sqlite3, fastify, ws and zod',
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A service of type notify that does nothing. */
function floorUnit(): string {
  const ready =
    "require('node:child_process').execFileSync('systemd-notify', ['--ready']); setInterval(() => {}, 1e6);";
  return `cat >/etc/systemd/system/floor.service <<'END'
[Service]
Type=notify
NotifyAccess=all
ExecStart=/usr/lib/encoderd/bin/node -e "${LOADS} ${ready}"
END
systemctl daemon-reload`;
}

/** From systemd's decision to start the unit until it counts as started (org.freedesktop.systemd1(5)), milliseconds. */
async function startMs(desk: DeskComputer, unit: string): Promise<number> {
  await desk.look(`systemctl stop ${unit}; systemctl start ${unit}`);
  const at = async (property: string) =>
    Number(await desk.look(`systemctl show --value -p ${property} ${unit}`));
  const [began, ready] = [
    await at('InactiveExitTimestampMonotonic'),
    await at('ActiveEnterTimestampMonotonic'),
  ];
  await desk.look(`systemctl stop ${unit}`);
  return (ready - began) / 1000;
}
