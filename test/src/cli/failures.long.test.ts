import { describe, expect, test } from 'vitest';
import { Shell } from './encoderctl-process.ts';

describe('encoderctl, when it fails,', () => {
  test('says that no daemon answers when one was killed', async () => {
    await using shell = new Shell();
    const daemon = await shell.startDaemon();
    await daemon.kill();
    const { code, stderr } = await shell.run('encoders', '--json');
    expect(code).toBe(69);
    expect(JSON.parse(stderr)).toEqual({
      error: { message: expect.stringMatching(/^No daemon answers at http:/) },
    });
    for (const words of [['scan'], ['encode', 'credential'], ['card', 'read']]) {
      expect(await shell.run(...words, '--encoder', 'E1'), words.join(' ')).toMatchObject({
        code: 69,
        stdout: '',
        stderr: expect.stringMatching(/^No daemon answers at http:.*ECONNREFUSED/),
      });
    }
    expect((await shell.run('watch')).code).toBe(69);
  });

  test.each(['frob', 'ftp://127.0.0.1', 'http://', 'http://127.0.0.1:99999'])(
    'fails with 64 for the address %s, without a stack trace',
    async (url) => {
      await using shell = new Shell();
      const { code, stderr } = await shell.run('encoders', '--url', url);
      expect({ code, stderr }).toEqual({
        code: 64,
        stderr: `"${url}" is no address of a daemon. It is scheme, host and port, as http://127.0.0.1:3375\n`,
      });
    },
  );
});
