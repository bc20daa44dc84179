import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { RawClient } from '../stories/raw-client.ts';
import { NOBODY, pick, type Step, stepKind, type Trial, which } from './trial.ts';

const session = z.object({
  client_session: z.looseObject({ client_session_id: z.string(), token: z.string() }),
});

const createSession = stepKind(
  'create a client session',
  fc.record({ key: fc.constantFrom('kiosk', 'tablet') }),
  async ({ model, ask }, { key }) => {
    const made = await ask('/client_sessions/create', { user_identifier_key: key }, [], session);
    if (made === null) return;
    const { client_session_id: id, token } = made.client_session;
    model.sessions.push({ id, token, key, isRevoked: false });
  },
);

const endSession = stepKind(
  'revoke or delete a client session',
  fc.record({ session: which, isDeleted: fc.boolean() }),
  async (trial, { session: drawn, isDeleted }) => {
    const { model } = trial;
    const session = pick(model.sessions, drawn);
    const body = { client_session_id: session?.id ?? NOBODY };
    const path = isDeleted ? '/client_sessions/delete' : '/client_sessions/revoke';
    const refusals = session === null ? ['client_session_not_found'] : [];
    if (!(await trial.did(path, body, refusals)) || session === null) return;
    session.isRevoked = true;
    if (isDeleted) {
      model.sessions = model.sessions.filter((other) => other !== session);
      model.announce('client_session.deleted', session.id);
    }
    await compareToken(trial, session.token, false);
  },
);

/** Whether a session's token opens the desk. */
export async function compareToken({ desk }: Trial, token: string, isGood: boolean): Promise<void> {
  const { status } = await new RawClient(desk.url, token).post('/acs/systems/list', {});
  assert.equal(status, isGood ? 200 : 401);
}

const eventTypes = fc.constantFrom(
  ['*'],
  ['acs_user.created', 'acs_user.deleted'],
  ['acs_credential.issued'],
);

export const createWebhook = stepKind(
  'create a webhook',
  fc.record({ types: eventTypes }),
  async ({ model, ask, newHookUrl }, { types }) => {
    const url = newHookUrl();
    const webhook = z.object({ webhook: z.looseObject({ webhook_id: z.string() }) });
    const made = await ask('/webhooks/create', { url, event_types: types }, [], webhook);
    if (made !== null) model.webhooks.push({ id: made.webhook.webhook_id, url, types });
  },
);

const changeWebhook = stepKind(
  'update or delete a webhook',
  fc.record({ webhook: which, types: fc.option(eventTypes, { nil: null }) }),
  async ({ model, did }, { webhook: drawn, types }) => {
    const webhook = pick(model.webhooks, drawn);
    const path = types === null ? '/webhooks/delete' : '/webhooks/update';
    const body = { webhook_id: webhook?.id ?? NOBODY, ...(types === null ? {} : { event_types: types }) };
    const refusals = webhook === null ? ['webhook_not_found'] : [];
    if (!(await did(path, body, refusals)) || webhook === null) return;
    if (types === null) model.webhooks = model.webhooks.filter((other) => other !== webhook);
    else webhook.types = types;
  },
);

export const appSteps: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 1, arbitrary: createSession.drawn },
  { weight: 1, arbitrary: endSession.drawn },
  { weight: 1, arbitrary: createWebhook.drawn },
  { weight: 1, arbitrary: changeWebhook.drawn },
];
