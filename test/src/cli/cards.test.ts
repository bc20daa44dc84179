import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Shell } from './encoderctl-process.ts';

/** A daemon with two virtual encoders, a technician at it, and a card credential that waits to be issued. */
async function openDesk() {
  const shell = new Shell();
  const daemon = await shell.startDaemon();
  const token = daemon.createApiKey('desk');
  const [encoder] = z.array(z.object({ acs_encoder_id: z.string() })).parse(await shell.json('encoders'));
  if (encoder === undefined) throw new Error('the desk has no encoder');
  return { shell, daemon, token, encoder: encoder.acs_encoder_id };
}

let desk: Awaited<ReturnType<typeof openDesk>>;
beforeAll(async () => {
  desk = await openDesk();
});
afterEach(() => post('/acs/encoders/simulate/remove_card', { acs_encoder_id: desk.encoder }));
afterAll(() => desk.shell[Symbol.asyncDispose]());

const post = (path: string, body: object): Promise<unknown> => desk.daemon.post(desk.token, path, body);

const place = (uid: string, faults: object = {}) =>
  post('/acs/encoders/simulate/place_card', {
    acs_encoder_id: desk.encoder,
    card: { technology: 'ntag215', uid, faults },
  });

async function ask<T extends z.ZodRawShape>(path: string, body: object, envelope: T) {
  return z.object(envelope).parse(await post(path, body));
}

/** A card credential of a new guest; returns its id. */
async function newCredential(): Promise<string> {
  const { acs_systems } = await ask(
    '/acs/systems/list',
    {},
    {
      acs_systems: z.array(z.object({ acs_system_id: z.string() })),
    },
  );
  const { acs_user } = await ask(
    '/acs/users/create',
    { acs_system_id: acs_systems[0]?.acs_system_id, full_name: 'Ada' },
    { acs_user: z.object({ acs_user_id: z.string() }) },
  );
  const { acs_entrances } = await ask(
    '/acs/entrances/list',
    {},
    {
      acs_entrances: z.array(z.object({ acs_entrance_id: z.string() })),
    },
  );
  const { acs_credential } = await ask(
    '/acs/credentials/create',
    {
      acs_user_id: acs_user.acs_user_id,
      access_method: 'card',
      allowed_acs_entrance_ids: acs_entrances.map(({ acs_entrance_id }) => acs_entrance_id),
      ends_at: '2099-12-31T12:00:00Z',
    },
    { acs_credential: z.object({ acs_credential_id: z.string() }) },
  );
  return acs_credential.acs_credential_id;
}

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
  test('writes a credential on the card that is placed, and says how far it has come', async () => {
    const { shell, encoder } = desk;
    const id = await newCredential();
    const encode = shell.start('encode', id, '--encoder', encoder);
    await encode.line((line) => line === 'Place the card on the encoder, or swipe it.');
    await place('04A1B2C3D4E501');
    const { code, stdout } = await encode.outcome;
    expect(code).toBe(0);
    expect(stdout).toMatch(/The card is being written\. Leave it there\. \(0 of \d+\)\n/);
    expect(stdout).toMatch(
      /\nCard 130\*\*\* is on the card with the number \d+, in the format ntag, issue 1\.\n$/,
    );
  });

  test('tells a program the attempt, and nothing else', async () => {
    const { shell, encoder } = desk;
    const id = await newCredential();
    await place('04A1B2C3D4E502');
    expect(await shell.json('encode', id, '--encoder', encoder, '--timeout', '5')).toMatchObject({
      action_type: 'ENCODE_CREDENTIAL',
      status: 'success',
      result: { acs_credential_id: id, is_issued: true },
    });
  });

  test('replaces a lost card, and writes over another credential, only when told so', async () => {
    const { shell, encoder } = desk;
    const [lost, next] = [await newCredential(), await newCredential()];
    await place('04A1B2C3D4E503');
    await shell.json('encode', lost, '--encoder', encoder);
    await place('04A1B2C3D4E504');
    expect(await shell.run('encode', lost, '--encoder', encoder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('This credential is on another card already.'),
    });
    expect((await shell.run('encode', lost, '--encoder', encoder, '--replace-lost-card')).code).toBe(0);
    await post('/acs/encoders/simulate/remove_card', { acs_encoder_id: encoder });
    await place('04A1B2C3D4E504');
    expect(await shell.run('encode', next, '--encoder', encoder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another credential that is still valid'),
    });
    expect((await shell.run('encode', next, '--encoder', encoder, '--overwrite')).code).toBe(0);
  });

  test('is cancelled by Ctrl-C', async () => {
    const { shell, encoder } = desk;
    const encode = shell.start('encode', await newCredential(), '--encoder', encoder);
    await encode.line((line) => line === 'Place the card on the encoder, or swipe it.');
    encode.process.kill('SIGINT');
    expect(await encode.outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('cancelled') });
  });

  test('is not cut short by Ctrl-C while the card is written, and says so', async () => {
    const { shell, encoder } = desk;
    const encode = shell.start('encode', await newCredential(), '--encoder', encoder);
    await encode.line((line) => line === 'Place the card on the encoder, or swipe it.');
    await place('04A1B2C3D4E505', { delay_ms: 15 });
    await encode.line((line) => line.includes('(0 of '));
    encode.process.kill('SIGINT');
    expect(await encode.outcome).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('The card is being worked on, which is not cut short.'),
    });
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
  test('reads, inspects and erases a card, in words for people', async () => {
    const { shell, encoder } = desk;
    const words = ['--encoder', encoder];
    const id = await newCredential();
    await place('04A1B2C3D4E506');
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

  test('fails with 64 for what it does not know', async () => {
    const { shell } = desk;
    for (const words of [[], ['eat'], ['read', 'twice'], ['read', '--overwrite']]) {
      expect((await shell.run('card', ...words)).code).toBe(64);
    }
  });
});
