import { join } from 'node:path';
import { keptCopies } from '../../store/sqlite/copies.ts';
import { type Check, error, fine, note } from '../check.ts';
import { lastWords } from '../command.ts';
import type { Desk } from '../desk.ts';
import { problemsIn } from '../facts/state-facts.ts';

/** A stop, a copy of the whole database, and a start. */
const RESTORE_MS = 120_000;

/** How many problems are told; one is enough to act on. */
const TOLD = 3;

/** Whether the database is sound: it is read in full. */
export const database: Check = {
  id: 'database',
  async look(desk) {
    const state = await desk.state();
    if (state.state !== 'open') return [];
    const path = join(desk.stateDir, 'encoderd.db');
    const found = await problemsIn(desk, state.folder);
    if ('why' in found) {
      return [
        note({
          id: 'database-not-checked',
          summary: 'Whether the database is sound was not found out.',
          evidence: [`${path}: ${found.why}`],
          cure: 'A large one takes longer than the doctor waits: the daemon checks it itself with each copy that it takes.',
        }),
      ];
    }
    if (found.problems.length === 0) {
      if (state.database?.version === null) return [];
      return [fine('database-sound', 'The database is sound.')];
    }
    const [copy] = keptCopies(desk.stateDir);
    const { length } = found.problems;
    return [
      error({
        id: 'database-damaged',
        summary: 'The database is damaged.',
        evidence: [
          ...found.problems.slice(0, TOLD).map((problem) => `${path}: ${problem}`),
          ...(length > TOLD ? [`and ${length - TOLD} more`] : []),
          copy === undefined
            ? `there is no copy in ${join(desk.stateDir, 'copies')}`
            : `the last good copy is of ${new Date(copy.at).toISOString()}: ${copy.path}`,
        ],
        cure:
          copy === undefined
            ? 'encoderctl restore FILE, with a backup of this desk; without one: encoderctl factory-reset'
            : 'encoderctl restore --last-good: what was done at this desk since then is lost here, and comes back from the backend where there is one',
        isFixable:
          copy !== undefined && desk.canBe({ name: '', uid: state.folder.uid, gid: state.folder.gid }),
      }),
    ];
  },
  async fix(desk, _finding, say) {
    await restore(desk, say);
  },
};

async function restore(desk: Desk, say: (deed: string) => void): Promise<void> {
  const unit = await desk.service();
  const isService = unit !== null && unit['LoadState'] === 'loaded' && desk.isRoot;
  if (isService) {
    say('systemctl stop encoderd: the daemon must not write meanwhile.');
    await desk.do('systemctl', ['stop', 'encoderd.service']);
  }
  try {
    say('encoderctl restore --last-good: the last good copy takes the place of the damaged database.');
    const words = ['restore', '--last-good', '--yes', '--state-dir', desk.stateDir];
    const outcome = await desk.encoderctl(words, RESTORE_MS);
    if (outcome.code !== 0) throw new Error(lastWords(outcome));
  } finally {
    if (isService) {
      say('systemctl start encoderd: it goes on.');
      await desk.do('systemctl', ['reset-failed', 'encoderd.service']);
      await desk.do('systemctl', ['start', 'encoderd.service']);
    }
  }
}
