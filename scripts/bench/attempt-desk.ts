import { writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../encoderd-process.ts';
import { listen } from './live-listener.ts';
import { post } from './load.ts';

/** A daemon with virtual encoders, at which cards are scanned and assigned one after the other. */
export interface AttemptDesk extends AsyncDisposable {
  readonly daemon: EncoderdProcess;
  readonly encoderIds: readonly string[];
  readonly url: string;
  readonly token: string;
  /** One scan-to-assign of a card that nobody has seen. Resolves with how long it took from the card to the success, in milliseconds. */
  assignOne(encoderId: string): Promise<number>;
}

const changed = z.object({
  type: z.literal('action_attempt.changed'),
  action_attempt: z.object({ action_attempt_id: z.string(), phase: z.string() }),
});

const begun = z.object({ action_attempt: z.object({ action_attempt_id: z.string() }) });

/** Starts it on the state folder `folder/state`; `settings` are lines of its configuration, and `environment` is added to its own. */
export async function openAttemptDesk(
  folder: string,
  encoders: number,
  settings = '',
  environment: Readonly<Record<string, string>> = {},
): Promise<AttemptDesk> {
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `drivers: { virtual: { encoders: ${encoders} } }\nlimits: { requests_per_second: 1000000, request_burst: 1000000 }\n${settings}`,
  );
  const daemon = await startEncoderd({
    ENCODERD_STATE_DIR: join(folder, 'state'),
    ENCODERD_CONFIG: config,
    ENCODERD_LOG_LEVEL: 'fatal',
    ...environment,
  });
  const token = daemon.createApiKey(`bench ${Date.now()}`);
  const agent = new Agent({ keepAlive: true });
  const call = async (path: string, body: object): Promise<unknown> =>
    JSON.parse(await post(agent, { url: new URL(path, daemon.url), token, body: () => body }));
  const phases = phasesOf();
  const ears = await listen(daemon.url, token, (message) => {
    const attempt = changed.safeParse(message);
    if (attempt.success) {
      phases.note(attempt.data.action_attempt.action_attempt_id, attempt.data.action_attempt.phase);
    }
  });
  const systems = z.object({ acs_systems: z.tuple([z.object({ acs_system_id: z.string() })]) });
  const { acs_system_id } = systems.parse(await call('/acs/systems/list', {})).acs_systems[0];
  const found = z.object({ acs_encoders: z.array(z.object({ acs_encoder_id: z.string() })) });
  const { acs_encoders } = found.parse(await call('/acs/encoders/list', {}));
  const made = z.object({ acs_user: z.object({ acs_user_id: z.string() }) });
  const user = made.parse(await call('/acs/users/create', { acs_system_id, full_name: 'Bench' }));
  const { acs_user_id } = user.acs_user;
  let cards = Date.now() % 1_000_000_000;
  return {
    daemon,
    encoderIds: acs_encoders.map((encoder) => encoder.acs_encoder_id),
    url: daemon.url,
    token,
    assignOne: async (acs_encoder_id) => {
      cards += 1;
      const card = { technology: 'ntag213', uid: `04${cards.toString(16).toUpperCase().padStart(12, '0')}` };
      const attempt = begun.parse(
        await call('/acs/encoders/scan_to_assign_credential', { acs_encoder_id, acs_user_id }),
      );
      const id = attempt.action_attempt.action_attempt_id;
      await phases.until(id, (phase) => phase !== 'queued');
      const placedAt = performance.now();
      const placed = call('/acs/encoders/simulate/place_card', { acs_encoder_id, card });
      await phases.until(id, (phase) => phase === 'succeeded');
      const took = performance.now() - placedAt;
      await placed;
      await call('/acs/encoders/simulate/remove_card', { acs_encoder_id });
      phases.forget(id);
      return took;
    },
    async [Symbol.asyncDispose]() {
      ears[Symbol.dispose]();
      agent.destroy();
      await daemon.stop();
    },
  };
}

/** What is known of attempts, and who waits for more. */
function phasesOf() {
  const known = new Map<string, string>();
  const waiting = new Map<string, (phase: string) => void>();
  return {
    note: (id: string, phase: string) => {
      known.set(id, phase);
      waiting.get(id)?.(phase);
    },
    forget: (id: string) => known.delete(id),
    until: (id: string, isReached: (phase: string) => boolean) =>
      new Promise<void>((resolve) => {
        const look = (phase: string) => {
          if (!isReached(phase)) return;
          waiting.delete(id);
          resolve();
        };
        waiting.set(id, look);
        const phase = known.get(id);
        if (phase !== undefined) look(phase);
      }),
  };
}
