import { expect, test } from 'vitest';
import { StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';

const path = '/v1/encoders/list_health';

operation(path, (stand) => {
  const health = async () => {
    const { body } = await stand.raw.request('GET', path);
    const all: { acs_encoder_id: string }[] = Object(body).encoder_health;
    return Object(all.find(({ acs_encoder_id }) => acs_encoder_id === stand.desk.encoderId));
  };

  test('counts what an encoder did, and tells its last failure', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const before = await health();
    expect(before).toMatchObject({ is_online: true, lost_count: 0, state_since: expect.any(String) });
    await stand.raw.post('/acs/encoders/simulate/next_credential_scan_will_fail', {
      acs_encoder_id: stand.desk.encoderId,
      error_code: 'no_credential_on_encoder',
    });
    const { action_attempt_id } = await story.scan();
    await story.end(action_attempt_id);
    const after = await health();
    expect(after.attempts.failed).toBe(before.attempts.failed + 1);
    expect(after.last_failure).toMatchObject({ action_attempt_id, reason: 'simulated_failure' });
    expect(after.health).toEqual({
      word: expect.stringMatching(/^(unknown|good)$/),
      sign: null,
      reason: expect.any(String),
    });
    expect(after.strain).toMatchObject({ retries: 0, resets: 0, replugs: 0 });
    expect(after.failures).toContainEqual(expect.objectContaining({ reason: 'simulated_failure' }));
  });
});
