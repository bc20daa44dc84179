import { z } from 'zod';
import type { Stand } from './stand.ts';

/** A value for each parameter that names something: one that is there. */
export type World = Readonly<Record<string, unknown>>;

/** Makes one of each kind of thing, all belonging together. */
export async function makeWorld(stand: Stand): Promise<World> {
  const { desk, raw } = stand;
  const acs_entrance_id = await stand.entrance();
  const acs_access_group_id = await stand.group({ acs_entrance_ids: [acs_entrance_id] });
  const user_identity_id = await stand.identity();
  const acs_user_id = await stand.user({ user_identity_id, acs_access_group_ids: [acs_access_group_id] });
  const code = { access_method: 'code', code: stand.pin(), allowed_acs_entrance_ids: [acs_entrance_id] };
  const acs_credential_id = await stand.credential({ acs_user_id, ...code });
  const asked = { acs_encoder_id: desk.encoderId };
  const attempt = await idOf(raw.post('/acs/encoders/scan_credential', asked), 'action_attempt');
  await raw.post('/action_attempts/cancel', { action_attempt_id: attempt });
  const page = { user_identifier_key: stand.word('page ') };
  const since = '2000-01-01T00:00:00.000Z';
  const { events } = await raw.ask('/events/list', { since, limit: 1 }, eventList);
  return {
    ...{ acs_entrance_id, acs_access_group_id, user_identity_id, acs_user_id, acs_credential_id, since },
    acs_system_id: desk.systemId,
    acs_encoder_id: desk.encoderId,
    action_attempt_id: attempt,
    client_session_id: await idOf(raw.post('/client_sessions/create', page), 'client_session'),
    // Nobody listens at this port.
    webhook_id: await idOf(raw.post('/webhooks/create', { url: 'http://127.0.0.1:8/' }), 'webhook'),
    event_id: events[0]?.event_id,
  };
}

const eventList = z.object({ events: z.array(z.looseObject({ event_id: z.string() })) });

async function idOf(answer: Promise<{ readonly body: unknown }>, kind: string): Promise<string> {
  const { body } = await answer;
  return z.string().parse(Object(Object(body)[kind])[`${kind}_id`]);
}
