import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Check, error, fine, note, warning } from '../check.ts';
import type { Desk } from '../desk.ts';

/** Below this a desk with a large property may stop within the day; bytes. */
const LITTLE = 200_000_000;
/** Below this its next write may fail; bytes. */
const FULL = 10_000_000;

/** Whether the disk of the state folder takes what the desk writes: a file is written there, and taken away again. */
export const disk: Check = {
  id: 'disk',
  async look(desk) {
    const state = await desk.state();
    if (state.state === 'absent') {
      return [
        note({
          id: 'state-folder-absent',
          summary: 'There is no state folder yet: the daemon makes it when it starts.',
          evidence: [`${desk.stateDir} is not there`],
          cure: 'If the desk worked before, name its folder with --state-dir or ENCODERD_STATE_DIR.',
        }),
      ];
    }
    if (state.state === 'closed') {
      return [
        note({
          id: 'state-folder-closed',
          summary: 'The state folder cannot be looked into by this user.',
          evidence: [`${desk.stateDir}: ${state.why}`],
          cure: 'sudo encoderctl doctor',
        }),
      ];
    }
    if (state.database === null) {
      return [
        warning({
          id: 'state-folder-not-tried',
          summary: 'Whether the state folder takes what is written could not be found out.',
          evidence: [`as the user ${state.folder.uid}, whose ${desk.stateDir} is: no answer`],
          cure: `Look whether that user may read ${desk.installation}; on a slow computer: encoderctl doctor --patience 60`,
        }),
      ];
    }
    const { bavail, bsize, files, ffree } = statfsSync(desk.stateDir);
    const free = bavail * bsize;
    const room = `${desk.stateDir}: ${megabytes(free)} MB free on its disk`;
    const refusal = state.database.writing;
    const isFull = refusal?.includes('ENOSPC') === true || refusal?.includes('EDQUOT') === true;
    if (isFull || free < FULL || (files > 0 && ffree === 0)) {
      const inodes = files > 0 && ffree === 0 ? ['no file can be made any more (inodes)'] : [];
      return [
        error({
          id: 'disk-full',
          summary: 'The disk of the state folder is full, so no card can be written.',
          evidence: [room, ...inodes, ...(refusal === null ? [] : [`a file of 64 KiB: ${refusal}`])],
          cure: 'Make room: journalctl --vacuum-size=100M, apt-get clean, and see what is large: du -xh / | sort -h | tail',
        }),
      ];
    }
    if (refusal?.includes('EROFS') === true) {
      return [
        error({
          id: 'disk-read-only',
          summary: 'The disk of the state folder is read-only, so the daemon cannot work.',
          evidence: [`a file of 64 KiB: ${refusal}`, ...mountOf(desk)],
          cure: `Look for errors of the disk (dmesg | tail), then: mount -o remount,rw ${mountPoint(desk)}`,
        }),
      ];
    }
    if (refusal !== null) {
      return [
        error({
          id: 'state-folder-not-writable',
          summary: 'The owner of the state folder cannot write into it.',
          evidence: [`a file of 64 KiB in ${desk.stateDir}: ${refusal}`, ...mountOf(desk)],
          cure: `chmod 700 ${desk.stateDir}; lsattr -d ${desk.stateDir} says whether it is locked`,
        }),
      ];
    }
    if (free < LITTLE) {
      return [
        warning({
          id: 'disk-nearly-full',
          summary: `Only ${megabytes(free)} MB are left on the disk of the state folder.`,
          evidence: [room],
          cure: 'Make room: journalctl --vacuum-size=100M, apt-get clean',
        }),
      ];
    }
    return [
      fine('disk-works', `The state folder takes what is written, and ${megabytes(free)} MB are free.`),
    ];
  },
};

const megabytes = (bytes: number): number => Math.floor(bytes / 1_000_000);

function mountLine(desk: Desk): readonly string[] {
  const mounts = (desk.text('proc/mounts') ?? '').split('\n').map((line) => line.split(' '));
  for (let folder = desk.stateDir; ; folder = dirname(folder)) {
    const line = mounts.findLast(([, point]) => point === folder);
    if (line !== undefined || folder === dirname(folder)) return line ?? [];
  }
}

const mountPoint = (desk: Desk): string => mountLine(desk)[1] ?? '/';

function mountOf(desk: Desk): readonly string[] {
  const [device, point, type, options] = mountLine(desk);
  return point === undefined ? [] : [`/proc/mounts: ${device} at ${point}, ${type}, ${options}`];
}
