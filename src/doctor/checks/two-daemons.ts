import { join } from 'node:path';
import { holdersOf } from '../../../drivers/ports/holders.ts';
import { type Check, error, fine, note, warning } from '../check.ts';
import { daemonsAmong, type Process, processes } from '../facts/processes.ts';

/** Whether one daemon runs, and no other is in its way. */
export const twoDaemons: Check = {
  id: 'two-daemons',
  async look(desk) {
    if (!desk.isLinux) return [];
    const { file, filePath, isAlive } = await desk.daemon();
    const daemons = daemonsAmong(processes());
    const lock = join(desk.stateDir, 'lock');
    const holders = (await holdersOf(lock)).map(({ pid }) => pid);
    const service = await desk.service();
    const main = Number(service?.['MainPID'] ?? 0);
    const intruder = holders.find((pid) => main !== 0 && pid !== main);
    if (intruder !== undefined) {
      return [
        error({
          id: 'two-daemons',
          summary:
            'An encoderd that is not the service works on the state folder, and keeps the service out.',
          evidence: [
            `/proc: process ${intruder} has ${lock} open`,
            `systemctl show encoderd: MainPID=${main}`,
          ],
          cure: `End it: kill ${intruder}; then: systemctl restart encoderd`,
        }),
      ];
    }
    const own = file !== null && isAlive ? file.pid : holders[0];
    const others = daemons.filter(({ pid }) => pid !== own);
    const stale =
      file !== null && !isAlive
        ? [
            note({
              id: 'daemon-file-stale',
              summary: 'The daemon ended without putting its things away.',
              evidence: [`${filePath} names process ${file.pid}, which is not there`],
              cure: 'Nothing: its next start goes on from what is committed.',
            }),
          ]
        : [];
    if (own === undefined || others.length === 0)
      return [...stale, ...(own === undefined ? [] : [fine('one-daemon', `One daemon runs (pid ${own}).`)])];
    return [
      ...stale,
      warning({
        id: 'two-daemons',
        summary: 'Several encoderd run on this computer, and each wants the readers for itself.',
        evidence: [`pid ${own}: that of ${desk.stateDir}`, ...others.map(shown)],
        cure: `End those that are not meant to run: ${others.map(({ pid }) => `kill ${pid}`).join(', ')}`,
      }),
    ];
  },
};

const shown = ({ pid, words }: Process): string => `pid ${pid}: ${words.join(' ')}`;
