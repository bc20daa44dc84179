import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startEncoderd } from '../../../scripts/encoderd-process.ts';
import { connect, type DeskApp, type Outcomes } from './desk-app.ts';
import { recoverState, type StateOnDisk } from './state-on-disk.ts';

/** What a disk holds if the power fails at one moment, and what each app has been told by then. */
export interface Glimpse {
  readonly disk: Buffer;
  readonly apps: readonly DeskApp[];
}

/** All that was told is on the disk, and all that is there is whole. Throws where it is not; returns how many cards are known to be torn. */
export function examine({ disk, apps }: Glimpse): number {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-glimpse-'));
  try {
    return check(recoverState(disk, folder), apps);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same; and a daemon that starts on it, on this machine, settles what was in doubt, and finds on every card what was told last. The apps hear of that. */
export async function examineAndRepair(
  { disk, apps }: Glimpse,
  config: string,
  token: string,
  outcomes: Outcomes,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-glimpse-'));
  try {
    const state = join(folder, 'state');
    mkdirSync(state);
    const torn = check(recoverState(disk, state), apps);
    const ENCODERD_CONFIG = join(folder, 'encoderd.yaml');
    writeFileSync(ENCODERD_CONFIG, config);
    const daemon = await startEncoderd({ ENCODERD_STATE_DIR: state, ENCODERD_CONFIG });
    try {
      await using connection = await connect(daemon.url, token);
      await Promise.all(apps.map((app) => app.settle(connection, outcomes)));
      await Promise.all(apps.map((app) => app.expectCards(connection)));
    } finally {
      await daemon.kill();
    }
    return torn;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function check(state: StateOnDisk, apps: readonly DeskApp[]): number {
  const { fileSystem, integrity, brokenKeys, cards, phases, credentials } = state;
  const whole = { fileSystem: '', integrity: 'ok', brokenKeys: [] };
  expect({ fileSystem, integrity, brokenKeys }).toEqual(whole);
  expect([...cards].filter(([, file]) => file === 'broken')).toEqual([]);
  for (const app of apps) {
    expect([...app.known].filter((id) => !phases.has(id))).toEqual([]);
    expect([...app.succeeded].filter((id) => phases.get(id) !== 'succeeded')).toEqual([]);
    const encoded = [...app.cards.keys()].map(({ id }) => `card-${id}.json`);
    expect(encoded.filter((name) => cards.get(name) !== 'whole')).toEqual([]);
    expect([...app.made].filter((id) => !credentials.has(id))).toEqual([]);
  }
  return state.tornCards;
}
