import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CardsDesk } from './cards-desk.ts';

let desk: CardsDesk;
beforeAll(async () => {
  desk = await CardsDesk.open();
});
afterEach(() => desk.remove());
afterAll(() => desk[Symbol.asyncDispose]());

describe('encoderctl encode', () => {
  test('writes a credential on the card that is placed, and says how far it has come', async () => {
    const { shell, encoder } = desk;
    const id = await desk.newCredential();
    const encode = shell.start('encode', id, '--encoder', encoder);
    await encode.line((line) => line === 'Place the card on the encoder, or swipe it.');
    await desk.place('04A1B2C3D4E501');
    const { code, stdout } = await encode.outcome;
    expect(code).toBe(0);
    expect(stdout).toMatch(/The card is being written\. Leave it there\. \(0 of \d+\)\n/);
    expect(stdout).toMatch(
      /\nCard 130\*\*\* is on the card with the number \d+, in the format ntag, issue 1\.\n$/,
    );
  });

  test('tells a program the attempt, and nothing else', async () => {
    const { shell, encoder } = desk;
    const id = await desk.newCredential();
    await desk.place('04A1B2C3D4E502');
    expect(await shell.json('encode', id, '--encoder', encoder, '--timeout', '5')).toMatchObject({
      action_type: 'ENCODE_CREDENTIAL',
      status: 'success',
      result: { acs_credential_id: id, is_issued: true },
    });
  });

  test('is cancelled by Ctrl-C', async () => {
    const { shell, encoder } = desk;
    const encode = shell.start('encode', await desk.newCredential(), '--encoder', encoder);
    await encode.line((line) => line === 'Place the card on the encoder, or swipe it.');
    encode.process.kill('SIGINT');
    expect(await encode.outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('cancelled') });
  });

  test('is not cut short by Ctrl-C while the card is written, and says so', async () => {
    const { shell, encoder } = desk;
    const encode = shell.start('encode', await desk.newCredential(), '--encoder', encoder);
    await encode.line((line) => line === 'Place the card on the encoder, or swipe it.');
    await desk.place('04A1B2C3D4E505', { delay_ms: 15 });
    await encode.line((line) => line.includes('(0 of '));
    encode.process.kill('SIGINT');
    expect(await encode.outcome).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('The card is being worked on, which is not cut short.'),
    });
  });
});

describe('encoderctl card', () => {
  test('reads, inspects and erases a card, in words for people', async () => {
    const { shell, encoder } = desk;
    const words = ['--encoder', encoder];
    const id = await desk.newCredential();
    await desk.place('04A1B2C3D4E506');
    expect((await shell.run('encode', id, ...words)).code).toBe(0);

    const read = await shell.run('card', 'read', ...words);
    expect(read.stdout).toMatch(/^On it +a credential of this site, authentic$/m);
    expect(read.stdout).toMatch(/^Valid +from the beginning until 2099-12-31T12:00:00\.000Z$/m);
    expect(read.stdout).toMatch(new RegExp(`^Here +Card 130\\*\\*\\*, ${id}$`, 'm'));

    const { stdout } = await shell.run('card', 'inspect', ...words);
    expect(stdout).toMatch(/^Card +ntag215$/m);
    expect(stdout).toMatch(/^Uid +04A1B2C3D4E506$/m);
    expect(stdout).toMatch(/^Format +ntag$/m);
    expect(stdout).toMatch(new RegExp(`^Credential +${id}$`, 'm'));
    expect(stdout).toMatch(/^Room +\d+ bytes for a credential$/m);
    expect(stdout).toMatch(/^Memory +\d+ bytes, \d+ free$/m);

    expect((await shell.run('card', 'erase', ...words)).code).toBe(1);
    expect(await shell.run('card', 'erase', '--overwrite', ...words)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/The card with the number \d+ is blank\.\n$/),
    });
    expect(await shell.json('card', 'inspect', ...words)).toMatchObject({
      action_type: 'INSPECT_CARD',
      result: { record_standing: 'none', acs_credential_on_seam: null },
    });
    expect((await shell.run('card', 'read', ...words)).stdout).toMatch(
      /^Mind +This card is not registered here/m,
    );
  });
});
