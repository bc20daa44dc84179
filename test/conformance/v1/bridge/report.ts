import { expect, test } from 'vitest';
import { creation } from '../../../../src/model/resource-change.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/bridge/report';

operation(path, (stand) => {
  const user = (id: string, fullName: string) =>
    creation('acs_user', id, {
      ...{ fullName, emailAddress: null, phoneNumber: null, accessSchedule: null, userIdentityId: null },
      ...{ isSuspended: false, hidAcsSystemId: null, createdAt: Date.now() },
      ...{ accessGroupIds: [], grantedEntranceIds: [] },
    });

  test('takes what happened at a desk under the ids that the desk chose, each message once', async () => {
    const desk = stand.pairedDesk();
    const id = crypto.randomUUID();
    const fullName = stand.word('Reported ');
    const messages = [{ id: crypto.randomUUID(), sequence: 7, change: user(id, fullName) }];
    const first = await desk.post(path, { messages, time: Date.now() });
    expect(first).toMatchObject({
      status: 200,
      body: { verdicts: [{ verdict: 'applied' }], high_water_mark: 7 },
    });
    expect((await stand.seam.acs.users.get({ acs_user_id: id })).full_name).toBe(fullName);
    const again = await desk.post(path, { messages });
    expect(Object(again.body).verdicts).toEqual(Object(first.body).verdicts);
    const { length } = await stand.seam.acs.users.list({ search: fullName });
    expect(length).toBe(1);
  });

  test('refuses names and values that no such thing has, and says which', async () => {
    const desk = stand.pairedDesk();
    const change = user(crypto.randomUUID(), 'Jane');
    const report = (wrong: object) =>
      desk.post(path, {
        messages: [{ id: crypto.randomUUID(), sequence: 1, change: { ...change, ...wrong } }],
      });
    const unknown = await report({ fields: { shoeSize: { from: null, to: 9 } } });
    expect(unknown).toMatchObject({ status: 400, body: { error: { type: 'invalid_input' } } });
    expect(Object(unknown.body).error.message).toContain('"shoeSize" of an acs_user');
    expect(await refused(report({ fields: { fullName: { from: null, to: 9 } } }))).toBe('invalid_input');
    expect(await refused(report({ fields: { fullName: 'Jane' } }))).toBe('invalid_input');
    expect(await refused(report({ sets: { entranceIds: { added: [], removed: [] } } }))).toBe(
      'invalid_input',
    );
    expect(await refused(report({ id: 'x' }))).toBe('invalid_input');
    expect(await refused(report({ kind: 'acs_encoder' }))).toBe('invalid_input');
    expect(await refused(desk.post(path, { messages: [] }))).toBe('invalid_input');
    expect(await refused(stand.raw.post(path, { messages: [] }))).toBe('missing_scope');
  });
});
