import { type Stats, statSync } from 'node:fs';
import { z } from 'zod';
import { lastWords } from '../command.ts';
import type { Computer } from '../computer.ts';
import { said } from '../said.ts';

const PROGRAM = 'src/doctor/facts/state-probe.ts';

/** Of the patience, for what is quick. */
const PART = 0.35;
/** Of the patience, for as long as the whole database may be read, once the folder was looked at. */
const WHOLE_PART = 0.6;

const quick = z.object({
  /** Why nothing can be written; null: it can. */
  writing: z.string().nullable(),
  /** The number of the database's last migration; null: there is no database, or it cannot be read. */
  version: z.int().nullable(),
  knownVersion: z.int(),
  backend: z
    .object({ endpoint: z.string(), isPaired: z.boolean(), apiKey: z.string().nullable() })
    .nullable(),
});

const whole = z.object({ problems: z.array(z.string()) });

/** The state folder. */
export type StateFacts =
  | { readonly state: 'absent' }
  /** `why`: it is no folder, or this user may not look into it. */
  | { readonly state: 'closed'; readonly why: string }
  | {
      readonly state: 'open';
      readonly folder: Stats;
      /** null: it could not be found out. */
      readonly database: z.output<typeof quick> | null;
    };

/** Looks at the state folder, and at what its database says of itself, as the owner of it. */
export async function stateFacts(desk: Computer): Promise<StateFacts> {
  try {
    const folder = statSync(desk.stateDir, { throwIfNoEntry: false });
    if (folder === undefined) return { state: 'absent' };
    if (!folder.isDirectory()) return { state: 'closed', why: 'it is no folder' };
    if (!desk.canBe({ name: '', uid: folder.uid, gid: folder.gid }))
      return { state: 'closed', why: 'it belongs to another user' };
    return { state: 'open', folder, database: await databaseIn(desk, folder) };
  } catch (error) {
    return { state: 'closed', why: said(error) };
  }
}

/**
 * What is wrong inside of the database, which is read in full by the folder's owner; `why`: it could not be found out.
 */
export async function problemsIn(
  desk: Computer,
  { uid, gid }: Stats,
): Promise<{ readonly problems: readonly string[] } | { readonly why: string }> {
  const deadlineMs = desk.patienceMs * WHOLE_PART;
  const outcome = await desk.runOwn({ name: '', uid, gid }, PROGRAM, [desk.stateDir, 'whole'], deadlineMs);
  if (outcome.code === null) return { why: `it was not read within ${deadlineMs / 1000} s` };
  if (outcome.code !== 0) return { why: lastWords(outcome) };
  return whole.parse(JSON.parse(outcome.stdout));
}

async function databaseIn(desk: Computer, { uid, gid }: Stats): Promise<z.output<typeof quick> | null> {
  const account = { name: '', uid, gid };
  const outcome = await desk.runOwn(account, PROGRAM, [desk.stateDir], desk.patienceMs * PART);
  return outcome.code === 0 ? quick.parse(JSON.parse(outcome.stdout)) : null;
}
