import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Shell } from './encoderctl-process.ts';

/** A daemon with two virtual encoders, and a technician at it. */
async function openDesk() {
  const shell = new Shell();
  await shell.startDaemon();
  const [encoder] = z.array(z.object({ acs_encoder_id: z.string() })).parse(await shell.json('encoders'));
  return { shell, encoder: encoder?.acs_encoder_id ?? '' };
}

let desk: Awaited<ReturnType<typeof openDesk>>;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.shell[Symbol.asyncDispose]());

describe('encoderctl, when it fails,', () => {
  test('says that no daemon runs', async () => {
    await using shell = new Shell();
    expect(await shell.run('status')).toMatchObject({
      code: 69,
      stdout: '',
      stderr: expect.stringMatching(/^No daemon runs on the state folder .*encoderd-cli-/),
    });
  });

  test('says that something else answers, and not the daemon', async () => {
    await using shell = new Shell();
    const other = createServer((_request, response) => response.end('<p>hello</p>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${Object(other.address()).port}`;
      const words = ['--url', url, '--api-key', 'seam_local_x'];
      for (const command of [['encoders'], ['scan', '--encoder', 'E1']]) {
        expect(await shell.run(...command, ...words), command.join(' ')).toMatchObject({
          code: 69,
          stderr: expect.stringContaining(`What answers at ${url} is not encoderd`),
        });
      }
    } finally {
      other.close();
    }
  });

  test('fails with 64 for what is no address, without a stack trace', async () => {
    const { code, stderr } = await desk.shell.run('encoders', '--url', '127.0.0.1:3375');
    expect({ code, stderr }).toEqual({
      code: 64,
      stderr:
        '"127.0.0.1:3375" is no address of a daemon. It is scheme, host and port, as http://127.0.0.1:3375\n',
    });
  });

  test('tells programs of a failure as an object, also of a command that there is none of', async () => {
    const { shell, encoder } = desk;
    const failure = async (...words: readonly string[]) =>
      JSON.parse((await shell.run(...words, '--json')).stderr);
    expect(await failure('frob')).toEqual({ error: { message: expect.stringContaining('"frob"') } });
    expect(await failure('encode')).toEqual({ error: { message: expect.stringContaining('usage:') } });
    expect(await failure('encode', 'none', '--encoder', encoder)).toEqual({
      error: { type: 'acs_credential_not_found', message: 'There is no credential none here.' },
    });
    expect(await failure('scan', '--encoder', encoder, '--timeout', '1')).toEqual({
      error: {
        type: 'action_attempt_expired',
        reason: 'no_card_presented',
        message: expect.stringContaining('No card was placed'),
        action_attempt_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(await failure('scan', '--encoder', encoder, '--api-key', 'wrong')).toEqual({
      error: { type: 'unauthorized', message: expect.stringContaining('API key is not known') },
    });
  });
});
