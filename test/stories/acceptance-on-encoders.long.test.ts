import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SerialDesk } from './serial-desk.ts';
import { msr605Stand, pn532Stand, type Stand, twn4Stand } from './serial-stands.ts';
import { type CardOrder, newCard } from './story-desk.ts';

const ENCODERCTL = fileURLToPath(new URL('../../src/cli/encoderctl.ts', import.meta.url));

/** What the driver's encoder is put a card of on, and what does not apply to it. */
const KINDS = {
  pn532: { technology: 'mifare_classic_1k', inapplicable: ['Light and sound'] },
  twn4: { technology: 'ntag215', inapplicable: [] },
  msr605: { technology: 'magnetic_stripe', inapplicable: ['when it leaves', 'pulled in mid-write'] },
} as const;

let desk: SerialDesk;
beforeAll(async () => {
  desk = await SerialDesk.open(await pn532Stand(), await twn4Stand(), await msr605Stand());
});
afterAll(() => desk[Symbol.asyncDispose]());

/** Runs the test; a hand does what the terminal says with one card. */
async function accept(driver: Stand['driver'], technology: CardOrder['technology'], ...more: string[]) {
  const stand = desk.stand(driver);
  const card = newCard(technology);
  const env = { ...process.env, ENCODERD_STATE_DIR: desk.desk.stateDir };
  const words = ['acceptance', desk.encoderId(driver), '--yes', ...more];
  const child = spawn(process.execPath, [ENCODERCTL, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  let doing: Promise<unknown> = Promise.resolve();
  if (stand.swipes !== undefined) stand.swipes.isWilling = true;
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const said = /^ {2}> (.*)$/.exec(line)?.[1] ?? '';
    if (/^(Take the (test )?card away(\.| first)|Writing\.)/.test(said)) {
      doing = doing.then(() => stand.removeCard());
    } else if (/^(Put|Place) |Put the same card back/.test(said)) {
      doing = doing.then(() => stand.placeCard(card));
    }
  });
  const [code] = await exited;
  await doing;
  if (stand.swipes !== undefined) stand.swipes.isWilling = false;
  return { code, lines };
}

describe('the acceptance test by hand', () => {
  test.each(['pn532', 'twn4', 'msr605'] as const)(
    'passes at a %s',
    async (driver) => {
      const { technology, inapplicable } = KINDS[driver];
      const { code, lines } = await accept(driver, technology, '--card-destroyed-ok');
      const outcome = lines.filter((line) => /^(FAIL|n\/a)/.test(line));
      expect({ code, outcome }).toEqual({
        code: 0,
        outcome: inapplicable.map((title) => expect.stringContaining(title)),
      });
    },
    150_000,
  );
});
