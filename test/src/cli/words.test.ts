import { expect, test } from 'vitest';
import { EXIT } from '../../../src/cli/terminal.ts';
import { readWords } from '../../../src/cli/words.ts';

test.each([
  [['--nope'], 'There is no option --nope here. See: encoderctl help'],
  [['--nope=1'], 'There is no option --nope here. See: encoderctl help'],
  [['-x'], 'There is no option -x here. See: encoderctl help'],
  [
    ['--out'],
    'The option --out wants a value behind it: --out VALUE, or --out=VALUE if that begins with a dash.',
  ],
  [
    ['--out', '--json'],
    'The option --out wants a value behind it: --out VALUE, or --out=VALUE if that begins with a dash.',
  ],
  [['--json=yes'], 'The option --json takes no value.'],
])('the words %j are refused in words of this tool', (words, message) => {
  const read = () => readWords(words, { out: { type: 'string' } });
  expect(read).toThrow(expect.objectContaining({ exitCode: EXIT.usage, message }));
});
