import { z } from 'zod';
import { canonicalJson, exportedLine, type WrittenEntry } from '../model/audit-entry.ts';
import { CommandError } from './terminal.ts';

const line = z.strictObject({
  sequence: z.int(),
  at: z.string(),
  actor: z.record(z.string(), z.unknown()),
  action: z.string(),
  subject: z.record(z.string(), z.unknown()),
  previous_hash: z.string(),
  hash: z.string(),
});

/** The entries of an exported log. Throws CommandError for a line that is not as `audit-log export` writes them. */
export function* entriesIn(text: string): Generator<WrittenEntry> {
  for (const [at, each] of text.split('\n').entries()) {
    if (each === '') continue;
    const entry = entryIn(each);
    // Also what says the same in other words: a name that stands there twice can be read in two ways.
    if (entry === null || exportedLine(entry) !== each) {
      throw new CommandError(
        `Line ${at + 1} was altered: it is no entry as encoderctl audit-log export writes them.`,
      );
    }
    yield entry;
  }
}

function entryIn(text: string): WrittenEntry | null {
  const parsed = line.safeParse(jsonIn(text));
  if (!parsed.success) return null;
  const { sequence, at, actor, action, subject, previous_hash, hash } = parsed.data;
  return {
    ...{ sequence, at: Date.parse(at), action, previousHash: previous_hash, hash },
    ...{ actor: canonicalJson(actor), subject: canonicalJson(subject) },
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
