import { expect, test } from 'vitest';
import { newCard, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

operation('/acs/credentials/update', (stand) => {
  const update = (acs_credential_id: string, parameters: object) =>
    stand.seam.acs.credentials.update({ acs_credential_id, ...parameters });
  const get = (acs_credential_id: string) => stand.seam.acs.credentials.get({ acs_credential_id });

  test('changes a code and when it ends, and nothing else', async () => {
    const id = await stand.credential({ access_method: 'code', ends_at: inDays(1) });
    const before = await get(id);
    const code = stand.pin();
    const ends_at = inDays(2);
    await update(id, { code });
    await update(id, { ends_at });
    const display_name = `Code ${code.slice(0, 2)}*******`;
    expect(await get(id)).toEqual({ ...before, code, ends_at, display_name });
    await update(id, {});
    expect(await get(id)).toMatchObject({ code, ends_at });
  });

  test('changes the number that a card is registered with', async () => {
    const id = await stand.credential();
    const code = stand.pin();
    await update(id, { code });
    expect(await get(id)).toMatchObject({ code, display_name: `Card ${code.slice(0, 3)}***` });
  });

  test('says that a card must be issued again, and not after a change back', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const ends_at = `${inDays(1).slice(0, 19)}.000Z`;
    const id = await stand.credential({ ends_at });
    expect(await story.serve(await story.encode({ acs_credential_id: id }), newCard())).toMatchObject({
      status: 'success',
    });
    const since = new Date().toISOString();
    await update(id, { ends_at: inDays(2) });
    const [warning, ...others] = (await get(id)).warnings;
    expect(others).toEqual([]);
    expect(warning?.warning_code).toBe('needs_to_be_reissued');
    expect(`${warning?.created_at}` >= since).toBe(true);
    await update(id, { ends_at });
    expect((await get(id)).warnings).toEqual([]);
  });

  test('refuses a code that is taken or cannot be, and an end that is past or before the start', async () => {
    const taken = stand.pin();
    await stand.credential({ access_method: 'code', code: taken });
    const id = await stand.credential({ access_method: 'code', starts_at: inDays(1) });
    expect(await refused(update(id, { code: taken }))).toBe('duplicate_code');
    expect(await refused(update(id, { code: 'abc' }))).toBe('invalid_input');
    expect(await refused(update(id, { ends_at: inDays(0.5) }))).toBe('invalid_input');
    expect(await refused(update(id, { ends_at: inDays(-1) }))).toBe('invalid_input');
    const key = await stand.credential({ access_method: 'mobile_key' });
    expect(await refused(update(key, { code: stand.pin() }))).toBe('invalid_input');
    const unknown = update(crypto.randomUUID(), { code: stand.pin() });
    expect(await refused(unknown)).toBe('acs_credential_not_found');
  });
});
