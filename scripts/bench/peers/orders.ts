import { createInterface } from 'node:readline';

/**
 * The lines of JSON that a program of this folder is given on its standard input, one after the other. It ends with its input, as it does
 * when whoever started it is gone.
 */
export async function* orders(): AsyncGenerator<unknown, never> {
  for await (const line of createInterface({ input: process.stdin })) yield JSON.parse(line);
  return process.exit();
}

/** Answers an order with a line of JSON. */
export function answer(said: object): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
