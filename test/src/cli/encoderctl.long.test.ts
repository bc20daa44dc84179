import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDesk } from './encoderctl-desk.ts';
import { Shell } from './encoderctl-process.ts';

let desk: Awaited<ReturnType<typeof openDesk>>;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.shell[Symbol.asyncDispose]());

describe('encoderctl', () => {
  test('says how each command is used: asked to on stdout, else on stderr with 64', async () => {
    const { shell } = desk;
    expect(await shell.run('-h')).toEqual(await shell.run('--help'));
    const usage = [
      'usage: encoderctl sync status | sync refused | sync resync',
      '       encoderctl sync retry [MESSAGE] | sync drop MESSAGE | sync take-theirs MESSAGE\n',
    ].join('\n');
    const asked = await shell.run('sync', '--help');
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(asked.stdout.startsWith(usage)).toBe(true);
    for (const words of [['-h'], ['retry', '--help'], ['--help', '--json']]) {
      expect(await shell.run('sync', ...words)).toEqual(asked);
    }
    for (const command of ['desks', 'pair', 'unpair', 'keys', 'watch']) {
      const told = await shell.run(command, '--help');
      expect(told, command).toMatchObject({ code: 0, stderr: '' });
      expect(told.stdout).toMatch(new RegExp(`^usage: encoderctl ${command}`));
    }
    expect(await shell.run('toString')).toMatchObject({ code: 64, stdout: '' });
  });
});

describe('encoderctl origins', () => {
  test('fails with 64 for what is no origin', async () => {
    expect(await desk.shell.run('origins', 'allow', 'https://pms.example.com/app')).toMatchObject({
      code: 64,
      stdout: '',
    });
    expect(await desk.shell.run('origins', 'add', 'https://a.example')).toMatchObject({
      code: 64,
      stdout: '',
    });
  });
});

describe('encoderctl encoders and status', () => {
  test('take the key and the address that they are given', async () => {
    const { daemon, token } = desk;
    await using elsewhere = new Shell();
    expect(await elsewhere.json('encoders', '--url', daemon.url, '--api-key', token)).toHaveLength(2);
    expect(
      await elsewhere.run('encoders', '--url', daemon.url, '--api-key', 'seam_local_wrong'),
    ).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('encoderctl scan', () => {
  test('fails with 1 when no card comes in time, and with 64 when it is not said which encoder', async () => {
    const { shell, encoder, another } = desk;
    expect(await shell.run('scan', '--encoder', encoder, '--timeout', '1')).toMatchObject({
      code: 1,
      stderr: 'No card was placed on the encoder in time. Start again and place the card.\n',
    });
    expect(await shell.run('scan')).toMatchObject({
      code: 64,
      stderr: [
        'There are 2 encoders. Say which one: encoderctl scan --encoder ENCODER',
        `  ${encoder}  Virtual encoder 1`,
        `  ${another}  Virtual encoder 2`,
        '',
      ].join('\n'),
    });
    for (const words of [['scan'], ['encode', 'none'], ['card', 'read']]) {
      expect(await shell.run(...words, '--encoder', encoder, '--timeout', '601')).toMatchObject({
        code: 64,
        stdout: '',
        stderr: expect.stringContaining('1 to 600, not "601"'),
      });
    }
    expect((await shell.run('scan', '--encoder', 'none')).code).toBe(64);
  });
});
