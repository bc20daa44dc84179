import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CardsDesk } from './cards-desk.ts';

let desk: CardsDesk;
beforeAll(async () => {
  desk = await CardsDesk.open();
});
afterEach(() => desk.remove());
afterAll(() => desk[Symbol.asyncDispose]());

describe('encoderctl entrances', () => {
  test('lists what the configuration has, and adds others, each with a name of its own', async () => {
    const { shell } = desk;
    expect((await shell.run('entrances', 'list')).stdout).toMatch(
      /^NUMBER +NAME +ENTRANCE\n1 +Main entrance +[0-9a-f-]{36}\n/,
    );
    const added = await shell.run('entrances', 'add', 'Car park');
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('"Car park" is entrance 2') });
    expect(await shell.json('entrances', 'list')).toMatchObject([
      { display_name: 'Main entrance', number: 1 },
      { display_name: 'Car park', number: 2 },
    ]);
    expect(await shell.run('entrances', 'add', 'Car park')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is an entrance named "Car park" already.'),
    });
    expect((await shell.run('entrances')).code).toBe(64);
    expect((await shell.run('entrances', 'add')).code).toBe(64);
    expect((await shell.run('entrances', 'remove', 'Car park')).code).toBe(64);
  });
});

describe('encoderctl encode', () => {
  test('replaces a lost card, and writes over another credential, only when told so', async () => {
    const { shell, encoder } = desk;
    const [lost, next] = [await desk.newCredential(), await desk.newCredential()];
    await desk.place('04A1B2C3D4E503');
    await shell.json('encode', lost, '--encoder', encoder);
    await desk.place('04A1B2C3D4E504');
    expect(await shell.run('encode', lost, '--encoder', encoder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('This credential is on another card already.'),
    });
    expect((await shell.run('encode', lost, '--encoder', encoder, '--replace-lost-card')).code).toBe(0);
    await desk.remove();
    await desk.place('04A1B2C3D4E504');
    expect(await shell.run('encode', next, '--encoder', encoder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another credential that is still valid'),
    });
    expect((await shell.run('encode', next, '--encoder', encoder, '--overwrite')).code).toBe(0);
  });

  test('fails with 64 without a credential, and with 1 for one that is not here', async () => {
    const { shell, encoder } = desk;
    expect((await shell.run('encode')).code).toBe(64);
    expect((await shell.run('encode', 'one', 'two')).code).toBe(64);
    expect(await shell.run('encode', 'none', '--encoder', encoder)).toMatchObject({
      code: 1,
      stderr: 'There is no credential none here.\n',
    });
  });
});

describe('encoderctl card', () => {
  test('fails with 64 for what it does not know', async () => {
    const { shell } = desk;
    for (const words of [[], ['eat'], ['read', 'twice'], ['read', '--overwrite']]) {
      expect((await shell.run('card', ...words)).code).toBe(64);
    }
  });
});
