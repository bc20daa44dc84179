import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CardsDesk } from './cards-desk.ts';

let desk: CardsDesk;
beforeAll(async () => {
  desk = await CardsDesk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

/** Of one slow card, so that a hand is quick enough to pull it in mid-write. */
const UID = '04A1B2C3D4E5A7';
const SLOWLY = { delay_ms: 20 };

/** What a person does who is told this; null: nothing. */
function deedOf(line: string): 'put' | 'take' | null {
  const said = /^ {2}> (.*)$/.exec(line)?.[1] ?? '';
  if (/^(Take the (test )?card away(\.| first)|Writing\.)/.test(said)) return 'take';
  return /^(Put|Place) |Put the same card back/.test(said) ? 'put' : null;
}

test('a person who does what the terminal says gets through the whole test', async () => {
  const accepting = desk.shell.start('acceptance', desk.encoder, '--yes');
  const deeds: string[] = [];
  let doing: Promise<unknown> = Promise.resolve();
  createInterface({ input: accepting.process.stdout ?? process.stdin }).on('line', (line) => {
    const deed = deedOf(line);
    if (deed === null) return;
    deeds.push(deed);
    doing = doing.then(() => (deed === 'put' ? desk.place(UID, SLOWLY) : desk.remove()));
  });
  const { code, stdout } = await accepting.outcome;
  await doing;
  expect({ code, stdout }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(
    /^pass {2}A card is seen when it comes, and when it leaves: The same card came and left 2 times/m,
  );
  expect(stdout).toMatch(/^pass {2}A card that is pulled in mid-write/m);
  expect(stdout).toMatch(/0 failed, 1 not applicable\.\n$/);
  expect(deeds.slice(0, 5)).toEqual(['put', 'take', 'put', 'take', 'put']);
  expect(deeds.at(-1)).toBe('take');
});
