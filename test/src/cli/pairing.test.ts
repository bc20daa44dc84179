import { expect, test } from 'vitest';
import { pairingCommand } from '../../../src/cli/pairing.ts';
import { EXIT } from '../../../src/cli/terminal.ts';
import { drawDeskKeys } from '../../../src/site/page-keys.ts';
import { requestPagePairing } from '../../../src/site/page-pairings.ts';
import { openTestSite, temporaryFolder } from '../site/site-bed.ts';

/** A state folder where pages may ask, and the command in this process, beside the store. */
function state() {
  const folder = temporaryFolder();
  const site = openTestSite({}, folder);
  // The command goes by the computer's clock.
  site.clock.advance(Date.now() - site.clock.now());
  const ask = (origin: string, name: string | null = null) =>
    requestPagePairing(site, {
      ...{ origin, name, scopes: ['read', 'scan'] },
      publicKey: drawDeskKeys().publicKey,
    });
  const pairing = async (...words: readonly string[]) => {
    const said: { value: unknown; lines: readonly string[] }[] = [];
    await pairingCommand.run([...words, '--state-dir', folder], {
      isJson: false,
      result: (value, lines) => said.push({ value, lines }),
      news: () => expect.fail('It has no news.'),
      progress: () => {},
      fail: (error) => {
        throw error;
      },
    });
    return said[0] ?? expect.fail('It said nothing.');
  };
  return { site, ask, pairing };
}

test('a technician sees who asks for what, and the code for it', async () => {
  const { site, ask, pairing } = state();
  expect((await pairing()).lines).toEqual([expect.stringMatching(/^No web page asks/)]);
  const asked = ask('https://pms.example.com', 'Hotel PMS');
  const code = site.store.pagePairings.codeOf(asked.id) ?? '';
  for (const words of [[], ['list']]) {
    const { value, lines } = await pairing(...words);
    expect(lines[0]).toMatch(/^CODE +ORIGIN +NAME +SCOPES +ENDS +ID$/);
    const ends = new Date(asked.expiresAt).toISOString();
    expect(lines[1]?.split(/ {2,}/)).toEqual([
      ...[code, 'https://pms.example.com', 'Hotel PMS', 'read,scan', ends, asked.id],
    ]);
    expect(value).toMatchObject([{ pairing_id: asked.id, code, tries_left: 3, expires_at: ends }]);
  }
});

test('a technician refuses a page, and the desk hears of it', async () => {
  const { site, ask, pairing } = state();
  const { id } = ask('https://evil.example.com');
  const before = site.store.changes.last();
  expect((await pairing('refuse', id)).value).toEqual({ refused: id });
  expect(site.store.changes.after(before, 10)).toMatchObject([{ change: { type: 'pairing.changed' } }]);
  expect((await pairing('list')).value).toEqual([]);
  await expect(pairing('refuse', id)).rejects.toMatchObject({
    exitCode: EXIT.failed,
    message: expect.stringContaining('encoderctl pairing list'),
  });
});

test.each([['refuse'], ['list', 'x'], ['confirm', 'x'], ['refuse', 'x', 'y']])(
  '"pairing %s %s" says how it is used, and what pairs with a property server',
  async (...words) => {
    const { pairing } = state();
    await expect(pairing(...words)).rejects.toMatchObject({
      exitCode: EXIT.usage,
      message: expect.stringMatching(/encoderctl pairing \[list\][\s\S]*pair ADDRESS/),
    });
  },
);
