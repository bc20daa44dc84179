import type { Finding } from '../../model/finding.ts';
import { type Check, error, fine, warning } from '../check.ts';
import type { Desk } from '../desk.ts';

/** The oldest pcsc-lite that encoderd is known to work with: that of Debian 11 is 1.9.1. */
const OLDEST_VERSION = [1, 9, 0] as const;

const SOCKET = 'pcscd.socket';

/** Whether the smart card service is installed, new enough, and listens. */
export const pcscd: Check = {
  id: 'pcscd',
  async look(desk) {
    if (!desk.isLinux) return [];
    if (desk.drivers?.includes('pcsc') === false)
      return [fine('pcscd-not-needed', 'No smart card service is needed: the driver pcsc is off.')];
    const path = desk.program('pcscd');
    const pcsc = await desk.pcsc();
    if (path === null && pcsc.state === 'refused') return [absent(desk)];
    const { version, evidence } = await versionOf(desk);
    const old = version === null || isAtLeast(version, OLDEST_VERSION) ? [] : [tooOld(version, evidence)];
    if (pcsc.state === 'works') {
      if (old.length > 0) return old;
      const names = version === null ? '' : ` ${version.join('.')}`;
      return [fine('pcscd-works', `The smart card service pcscd${names} answers.`, evidence)];
    }
    switch (pcsc.code) {
      case 'ENOENT':
      case 'ECONNREFUSED':
      case 'ETIMEDOUT':
      case 'timeout':
        return [...old, await notRunning(desk, pcsc.code, pcsc.message)];
      case 'unloadable':
        return [...old, unloadable(pcsc.message)];
      default:
        // Whoever asks is refused: pcscd-access tells of it.
        return old;
    }
  },
  async fix(desk, _finding, say) {
    say(
      `systemctl enable --now ${SOCKET}: the smart card service listens from now on, and after each start.`,
    );
    await desk.do('systemctl', ['reset-failed', SOCKET, 'pcscd.service']).catch(() => {});
    await desk.do('systemctl', ['enable', '--now', SOCKET]);
  },
};

function absent(desk: Desk): Finding {
  return error({
    id: 'pcscd-absent',
    summary: 'The smart card service pcscd is not installed, so no PC/SC reader can be used.',
    evidence: [`there is no program pcscd in ${desk.at('usr/sbin')} or beside it`],
    cure: desk.isDebian
      ? 'apt-get install pcscd libccid'
      : 'Install the packages of pcsc-lite and ccid of this system.',
  });
}

async function notRunning(desk: Desk, code: string, message: string): Promise<Finding> {
  const unit = await desk.service(SOCKET);
  const active = unit?.['ActiveState'];
  const isStuck = code === 'timeout' || code === 'ETIMEDOUT';
  const isSocketOff = unit !== null && unit['LoadState'] === 'loaded' && active !== 'active';
  const evidence = [
    message,
    ...(unit === null ? [] : [`systemctl show ${SOCKET}: ${unit['LoadState']}, ${active}`]),
  ];
  if (isStuck) {
    return error({
      id: 'pcscd-stuck',
      summary: 'The smart card service pcscd is there and does not answer.',
      evidence,
      cure: 'systemctl restart pcscd.service; if it comes again, unplug the readers one by one until it answers.',
    });
  }
  if (isSocketOff) {
    return error({
      id: 'pcscd-socket-not-active',
      summary: 'Nothing starts the smart card service pcscd when it is asked for: its socket is not active.',
      evidence,
      cure: `systemctl enable --now ${SOCKET}`,
      isFixable: desk.isRoot,
    });
  }
  return error({
    id: 'pcscd-not-running',
    summary: 'The smart card service pcscd is installed and does not run.',
    evidence,
    cure: desk.hasSystemd ? `systemctl restart ${SOCKET}` : 'Start pcscd as root: pcscd',
    isFixable: desk.isRoot && unit?.['LoadState'] === 'loaded',
  });
}

function tooOld(version: readonly number[], evidence: readonly string[]): Finding {
  return warning({
    id: 'pcscd-too-old',
    summary: `The smart card service pcscd is of version ${version.join('.')}; encoderd is known to work from ${OLDEST_VERSION.join('.')} on.`,
    evidence,
    cure: 'Install a newer pcscd and libccid, or a newer release of this system.',
  });
}

function unloadable(message: string): Finding {
  return error({
    id: 'pcsc-package-unloadable',
    summary: 'The part of encoderd that speaks to the smart card service cannot be loaded.',
    evidence: [`drivers/pcsc/probe.ts: ${message}`],
    cure: 'Install libpcsclite1, and encoderd once more: apt-get install --reinstall libpcsclite1 encoderd',
  });
}

/** By `pcscd --version`, which begins with `pcsc-lite version 1.9.9.`. */
async function versionOf(
  desk: Desk,
): Promise<{ readonly version: readonly number[] | null; readonly evidence: readonly string[] }> {
  const outcome = await desk.run('pcscd', ['--version']);
  const [line = ''] = outcome?.stdout.split('\n') ?? [];
  const [, numbers] = /version (\d+(?:\.\d+)+)/.exec(line) ?? [];
  if (numbers === undefined) return { version: null, evidence: [] };
  return {
    version: numbers.split('.').map(Number),
    evidence: [`pcscd --version: ${line.replace(/\.$/, '')}`],
  };
}

function isAtLeast(version: readonly number[], oldest: readonly number[]): boolean {
  for (const [index, part] of oldest.entries()) {
    const own = version[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
