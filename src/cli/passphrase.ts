import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommandError, EXIT } from './terminal.ts';

/**
 * A passphrase: the first line of `file`, or of standard input, or what a person types, who does not see it; `isNew` asks for it twice.
 * Throws CommandError where there is none.
 */
export async function readPassphrase(file: string | undefined, isNew: boolean): Promise<string> {
  if (file === undefined && process.stdin.isTTY) return askForPassphrase(isNew);
  const given = file === undefined ? await text(process.stdin) : contentOf(file);
  const [line = ''] = given.split(/\r?\n/, 1);
  if (line === '') {
    const where = file === undefined ? 'on standard input' : `in ${file}`;
    throw new CommandError(`There is no passphrase ${where}: its first line is empty.`, EXIT.usage);
  }
  return line;
}

/** A sealed file may lie about for years; scrypt makes each guess dear, not the passphrase long. */
const SHORTEST_PASSPHRASE = 12;

/** A passphrase to seal something under, as readPassphrase. Throws CommandError for one that is too short. */
export async function readNewPassphrase(file: string | undefined): Promise<string> {
  const passphrase = await readPassphrase(file, true);
  if (passphrase.length >= SHORTEST_PASSPHRASE) return passphrase;
  const message = `The passphrase is too short to keep keys: at least ${SHORTEST_PASSPHRASE} characters.`;
  throw new CommandError(message, EXIT.usage);
}

async function askForPassphrase(isNew: boolean): Promise<string> {
  // readline repeats what is typed on its output: this one shows it to nobody.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  terminal.once('SIGINT', () => terminal.close());
  const ask = async (words: string): Promise<string> => {
    process.stderr.write(`${words}: `);
    const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const line = await Promise.race([terminal.question(''), closed]);
    process.stderr.write('\n');
    if (line === '') throw new CommandError('There was no passphrase. Nothing was done.', EXIT.usage);
    return line;
  };
  try {
    const passphrase = await ask('Passphrase');
    if (isNew && (await ask('The same again')) !== passphrase) {
      throw new CommandError('These were two different passphrases. Nothing was done.', EXIT.usage);
    }
    return passphrase;
  } finally {
    terminal.close();
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The file of the passphrase cannot be read: ${detail}.`, EXIT.unavailable);
  }
}
