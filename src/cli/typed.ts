import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';

/** What a person types to a question on stderr, or the first line of standard input where that is no terminal; without the spaces around it. */
export async function typed(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    process.stderr.write(`${question}\n`);
    return (await text(process.stdin)).split('\n')[0]?.trim() ?? '';
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await asking.question(question)).trim();
  } finally {
    asking.close();
  }
}
