import { expect, test } from 'vitest';
import { toEvent } from '../../../../src/api/wire/event.ts';
import { type EventSubject, SITE_EVENT_TYPES, type SiteEventType } from '../../../../src/model/event.ts';
import { checkResource } from '../../../seam-schema.ts';
import { openTestSite } from '../../site/site-bed.ts';

const ID = '1f0e7c52-9c2e-4b39-8d59-7a43cdc5c3ef';

/** By what an event's type begins with: what it is about, here and on the wire. */
const SUBJECTS: Readonly<Record<string, readonly [EventSubject, object]>> = {
  acs_system: [{}, {}],
  acs_encoder: [{ acsEncoderId: ID }, { acs_encoder_id: ID }],
  acs_entrance: [{ acsEntranceId: ID }, { acs_entrance_id: ID }],
  acs_access_group: [{ acsAccessGroupId: ID }, { acs_access_group_id: ID }],
  acs_user: [{ acsUserId: ID }, { acs_user_id: ID }],
  acs_credential: [{ acsCredentialId: ID }, { acs_credential_id: ID }],
  client_session: [{ clientSessionId: ID }, { client_session_id: ID }],
};

const wireOf = (type: SiteEventType) => {
  const site = openTestSite();
  const [subject] = SUBJECTS[type.split('.')[0] ?? ''] ?? [{}];
  const event = toEvent({ id: ID, type, occurredAt: site.clock.now(), subject }, site);
  return { event, site };
};

test.each(SITE_EVENT_TYPES)('%s is as Seam tells it, with what it is about', (type) => {
  const { event, site } = wireOf(type);
  checkResource('event', event);
  const [, about] = SUBJECTS[type.split('.')[0] ?? ''] ?? [{}, { nothing: true }];
  expect(event).toMatchObject({
    ...about,
    event_id: ID,
    event_type: type,
    workspace_id: site.identity.workspaceId,
    created_at: '2031-04-05T10:00:00.000Z',
    occurred_at: '2031-04-05T10:00:00.000Z',
  });
});

test('what a client session does concerns no access system', () => {
  const { event } = wireOf('client_session.deleted');
  expect(event).not.toHaveProperty('acs_system_id');
  expect(event).not.toHaveProperty('connected_account_id');
  expect(wireOf('acs_user.created').event).toHaveProperty('acs_system_id');
});
