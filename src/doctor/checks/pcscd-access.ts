import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, error, fine } from '../check.ts';
import type { Desk } from '../desk.ts';

/** Codes that say that nothing listens, or that nothing was asked: check pcscd tells of them. */
const NOT_ASKED = ['ENOENT', 'ECONNREFUSED', 'ETIMEDOUT', 'timeout', 'unloadable'];

/** It is there where pcscd was built to ask polkit. */
const POLICY = 'usr/share/polkit-1/actions/org.debian.pcsc-lite.policy';
const RULES = ['etc/polkit-1/rules.d', 'run/polkit-1/rules.d', 'usr/share/polkit-1/rules.d'];
const OUR_RULE = '50-encoderd.rules';

/** Whether the user that the daemon runs as may use the smart card service: tried by that user (SCardEstablishContext). */
export const pcscdAccess: Check = {
  id: 'pcscd-access',
  async look(desk) {
    if (!desk.isLinux || desk.drivers?.includes('pcsc') === false) return [];
    const pcsc = await desk.pcsc();
    if (pcsc.state === 'works') {
      return [
        fine('pcscd-lets-in', `The smart card service lets the user ${pcsc.askedAs} in.`, [
          `SCardEstablishContext as ${pcsc.askedAs}: done`,
        ]),
      ];
    }
    if (NOT_ASKED.includes(pcsc.code)) return [];
    const { name } = desk.worker.account;
    const seen = `SCardEstablishContext as ${pcsc.askedAs}: ${pcsc.message}`;
    if (!desk.has(POLICY)) {
      return [
        error({
          id: 'pcscd-refuses-user',
          summary: `The smart card service does not let the user ${name} in.`,
          evidence: [seen, `there is no ${desk.at(POLICY)}: this pcscd does not ask polkit`],
          cure: 'Look at the permissions of /run/pcscd and of pcscd.comm in it (everybody may write to it as Debian makes it): systemctl restart pcscd.socket',
        }),
      ];
    }
    const rules = RULES.flatMap((folder) =>
      desk
        .names(folder)
        .filter((file) => desk.text(`${folder}/${file}`)?.includes(`'${name}'`) === true)
        .map((file) => desk.at(`${folder}/${file}`)),
    );
    return [
      error({
        id: 'polkit-refuses-user',
        summary: `polkit does not let the user ${name} use the smart card service.`,
        evidence: [
          seen,
          rules.length === 0
            ? `no file in ${RULES.map((folder) => desk.at(folder)).join(', ')} names ${name}`
            : `${rules.join(', ')} names ${name}, and does not help`,
        ],
        cure:
          rules.length === 0
            ? `Put the rule of encoderd into ${desk.at('etc/polkit-1/rules.d')}: apt-get install --reinstall encoderd`
            : 'systemctl restart polkit; then look for a rule that comes before it: journalctl -u polkit',
        isFixable: desk.isRoot && rules.length === 0 && ourRule(desk) !== null,
      }),
    ];
  },
  async fix(desk, _finding, say) {
    const rule = ourRule(desk);
    if (rule === null) return;
    const path = desk.at(`etc/polkit-1/rules.d/${OUR_RULE}`);
    say(`${path}: written, so that polkit lets the user encoderd use the smart card service.`);
    mkdirSync(desk.at('etc/polkit-1/rules.d'), { recursive: true });
    cpSync(rule, path);
  },
};

/** Where the rule is that comes with encoderd; null: it is only in the package. */
function ourRule(desk: Desk): string | null {
  const path = join(desk.installation, 'systemd/50-encoderd.polkit.rules');
  return desk.serviceAccount !== null && desk.program('pcscd') !== null && existsSync(path) ? path : null;
}
