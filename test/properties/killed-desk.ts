import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { createApiKey } from '../../src/site/api-keys.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { RawClient } from '../stories/raw-client.ts';

/** A daemon in a process of its own, to which clients write until it is killed. */
export class KilledDesk implements AsyncDisposable {
  readonly #stateDir = mkdtempSync(join(tmpdir(), 'encoderd-killed-'));
  readonly #file = join(this.#stateDir, 'encoderd.db');
  #daemon: EncoderdProcess | null = null;
  #token = '';

  static async open(): Promise<KilledDesk> {
    const desk = new KilledDesk();
    await desk.start();
    using store = openSqliteStore(desk.#file);
    const order = { name: 'front desk', scopes: ['read', 'scan', 'encode', 'manage'] } as const;
    desk.#token = createApiKey(store, order, Date.now()).token;
    return desk;
  }

  get token(): string {
    return this.#token;
  }

  get url(): string {
    return this.#daemon?.url ?? '';
  }

  get raw(): RawClient {
    return new RawClient(this.url, this.#token);
  }

  async start(): Promise<void> {
    this.#daemon = await startEncoderd({
      ENCODERD_STATE_DIR: this.#stateDir,
      ENCODERD_DRIVERS: 'virtual',
      ENCODERD_LOG_LEVEL: 'error',
    });
  }

  /** Makes something; resolves with its id. */
  async make(path: string, key: string, body: object): Promise<string> {
    const id = `${key}_id`;
    const envelope = z.object({ [key]: z.looseObject({ [id]: z.string() }) });
    return z.string().parse((await this.raw.ask(path, body, envelope))[key]?.[id]);
  }

  async systemId(): Promise<string> {
    const list = z.object({ acs_systems: z.array(z.looseObject({ acs_system_id: z.string() })) });
    return (await this.raw.ask('/acs/systems/list', {}, list)).acs_systems[0]?.acs_system_id ?? '';
  }

  /** SIGKILL; what it wrote to its log by then was no error, and its file is whole. */
  async kill(): Promise<void> {
    await this.#daemon?.kill();
    expect(this.#daemon?.output.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    const file = new Database(this.#file, { readonly: true });
    expect(file.pragma('quick_check', { simple: true })).toBe('ok');
    expect(file.pragma('foreign_key_check')).toEqual([]);
    file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.kill();
    rmSync(this.#stateDir, { recursive: true, force: true });
  }
}
