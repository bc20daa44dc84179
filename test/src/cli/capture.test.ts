import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCapture } from '../../../src/replay/capture-file.ts';
import { openDesk } from './encoderctl-desk.ts';

let desk: Awaited<ReturnType<typeof openDesk>>;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.shell[Symbol.asyncDispose]());

const file = (name: string) => join(desk.shell.stateDir, name);

describe('encoderctl capture', () => {
  test('leaves no file when it is refused, so that it can be tried again', async () => {
    const { shell, encoder } = desk;
    const key = desk.daemon.createApiKey('reader', 'read');
    const again = file('again.jsonl');
    expect(await shell.run('capture', encoder, '--output', again, '--api-key', key)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('lacks the scope "admin"'),
    });
    expect(existsSync(again)).toBe(false);
  });

  test('says first that what it leaves out is wanted to replay, takes the beginning of an id, and tells the time as programs do', async () => {
    const { shell, encoder } = desk;
    const words = ['--output', file('masked.jsonl'), '--seconds', '1'];
    const { code, stdout } = await shell.run('capture', encoder.slice(0, 13), ...words);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    const [first, second, ...others] = stdout.trim().split('\n');
    expect(first).toMatch(/can be read, and not replayed\. .*--with-payload/);
    expect(second).toMatch(/^Capturing until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
    expect(others).toEqual([expect.stringMatching(/^\d+ lines? in /)]);
  });

  test('is not without an encoder where there are two', async () => {
    const { shell, encoder } = desk;
    const { code, stderr } = await shell.run('capture', '--output', file('none.jsonl'));
    expect({ code, stderr }).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(
        /^There are 2 encoders\. Say which one: encoderctl capture ENCODER --output FILE\n/,
      ),
    });
    expect(stderr).toContain(encoder);
    expect(readdirSync(shell.stateDir)).not.toContain('none.jsonl');
  });
});

describe('encoderctl replay', () => {
  test('says what a file is not, and that there is none', async () => {
    const { shell } = desk;
    const other = file('other.txt');
    writeFileSync(other, '');
    expect(await shell.run('replay', other)).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/^.*other\.txt is no capture of encoderctl\. .*--with-payload\n$/),
    });
    for (const text of ['hello\n', '{"format":"zip"}\n', '\u0000\u0001']) {
      expect(() => parseCapture(text, 'it'), text).toThrow('it is no capture of encoderctl.');
    }
    expect(await shell.run('replay', file('nothing'))).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(/^There is no file .*nothing/),
    });
  });
});
