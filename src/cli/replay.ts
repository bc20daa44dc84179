import { readFileSync } from 'node:fs';
import { CaptureFileError, parseCapture } from '../replay/capture-file.ts';
import { SiteKeysError } from '../site-keys/errors.ts';
import { parseKeyFile } from '../site-keys/key-file.ts';
import { fileProblem } from './state-owner.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import { readWords } from './words.ts';

/** The replay could not compare everything. */
const CANNOT_TELL = 2;

const SAID = {
  equal: 'Equal: the driver sends what it sent then.',
  different: 'Different: the driver sends otherwise than it sent then.',
  cannot_tell: 'As far as it can be compared, the driver sends what it sent then.',
} as const;

/** Runs a capture in the simulator. */
export const replayCommand = {
  usage: 'replay FILE [--site-keys FILE]',
  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { values, positionals } = readWords(words, { 'site-keys': { type: 'string' } });
    const [path, ...others] = positionals;
    if (path === undefined || others.length > 0) {
      throw new CommandError('Say which capture: replay FILE', EXIT.usage);
    }
    const keysPath = values['site-keys'];
    try {
      const keys = keysPath === undefined ? null : parseKeyFile(textOf(keysPath), keysPath);
      // It brings every driver with it.
      const { replay } = await import('../replay/replay.ts');
      const outcome = await replay(parseCapture(textOf(path), path), keys);
      const { difference, compared, notes } = outcome;
      terminal.result(outcome, [
        SAID[outcome.outcome],
        `${compared} exchanges were compared.`,
        ...(difference === undefined
          ? []
          : [
              `  then (line ${difference.line ?? 'none: behind the last one'}): ${difference.captured ?? 'nothing more'}`,
              `  now: ${difference.sent ?? 'nothing'}`,
            ]),
        ...notes,
      ]);
      return { equal: 0, different: EXIT.failed, cannot_tell: CANNOT_TELL }[outcome.outcome];
    } catch (error) {
      if (error instanceof CaptureFileError || error instanceof SiteKeysError) {
        throw new CommandError(`${error.message}`, EXIT.usage);
      }
      throw error;
    }
  },
};

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw fileProblem(path, error);
  }
}
