import { describe, expect, test } from 'vitest';
import { type Timelines, withAttempt } from '../../../../src/console/technician/timelines.ts';

type Seen = Parameters<typeof withAttempt>[1];

const attempt = (phase: Seen['phase'], more: Partial<Seen> = {}): Seen => ({
  action_attempt_id: 'a',
  action_type: 'ENCODE_CREDENTIAL',
  status: 'pending',
  result: null,
  error: null,
  acs_encoder_id: 'e',
  phase,
  created_at: '',
  expires_at: '',
  requested_by: 'app',
  ...more,
});

const none: Timelines = new Map();

describe('a timeline', () => {
  test('has a step for each phase and each hint, with the last progress of it', () => {
    let timelines = withAttempt(none, attempt('awaiting_card', { hint_code: 'take_card_away' }), 1);
    timelines = withAttempt(timelines, attempt('awaiting_card', { hint_code: 'place_card_again' }), 2);
    timelines = withAttempt(timelines, attempt('writing', { progress: { done: 0, total: 4 } }), 3);
    timelines = withAttempt(timelines, attempt('writing', { progress: { done: 2, total: 4 } }), 4);
    timelines = withAttempt(timelines, attempt('succeeded'), 5);
    expect(timelines.get('a')).toMatchObject([
      { at: 1, phase: 'awaiting_card', hint: 'take_card_away' },
      { at: 2, phase: 'awaiting_card', hint: 'place_card_again' },
      { at: 3, phase: 'writing', progress: { done: 2, total: 4 } },
      { at: 5, phase: 'succeeded' },
    ]);
  });

  test('is kept of the last 200 attempts', () => {
    let timelines = none;
    for (let at = 0; at < 250; at++) {
      timelines = withAttempt(timelines, attempt('queued', { action_attempt_id: `${at}` }), at);
    }
    expect(timelines.size).toBe(200);
    expect(timelines.has('49')).toBe(false);
    expect(timelines.has('249')).toBe(true);
  });
});
