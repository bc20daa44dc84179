import { cpSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../model/finding.ts';
import { type Check, error, fine } from '../check.ts';
import { programAt } from '../command.ts';
import type { Desk } from '../desk.ts';
import { type DeskDevice, deviceFacts } from '../facts/device-facts.ts';

const RULE = '60-encoderd.rules';
const RULE_FOLDERS = ['etc/udev/rules.d', 'usr/lib/udev/rules.d', 'lib/udev/rules.d'];

/** Whether the user that the daemon runs as may open the ports and HID devices of its drivers: tried by that user. */
export const deviceAccess: Check = {
  id: 'device-access',
  async look(desk) {
    if (!desk.isLinux) return [];
    const { account } = desk.worker;
    return Promise.all(
      deviceFacts(desk).devices.map(async (device) => {
        const { path } = device.candidate;
        const isOpen = await mayOpen(desk, path);
        return isOpen
          ? fine(
              'device-accessible',
              `The user ${account.name} may open ${path} for the driver ${device.driver}.`,
            )
          : refused(desk, device);
      }),
    );
  },
  async fix(desk, _finding, say) {
    const { account } = desk.worker;
    const path = desk.at(`etc/udev/rules.d/${RULE}`);
    if (!hasRule(desk)) {
      say(`${path}: written, so that udev gives HID encoders to the service from now on.`);
      cpSync(ownRule(desk), path);
    }
    const groups = serialGroups(desk);
    for (const group of groups) {
      say(
        `usermod -aG ${group} ${account.name}: the user may open serial ports from the service's next start on.`,
      );
      await desk.do('usermod', ['-aG', group, account.name]);
    }
    if (desk.program('udevadm') !== null) {
      say('udevadm control --reload, udevadm trigger: the rules are applied to what is plugged in.');
      await desk.do('udevadm', ['control', '--reload']);
      await desk.do('udevadm', ['trigger', '--subsystem-match=hidraw', '--subsystem-match=tty']);
      await desk.do('udevadm', ['settle', '--timeout=5']);
    }
  },
};

/** By test(1) as that user; as whoever runs the doctor where it may be nobody else. */
async function mayOpen(desk: Desk, path: string): Promise<boolean> {
  const test = programAt('/', 'test');
  if (test === null) throw new Error('There is no program test(1) to try it with.');
  const { code } = await desk.runAs(desk.worker.account, test, ['-r', path, '-a', '-w', path]);
  return code === 0;
}

function refused(desk: Desk, { driver, kind, candidate }: DeskDevice): Finding {
  const { account } = desk.worker;
  const { path } = candidate;
  const who = desk.canBe(account) ? account.name : 'you, who are not the service';
  const group = groupOf(desk, path);
  return error({
    id: 'device-not-accessible',
    summary: `The user ${account.name} may not open ${path}, which the driver ${driver} is for.`,
    evidence: [`test -r ${path} -a -w ${path}, as ${who}: refused`, nodeWords(path, group)],
    cure:
      kind === 'serial' && group !== null && group !== 'root'
        ? `usermod -aG ${group} ${account.name}, then start the service again`
        : `Put the rule of encoderd into ${desk.at('etc/udev/rules.d')} (apt-get install --reinstall encoderd), and plug the device in anew`,
    isFixable: desk.isRoot && isMendable(desk, kind, group),
  });
}

/** Where the rule is there already and udev runs, udev only has to be asked again. */
function isMendable(desk: Desk, kind: DeskDevice['kind'], group: string | null): boolean {
  if (kind === 'serial') return group !== null && group !== 'root' && desk.program('usermod') !== null;
  return desk.program('udevadm') !== null && (hasRule(desk) || existsSync(ownRule(desk)));
}

/** The groups that own the serial ports that are refused. */
function serialGroups(desk: Desk): readonly string[] {
  const groups = deviceFacts(desk)
    .devices.filter(({ kind }) => kind === 'serial')
    .flatMap(({ candidate }) => groupOf(desk, candidate.path) ?? []);
  return [...new Set(groups)].filter((group) => group !== 'root');
}

const ownRule = (desk: Desk): string => join(desk.installation, 'systemd', RULE);

const hasRule = (desk: Desk): boolean => RULE_FOLDERS.some((folder) => desk.has(`${folder}/${RULE}`));

function nodeWords(path: string, group: string | null): string {
  const node = statSync(path, { throwIfNoEntry: false });
  if (node === undefined) return `${path} is not there any more`;
  const mode = (node.mode & 0o777).toString(8).padStart(4, '0');
  return `${path} belongs to the user ${node.uid} and the group ${group ?? node.gid}, with the mode ${mode}`;
}

/** The name of the group that a file belongs to; null: it has none, or there is no such file. */
function groupOf(desk: Desk, path: string): string | null {
  const node = statSync(path, { throwIfNoEntry: false });
  const lines = (desk.text('etc/group') ?? '').split('\n').map((line) => line.split(':'));
  return lines.find(([, , gid]) => gid === String(node?.gid))?.[0] ?? null;
}
