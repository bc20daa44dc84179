import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { z } from 'zod';
import { acsEncoder } from '../../../src/api/wire/acs-encoder.ts';
import { createApiKey } from '../../../src/site/api-keys.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { freePort } from '../free-port.ts';
import { Guest } from '../guest.ts';
import type { GuestProgram } from '../guest-program.ts';
import { quoted } from '../shell.ts';
import { type Connection, ConnectionLoss, connect, DeskApp, type Outcomes } from './desk-app.ts';
import { examine, examineAndRepair, type Glimpse } from './glimpse.ts';
import { NbdServer } from './nbd-server.ts';
import { ext4Disk } from './state-on-disk.ts';
import { VolatileDisk } from './volatile-disk.ts';

const STATE = '/var/lib/encoderd';
const ENCODERS = 3;
const CONFIG = `drivers: { virtual: { encoders: ${ENCODERS} } }\n`;
/** On a machine that has other things to do. */
const START_TIMEOUT_MS = 170_000;
const MOST_LOSSES = 5;
/** The longest that apps work before the power fails. */
const LONGEST_WORK_MS = 30_000;
/** One cut of so many comes before all is settled after the one before: while the daemon starts, or while cards are repaired. */
const EARLY_CUTS = 1 / 4;
const LONGEST_START_MS = 15_000;

/** A daemon in a virtual machine whose power is cut again and again; its state is on a disk that loses then what was not flushed. */
export class CutDesk implements AsyncDisposable {
  readonly outcomes: Outcomes = { resumed: 0, torn: 0, repaired: 0, doneUnheard: 0, unanswered: 0 };
  /** Of cuts that were taken for granted: the disk as it would have been, on which a daemon on this machine started. */
  readonly glimpsedOutcomes: Outcomes = { resumed: 0, torn: 0, repaired: 0, doneUnheard: 0, unanswered: 0 };
  glimpses = 0;
  cuts = 0;
  /** Cuts before all was settled after the one before. */
  earlyCuts = 0;
  /** Cuts that found something in the disk's cache, and the sectors lost by them. */
  cutsWithLoss = 0;
  lostSectors = 0;
  connectionLosses = 0;
  /** Cards that the journal of writes knew to be half written, over all cuts. */
  tornCards = 0;
  readonly #random: () => number;
  readonly #moments: number;
  readonly #folder: string;
  readonly #disk: VolatileDisk;
  readonly #token: string;
  #apps: readonly DeskApp[] = [];
  #hasPower = false;
  /** Resolves when what the last cut left is settled. */
  #settled = Promise.withResolvers<void>();

  /** Before each cut, the disk is looked at `moments` times as it would be if the power had failed then. */
  constructor(random: () => number, moments: number) {
    this.#random = random;
    this.#moments = moments;
    this.#folder = mkdtempSync(join(tmpdir(), 'encoderd-cut-'));
    const empty = join(this.#folder, 'state');
    mkdirSync(empty);
    {
      using store = openSqliteStore(join(empty, 'encoderd.db'));
      const order = { name: 'front desk', scopes: ['read', 'scan', 'encode', 'manage'] } as const;
      this.#token = createApiKey(store, order, Date.now()).token;
    }
    this.#disk = new VolatileDisk(ext4Disk(empty));
  }

  get flushes(): number {
    return this.#disk.flushes;
  }

  /** How many results were told. */
  get acknowledged(): number {
    return this.#apps.reduce((sum, { succeeded }) => sum + succeeded.size, 0);
  }

  /** Power on: the file system is mounted, the daemon starts and settles what was in doubt; apps work; the power fails somewhere in that. */
  async cycle(): Promise<void> {
    const isEarly = this.#apps.length > 0 && this.#random() < EARLY_CUTS;
    this.#hasPower = true;
    const glimpses: Glimpse[] = [];
    await this.#withPower(async (guest) => {
      const life = this.#live(guest).catch((error: unknown) => {
        // Every call ends when the power does.
        if (this.#hasPower) throw error;
      });
      if (!isEarly) await Promise.race([life, this.#settled.promise]);
      const failed = new AbortController();
      const moment = (longestMs: number) =>
        delay(this.#random() * longestMs, undefined, { signal: failed.signal });
      const stopped = life.finally(() => failed.abort());
      stopped.catch(() => {});
      if (isEarly) await Promise.race([stopped, moment(LONGEST_START_MS)]);
      else
        for (let turn = 0; turn <= this.#moments; turn += 1) {
          await Promise.race([stopped, moment(LONGEST_WORK_MS / (this.#moments + 1))]);
          if (turn < this.#moments) glimpses.push(this.#glimpse());
        }
      this.#hasPower = false;
      await guest[Symbol.asyncDispose]();
      await life;
    });
    this.cuts += 1;
    if (isEarly) this.earlyCuts += 1;
    const lost = this.#disk.loseCache(() => this.#random() < 0.5);
    if (lost > 0) this.cutsWithLoss += 1;
    this.lostSectors += lost;
    this.tornCards += examine({ disk: this.#disk.glimpse(() => true), apps: this.#apps });
    for (const glimpse of glimpses) await this.#repair(glimpse);
  }

  /** Power on for the last time: every card that was ever encoded holds what was told last. */
  async expectEveryCard(): Promise<void> {
    await this.#withPower(async (guest) => {
      const daemon = await this.#start(guest);
      await using connection = await connect(daemon.url, this.#token);
      for (const app of this.#apps) {
        await app.settle(connection, this.outcomes);
        await app.expectCards(connection);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #glimpse(): Glimpse {
    return {
      disk: this.#disk.glimpse(() => this.#random() < 0.5),
      apps: this.#apps.map((app) => app.copy()),
    };
  }

  async #repair(glimpse: Glimpse): Promise<void> {
    this.tornCards += await examineAndRepair(glimpse, CONFIG, this.#token, this.glimpsedOutcomes);
    this.glimpses += 1;
  }

  async #live(guest: Guest): Promise<void> {
    this.#settled = Promise.withResolvers();
    const { url, program } = await this.#start(guest);
    for (let losses = 0; ; losses += 1) {
      try {
        await this.#serve(url);
      } catch (error) {
        // The daemon drops who is too slow for it, and in a guest that may be anybody: apps come back, as apps do.
        if (!this.#hasPower || !isConnectionLoss(error) || losses === MOST_LOSSES)
          throw new Error(
            `After ${this.cuts} cuts; the daemon said:\n${program.lines.slice(-10).join('\n')}`,
            {
              cause: error,
            },
          );
        expect(program.lines.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
        this.connectionLosses += 1;
      }
    }
  }

  /** Settles what is in doubt, and lets the apps work until a connection is lost. */
  async #serve(url: string): Promise<never> {
    const connection = await connect(url, this.#token);
    const tasks: Promise<unknown>[] = [];
    const all = (work: (app: DeskApp) => Promise<unknown>) => {
      tasks.push(...this.#apps.map(work));
      return Promise.all(tasks);
    };
    try {
      if (this.#apps.length === 0) this.#apps = await openApps(connection);
      await all((app) => app.settle(connection, this.outcomes));
      this.#settled.resolve();
      await all((app) => app.work(connection));
      throw new Error('the apps have no more to do');
    } finally {
      await connection[Symbol.asyncDispose]();
      await Promise.allSettled(tasks);
    }
  }

  /** The file system is checked before it is mounted, as a computer does it when it starts (systemd-fsck(8)). */
  async #withPower(work: (guest: Guest) => Promise<void>): Promise<void> {
    const socket = join(this.#folder, 'disk.sock');
    await using _server = await NbdServer.listen(socket, this.#disk);
    await using guest = await Guest.restore();
    const node = await guest.plugDisk(socket);
    // 1: errors were there, and are mended.
    await guest.run(`e2fsck -p ${node} || [ $? = 1 ]`);
    await guest.run(`mkdir -p ${STATE}; mount ${node} ${STATE}`);
    await work(guest);
  }

  async #start(guest: Guest): Promise<{ readonly url: string; readonly program: GuestProgram }> {
    const port = await freePort();
    await guest.forward(port);
    const environment = `ENCODERD_STATE_DIR=${STATE} ENCODERD_PORT=${port} ENCODERD_CONFIG=${STATE}/../encoderd.yaml`;
    await guest.run(`printf %s ${quoted(CONFIG)} >${STATE}/../encoderd.yaml`);
    const program = await guest.start(`env ${environment} node src/main.ts`);
    await program.untilLine((line) => line.includes('"listening"'), 0, START_TIMEOUT_MS);
    return { url: `http://127.0.0.1:${port}`, program };
  }
}

function isConnectionLoss(error: unknown): boolean {
  return (
    error instanceof ConnectionLoss ||
    (error instanceof Error && 'code' in error && error.code === 'ECONNRESET')
  );
}

async function openApps({ raw }: Connection): Promise<readonly DeskApp[]> {
  const list = z.object({ acs_encoders: z.array(acsEncoder) });
  const { acs_encoders } = await raw.ask('/acs/encoders/list', {}, list);
  expect(acs_encoders).toHaveLength(ENCODERS);
  const user = z.object({ acs_user: z.looseObject({ acs_user_id: z.string() }) });
  const guest = { acs_system_id: acs_encoders[0]?.acs_system_id, full_name: 'Ada Lovelace' };
  const { acs_user_id } = (await raw.ask('/acs/users/create', guest, user)).acs_user;
  const entrances = z.object({ acs_entrances: z.array(z.looseObject({ acs_entrance_id: z.string() })) });
  const { acs_entrances } = await raw.ask('/acs/entrances/list', {}, entrances);
  const allowed_acs_entrance_ids = acs_entrances.map(({ acs_entrance_id }) => acs_entrance_id);
  return acs_encoders.map(
    ({ acs_encoder_id }, at) =>
      new DeskApp(acs_encoder_id, at + 1, { acs_user_id, allowed_acs_entrance_ids }),
  );
}
