import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, error, fine, warning } from '../check.ts';
import type { Desk } from '../desk.ts';

/** Whether the clock can be right, and is kept right. How far it is from the backend's, check backend tells. */
export const clock: Check = {
  id: 'clock',
  async look(desk) {
    const built = statSync(join(desk.installation, 'package.json')).mtime;
    const now = new Date(desk.now());
    if (now.getTime() < built.getTime()) {
      return [
        error({
          id: 'clock-before-build',
          summary: `The clock says ${now.toISOString()}, and this encoderd was made after that: cards would get wrong dates.`,
          evidence: [`${join(desk.installation, 'package.json')} is of ${built.toISOString()}`],
          cure: 'Set it: timedatectl set-ntp true, or by hand: timedatectl set-time "2026-12-24 18:30"; an empty battery makes it wrong again',
          isFixable: canBeKept(desk),
        }),
      ];
    }
    if (!desk.hasSystemd)
      return [fine('clock-plausible', `The clock says ${now.toISOString()}, which can be.`)];
    const outcome = await desk.run('timedatectl', ['show', '--property=NTP', '--property=NTPSynchronized']);
    if (outcome === null || outcome.code !== 0)
      return [fine('clock-plausible', `The clock says ${now.toISOString()}, which can be.`)];
    const seen = `timedatectl show: ${outcome.stdout.trim().split('\n').join(' ')}`;
    if (outcome.stdout.includes('NTPSynchronized=yes'))
      return [fine('clock-synchronised', `The clock says ${now.toISOString()}, and is kept right.`, [seen])];
    return [
      warning({
        id: 'clock-not-synchronised',
        summary: 'Nothing keeps the clock right: stays on cards begin and end when this computer thinks.',
        evidence: [seen, `the clock says ${now.toISOString()}`],
        cure: outcome.stdout.includes('NTP=yes')
          ? 'It is to be kept right, and no time server answers: look at the network, or name one in /etc/systemd/timesyncd.conf'
          : 'timedatectl set-ntp true',
        isFixable: canBeKept(desk) && !outcome.stdout.includes('NTP=yes'),
      }),
    ];
  },
  async fix(desk, _finding, say) {
    say('timedatectl set-ntp true: the clock is set by time servers from now on.');
    await desk.do('timedatectl', ['set-ntp', 'true']);
  },
};

const canBeKept = (desk: Desk): boolean =>
  desk.isRoot && desk.hasSystemd && desk.program('timedatectl') !== null;
