import { describe, expect, test } from 'vitest';
import { pairingCommand } from '../../../src/cli/pairing.ts';
import { EXIT } from '../../../src/cli/terminal.ts';
import { drawDeskKeys } from '../../../src/site/page-keys.ts';
import { requestPagePairing } from '../../../src/site/page-pairings.ts';
import { told } from '../site/audit-bed.ts';
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

describe('a technician refuses', () => {
  const [one, other] = ['https://one.example.com', 'https://other.example.com'];

  test('every page that asks, and each is in the audit log', async () => {
    const { site, ask, pairing } = state();
    const ids = [ask(one).id, ask(other).id];
    const { value, lines } = await pairing('refuse', '--all');
    expect(value).toEqual({ refused: ids });
    expect(lines[0]).toContain(`Refused: ${one}, ${other}.`);
    expect((await pairing('list')).value).toEqual([]);
    expect(told(site.store).filter(([action]) => action === 'pairing_refused')).toEqual(
      ids.map((pairing_id) => ['pairing_refused', { pairing_id }]),
    );
    expect((await pairing('refuse', '--all')).lines).toEqual(['No web page asks to use the encoder.']);
  });

  test('the pages of one origin, and no other', async () => {
    const { ask, pairing } = state();
    const { id } = ask(one);
    ask(other);
    expect((await pairing('refuse', '--origin', one)).value).toEqual({ refused: [id] });
    expect((await pairing('list')).value).toMatchObject([{ origin: other }]);
    await expect(pairing('refuse', '--origin', one)).rejects.toMatchObject({
      exitCode: EXIT.failed,
      message: expect.stringContaining(`No web page of ${one} waits.`),
    });
    await expect(pairing('refuse', '--origin', 'one.example.com')).rejects.toMatchObject({
      exitCode: EXIT.usage,
      message: expect.stringMatching(/^"one.example.com" is no origin\./),
    });
  });
});

test.each([
  ['refuse'],
  ['list', 'x'],
  ['list', '--all'],
  ['list', '--origin', 'https://one.example.com'],
  ['confirm', 'x'],
  ['refuse', 'x', 'y'],
  ['refuse', 'x', '--all'],
  ['refuse', '--all', '--origin', 'https://one.example.com'],
])('"pairing %s %s" says how it is used, and what pairs with a property server', async (...words) => {
  const { pairing } = state();
  await expect(pairing(...words)).rejects.toMatchObject({
    exitCode: EXIT.usage,
    message: expect.stringMatching(/encoderctl pairing \[list\][\s\S]*pair ADDRESS/),
  });
});
