import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startEncoderd } from '../../scripts/encoderd-process.ts';
import { EVERY_ROW } from '../../src/store/paging.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { LiveClient } from './live-client.ts';
import { RawClient } from './raw-client.ts';

const SLOW_MS = 20;

/** The suite, with a kind of card. */
export function endsTheWriteFirst(technology: string): void {
  test(`a daemon that is asked to end while it writes a ${technology} ends the write first, and then well`, async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-stop-'));
    onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
    const daemon = await startEncoderd({ ENCODERD_STATE_DIR: stateDir, ENCODERD_DRIVERS: 'virtual' });
    onTestFinished(() => daemon.kill());
    const token = daemon.createApiKey('front desk');
    const raw = new RawClient(daemon.url, token);
    const ask = (path: string, body: object) => raw.ask(path, body, z.record(z.string(), z.unknown()));
    const [encoder] = z
      .array(z.object({ acs_encoder_id: z.string(), acs_system_id: z.string() }))
      .parse((await ask('/acs/encoders/list', {}))['acs_encoders']);
    const { acs_encoder_id, acs_system_id } = encoder ?? {};
    const user = await ask('/acs/users/create', { acs_system_id, full_name: 'Ada Lovelace' });
    const { acs_user_id } = Object(user['acs_user']);
    const made = await ask('/acs/credentials/create', { access_method: 'card', acs_user_id });
    const { acs_credential_id } = Object(made['acs_credential']);
    await using live = await LiveClient.open(daemon.url, token);
    await ask('/acs/encoders/encode_credential', { acs_encoder_id, acs_credential_id });
    const card = { technology, faults: { delay_ms: SLOW_MS } };
    await ask('/acs/encoders/simulate/place_card', { acs_encoder_id, card });
    await live.next('action_attempt.changed', ({ action_attempt }) => action_attempt.progress !== undefined);
    expect(await daemon.stop()).toBe(0);
    using store = openSqliteStore(join(stateDir, 'encoderd.db'));
    expect(store.attempts.list({}, EVERY_ROW).rows).toMatchObject([{ phase: 'succeeded' }]);
    expect(store.cardWrites.list({}, EVERY_ROW).rows).toMatchObject([{ outcome: 'written' }]);
  });
}
