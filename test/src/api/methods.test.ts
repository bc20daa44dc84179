import { describe, expect, test } from 'vitest';
import { operations } from '../../../src/api/routes/index.ts';
import { clientsFor } from '../../stories/client-for.ts';
import { type Desk, openDeskFirst } from '../../stories/desk.ts';
import type { RawClient } from '../../stories/raw-client.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

let desk: Desk;
let clientFor: (path: string) => RawClient;
openDeskFirst((opened) => {
  desk = opened;
  clientFor = clientsFor(opened);
});

// That those are what Seam lists is a convention of the conformance suite.
test.each(operations.map(({ path, methods }) => ({ path, methods })))(
  '$path has an answer of the contract for each method',
  async ({ path, methods }) => {
    for (const method of METHODS) {
      const { status, headers, body } = await clientFor(path).request(method, path);
      if (methods.includes(method)) {
        expect([200, 400, 409], method).toContain(status);
      } else {
        expect(status, method).toBe(405);
        const allowed = methods.flatMap((one) => (one === 'GET' ? [one, 'HEAD'] : [one]));
        expect(headers, method).toMatchObject({ allow: allowed.join(', ') });
        expect(body, method).toMatchObject({
          error: { type: 'method_not_allowed', message: expect.stringContaining(methods.join(' or ')) },
        });
      }
    }
  },
);

describe('a request with GET', () => {
  const ids = () => [desk.encoderId, desk.secondEncoderId];
  const encoders = async (query: string) => {
    const { status, body } = await desk.raw.request('GET', '/acs/encoders/list', { query });
    expect(status).toBe(200);
    return Object(body).acs_encoders.map((one: object) => Object(one).acs_encoder_id);
  };

  test('has its parameters in the query or in a JSON body', async () => {
    const get = (request: object) => desk.raw.request('GET', '/acs/encoders/get', request);
    const acs_encoder_id = desk.encoderId;
    const query = `acs_encoder_id=${acs_encoder_id}`;
    for (const request of [{ query }, { body: { acs_encoder_id } }, { query, body: {} }]) {
      expect(await get(request)).toMatchObject({ status: 200, body: { acs_encoder: { acs_encoder_id } } });
    }
  });

  test('writes a list as repeated keys, one key, or keys with brackets; an empty one matches nothing', async () => {
    const [one, two] = ids();
    expect(await encoders(`acs_encoder_ids=${one}&acs_encoder_ids=${two}`)).toEqual([one, two]);
    expect(await encoders(`acs_encoder_ids=${two}`)).toEqual([two]);
    expect(await encoders(`acs_encoder_ids[]=${one}&acs_encoder_ids[]=${two}`)).toEqual([one, two]);
    expect(await encoders(`acs_encoder_ids%5B%5D=${two}`)).toEqual([two]);
    expect(await encoders('acs_encoder_ids=')).toEqual([]);
  });

  test('may carry _strict=true and keys that nobody knows', async () => {
    expect(await encoders('_strict=true&utm_source=mail&acs_encoder_ids.x=1&limit=1')).toHaveLength(1);
    expect(await encoders('__proto__=1&constructor=2&toString=3')).toHaveLength(2);
  });

  test('has numbers as text, and an empty cursor for none', async () => {
    expect(await encoders('limit=1&page_cursor=')).toEqual([desk.encoderId]);
    for (const limit of ['0', '-1', '1.5', 'many', '1e99', 'NaN', 'Infinity', '']) {
      const answer = await desk.raw.request('GET', '/acs/encoders/list', { query: `limit=${limit}` });
      expect(answer).toMatchObject({ status: 400, body: { error: { type: 'invalid_input' } } });
    }
  });

  test('refuses a cursor that nobody gave', async () => {
    for (const cursor of ['x', 'AAAA', '%00', 'LTE', 'MWU5OQ', '9'.repeat(500)]) {
      const answer = await desk.raw.request('GET', '/acs/encoders/list', { query: `page_cursor=${cursor}` });
      expect(answer).toMatchObject({ status: 400, body: { error: { type: 'invalid_input' } } });
    }
  });

  test('has times with any offset', async () => {
    const since = async (text: string) => {
      const query = `since=${encodeURIComponent(text)}&event_type=acs_system.added`;
      const { status, body } = await desk.raw.request('GET', '/events/list', { query });
      return status === 200 ? Object(body).events.length : status;
    };
    const [created] = Object(
      (await desk.raw.post('/events/list', { since: '2000-01-01T00:00:00Z' })).body,
    ).events;
    const at = Date.parse(created.occurred_at);
    const shifted = (minutes: number) =>
      new Date(at + minutes * 60_000).toISOString().replace('Z', minutes < 0 ? '-05:30' : '+14:00');
    expect(await since(new Date(at - 1).toISOString())).toBe(1);
    expect(await since(shifted(14 * 60 - 1))).toBe(1);
    expect(await since(shifted(14 * 60))).toBe(0);
    expect(await since(shifted(-331))).toBe(1);
    expect(await since(shifted(-330))).toBe(0);
    for (const wrong of ['yesterday', '2026-02-30T00:00:00Z', '2026-01-01', '2026-01-01T00:00:00', '1e3']) {
      expect(await since(wrong)).toBe(400);
    }
  });

  test('has two times of a range as a list', async () => {
    const query = 'between=2000-01-01T00:00:00Z&between=2100-01-01T00:00:00Z&limit=2';
    const { body } = await desk.raw.request('GET', '/events/list', { query });
    expect(Object(body).events).toHaveLength(2);
    for (const wrong of [
      'between=2000-01-01T00:00:00Z',
      'between=',
      `${query}&between=2100-01-01T00:00:00Z`,
    ]) {
      expect(await desk.raw.request('GET', '/events/list', { query: wrong })).toMatchObject({ status: 400 });
    }
  });
});

test('a nested object is written with dots', async () => {
  const user = await desk.seam.acs.users.create({ acs_system_id: desk.systemId, full_name: 'Dotted' });
  const query = [
    `acs_user_id=${user.acs_user_id}`,
    'access_schedule.starts_at=2026-01-01T00:00:00Z',
    'access_schedule.ends_at=',
  ].join('&');
  expect(await desk.raw.request('PATCH', '/acs/users/update', { query })).toMatchObject({ status: 200 });
  expect(await desk.seam.acs.users.get({ acs_user_id: user.acs_user_id })).toMatchObject({
    access_schedule: { starts_at: '2026-01-01T00:00:00.000Z', ends_at: null },
  });
  const scan = [
    `acs_encoder_id=${desk.encoderId}`,
    `acs_user_id=${user.acs_user_id}`,
    'salto_ks_metadata.detect_new_tags=true',
    'timeout_seconds=1.5',
  ].join('&');
  const asked = await desk.raw.request('POST', '/acs/encoders/scan_to_assign_credential', { query: scan });
  expect(asked).toMatchObject({ status: 200, body: { action_attempt: { status: 'pending' } } });
  const { action_attempt_id } = Object(asked.body).action_attempt;
  await desk.raw.post('/action_attempts/cancel', { action_attempt_id });
});

test('DELETE has its parameters in the query', async () => {
  const user = await desk.seam.acs.users.create({ acs_system_id: desk.systemId, full_name: 'Deleted' });
  const query = `acs_user_id=${user.acs_user_id}&_strict=true`;
  expect(await desk.raw.request('DELETE', '/acs/users/delete', { query })).toMatchObject({ status: 200 });
  expect(await desk.raw.request('DELETE', '/acs/users/delete', { query })).toMatchObject({ status: 404 });
});

test('what the body says wins over the query', async () => {
  const answer = await desk.raw.request('POST', '/acs/encoders/get', {
    query: `acs_encoder_id=${crypto.randomUUID()}`,
    body: { acs_encoder_id: desk.encoderId },
  });
  expect(answer.status).toBe(200);
});
