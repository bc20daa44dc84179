import { describe, expect, test } from 'vitest';
import { readTimeout } from '../../../src/cli/attempt.ts';
import type { DaemonClient } from '../../../src/cli/daemon-client.ts';
import { chosenEncoder } from '../../../src/cli/encoders.ts';
import { EXIT } from '../../../src/cli/terminal.ts';

const encoder = (acs_encoder_id: string, more: { state?: string; is_virtual?: boolean } = {}) => ({
  acs_encoder_id,
  display_name: `Encoder ${acs_encoder_id}`,
  driver: 'pcsc',
  state: 'online',
  is_virtual: false,
  ...more,
});

/** Chooses at a desk that has seen these encoders. */
const choose = async (seen: readonly object[], word?: string) => {
  const call: DaemonClient['call'] = async (_path, _params, answer) => answer.parse({ acs_encoders: seen });
  return (await chosenEncoder({ url: '', token: '', call }, word, 'scan --encoder ENCODER')).acs_encoder_id;
};

describe('the encoder of a command', () => {
  test('is the one that is named, else the only one that is attached, else the only real one', async () => {
    const [offline, made] = [encoder('A', { state: 'offline' }), encoder('B', { is_virtual: true })];
    const busy = encoder('C', { state: 'busy' });
    expect(await choose([offline, made, busy], 'A')).toBe('A');
    expect(await choose([offline, made])).toBe('B');
    expect(await choose([offline, made, busy])).toBe('C');
  });

  test('is asked for with the id and name of each that is attached', async () => {
    const seen = [
      encoder('A'),
      encoder('B', { is_virtual: true }),
      encoder('C', { state: 'offline' }),
      encoder('D'),
    ];
    await expect(choose(seen)).rejects.toMatchObject({
      exitCode: EXIT.usage,
      message: expect.stringMatching(
        /^There are 3 encoders\. Say which one: encoderctl scan --encoder ENCODER\n {2}A {2}Encoder A\n {2}B {2}Encoder B\n {2}D {2}Encoder D$/,
      ),
    });
  });

  test('is named by its id, the beginning of one, or its name, and else refused with those that there are', async () => {
    const seen = [encoder('4f1a-one'), encoder('4f1b-two', { state: 'offline' })];
    for (const word of ['4f1b-two', '4f1b', '4F1B', 'Encoder 4f1b-two', 'encoder 4F1B-TWO']) {
      expect(await choose(seen, word), word).toBe('4f1b-two');
    }
    const list = 'There are:\n  4f1a-one  Encoder 4f1a-one\n  4f1b-two  Encoder 4f1b-two';
    for (const [word, why] of [
      ['4f1', '"4f1" is more than one encoder.'],
      ['none', 'There is no encoder "none".'],
      ['', 'There is no encoder "".'],
    ]) {
      await expect(choose(seen, word)).rejects.toMatchObject({
        exitCode: EXIT.usage,
        message: `${why} ${list}`,
      });
    }
  });

  test('is missing when none is attached', async () => {
    await expect(choose([encoder('A', { state: 'offline' })])).rejects.toMatchObject({
      exitCode: EXIT.unavailable,
      message: expect.stringContaining('No encoder is attached'),
    });
    await expect(choose([], 'A')).rejects.toMatchObject({ exitCode: EXIT.unavailable });
  });
});

describe('how long a person has', () => {
  test.each([
    ['1', 1],
    ['2.5', 2.5],
    ['600', 600],
    [undefined, undefined],
  ])('may be %s', (word, seconds) => {
    expect(readTimeout(word)).toBe(seconds);
  });

  test.each(['soon', '0', '0.9', '600.1', '601', '', ' ', '0x10', '1e2', 'Infinity', 'NaN'])(
    'is not "%s"',
    (word) => {
      const message = `--timeout is how many seconds to wait for a card: 1 to 600, not "${word}".`;
      expect(() => readTimeout(word)).toThrow(expect.objectContaining({ exitCode: EXIT.usage, message }));
    },
  );
});
