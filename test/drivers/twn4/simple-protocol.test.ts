import { describe, expect, test } from 'vitest';
import { framingOf } from '../../../drivers/twn4/codec/framing.ts';
import { GET_VERSION_STRING } from '../../../drivers/twn4/codec/functions.ts';
import { MessageLine } from '../../../drivers/twn4/message-line.ts';
import { SimpleProtocol } from '../../../drivers/twn4/simple-protocol.ts';
import { toHex } from '../../../src/card/hex.ts';
import { MemoryLine } from '../../benches/twn4/memory-line.ts';
import { codeOf, rejectionOf } from '../../contracts/encoder-desk.ts';

const VERSION = 'TWN4/B1.64/NCF5.20/PRS1.04';
const GET_VERSION = toHex(GET_VERSION_STRING);
const VERSION_ANSWER = `00${toHex(Uint8Array.of(VERSION.length, ...Buffer.from(VERSION)))}`;
const QUESTION = Uint8Array.of(0x05, 0x00, 0xff);
const ONCE = { doing: 'try', deadlineMs: 60, isRepeatable: false };

/** A reader that answers each command with the lines that `script` has for it, and hears nothing of a lone carriage return. */
function talk(script: (command: string, count: number) => readonly string[]) {
  const heard: string[] = [];
  const line = new MemoryLine((bytes, send) => {
    const command = Buffer.from(bytes).toString('latin1').replace('\r', '');
    if (command === '') return;
    heard.push(command);
    for (const answer of script(command, heard.length)) send(Buffer.from(`${answer}\r`, 'latin1'));
  });
  return { line, heard, protocol: new SimpleProtocol(new MessageLine(line, framingOf('ascii')), VERSION) };
}

describe('a call', () => {
  test('gives what follows the status', async () => {
    const { protocol, heard } = talk(() => ['0001AB']);
    expect(await protocol.call(QUESTION, ONCE)).toEqual(Uint8Array.of(0x01, 0xab));
    expect(heard).toEqual(['0500FF']);
  });
  test.each([
    ['01', 'card_unsupported', 'does not know the function'],
    ['02', 'device_protocol', 'a parameter is missing'],
    ['03', 'device_protocol', 'too many parameters'],
    ['04', 'card_unsupported', 'cannot be used'],
    ['05', 'device_protocol', 'does not understand'],
    ['06', 'device_protocol', 'the length is wrong'],
    ['7F', 'device_protocol', 'status 127'],
  ] as const)('that is answered with status %s is %s', async (status, code, words) => {
    const { protocol } = talk(() => [status]);
    const error = await rejectionOf(protocol.call(QUESTION, ONCE));
    expect(codeOf(error)).toBe(code);
    expect(String(error)).toContain(words);
  });
  test('begins when the one before it has ended', async () => {
    const { protocol, heard, line } = talk(() => []);
    const slow = { ...ONCE, deadlineMs: 5_000 };
    const first = protocol.call(Uint8Array.of(0x05, 0x01), slow);
    const second = protocol.call(Uint8Array.of(0x05, 0x03), slow);
    await expect.poll(() => heard).toEqual(['0501']);
    line.send(Buffer.from('00\r'));
    await first;
    await expect.poll(() => heard).toEqual(['0501', '0503']);
    line.send(Buffer.from('0042\r'));
    expect(await second).toEqual(Uint8Array.of(0x42));
  });
  test('does not take what came before it for its answer', async () => {
    const { protocol, line } = talk(() => ['0002']);
    line.send(Buffer.from('0001\r00'));
    expect(await protocol.call(QUESTION, ONCE)).toEqual(Uint8Array.of(0x02));
  });
  test('rejects at once when the line goes', async () => {
    const { protocol, line } = talk(() => []);
    const waiting = rejectionOf(protocol.call(QUESTION, { ...ONCE, deadlineMs: 60_000 }));
    await line[Symbol.asyncDispose]();
    expect(codeOf(await waiting)).toBe('device_lost');
  });
});

describe('a call that is not answered', () => {
  const silentUntil = (from: number) => (command: string, count: number) => {
    if (command === GET_VERSION) return [VERSION_ANSWER];
    return count < from ? [] : ['0007'];
  };
  test('is not made a second time where that may change something', async () => {
    const { protocol, heard } = talk(silentUntil(2));
    expect(codeOf(await rejectionOf(protocol.call(QUESTION, ONCE)))).toBe('device_timeout');
    expect(heard).toEqual(['0500FF', GET_VERSION]);
  });
  test('is made a second time where it changes nothing', async () => {
    const { protocol, heard } = talk(silentUntil(2));
    expect(await protocol.call(QUESTION, { ...ONCE, isRepeatable: true })).toEqual(Uint8Array.of(0x07));
    expect(heard).toEqual(['0500FF', GET_VERSION, '0500FF']);
  });
  test('and not the second time either, rejects, and the next one is answered', async () => {
    const { protocol } = talk(silentUntil(5));
    const error = await rejectionOf(protocol.call(QUESTION, { ...ONCE, isRepeatable: true }));
    expect(codeOf(error)).toBe('device_timeout');
    expect(await protocol.call(QUESTION, ONCE)).toEqual(Uint8Array.of(0x07));
  });
  test('but later is not taken for the answer to the next one, though it looks like it', async () => {
    // What is late comes as soon as the version is asked for; the answers to that and to what follows come after it, in order.
    const answered = Promise.withResolvers<void>();
    const { protocol, line } = talk((command, count) => {
      const send = (answer: string) => line.send(Buffer.from(`${answer}\r`));
      if (command === GET_VERSION) {
        send('0001');
        answered.promise.then(() => send(VERSION_ANSWER));
        setTimeout(answered.resolve, 30);
      } else if (count > 1) {
        answered.promise.then(() => send('0002'));
      }
      return [];
    });
    await rejectionOf(protocol.call(QUESTION, ONCE));
    expect(await protocol.call(QUESTION, ONCE)).toEqual(Uint8Array.of(0x02));
  });
  test('by a reader that gives no sign of life ends the line', async () => {
    const { protocol, line } = talk(() => []);
    expect(codeOf(await rejectionOf(protocol.call(QUESTION, ONCE)))).toBe('device_lost');
    expect(line.gone.aborted).toBe(true);
  });
  test('ends soon where its answer came spoiled', async () => {
    const { protocol } = talk((command) => [command === GET_VERSION ? VERSION_ANSWER : '00?7']);
    const since = performance.now();
    const error = await rejectionOf(protocol.call(QUESTION, { ...ONCE, deadlineMs: 60_000 }));
    expect(codeOf(error)).toBe('device_timeout');
    expect(performance.now() - since).toBeLessThan(5_000);
  });
});
