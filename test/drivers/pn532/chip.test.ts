import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Chip } from '../../../drivers/pn532/chip.ts';
import { type Command, IN_DATA_EXCHANGE, setting } from '../../../drivers/pn532/command.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { ACKNOWLEDGED, answer, ScriptedLine } from './scripted-line.ts';

const READ = '40013004';
const WRITE = '4001A204AABBCCDD';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const command = (hex: string, isRepeatable: boolean): Command => ({
  code: IN_DATA_EXCHANGE,
  data: fromHex(hex).subarray(1),
  answerMs: 1_000,
  isRepeatable,
});
const read = command(READ, true);
const once = command(WRITE, false);

/** What a promise comes to, while the clock runs. */
async function outcome(promise: Promise<Uint8Array | boolean>): Promise<string> {
  const settled = promise.then(
    (value) => (value instanceof Uint8Array ? toHex(value) : String(value)),
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );
  await vi.advanceTimersByTimeAsync(10_000);
  return settled;
}

/** Commands that were heard, without those that only set the chip or get in step with it. */
const worked = (line: ScriptedLine) => line.heard.filter((heard) => heard.startsWith('40'));

describe('start', () => {
  test('ends what is under way, wakes the chip, gets in step with it and sets it', async () => {
    const line = new ScriptedLine();
    expect(await outcome(new Chip(line).start())).toBe('true');
    const [echo = '', ...set] = line.heard.splice(3);
    expect(line.heard).toEqual(['ack', 'wake', '14010001']);
    expect(echo).toMatch(/^0000[0-9A-F]{8}$/);
    // A search tries three times and not for ever; a card is not waited for longer than 51 ms.
    expect(set).toEqual(['1214', '08630280630380', '3202000B0A', '320400', '3205000102']);
  });

  test.each([
    ['says nothing', []],
    ['acknowledges and answers nothing', [ACKNOWLEDGED]],
    ['echoes what comes, as a terminal does', ['0000FF05FBD4140100011600']],
    ['prints text', [toHex(Buffer.from('login: '))]],
  ])('finds no chip where something %s', async (_, reply) => {
    const line = new ScriptedLine();
    line.script = () => reply;
    expect(await outcome(new Chip(line).start())).toBe('false');
    expect(line.gone.aborted).toBe(false);
  });

  test('draws other bytes for each echo, and takes no other for them', async () => {
    const line = new ScriptedLine();
    let echoes = 0;
    line.script = (heard) => {
      if (!heard.startsWith('00')) return undefined;
      echoes += 1;
      return echoes < 3 ? [ACKNOWLEDGED, answer(heard, '0001020304')] : undefined;
    };
    expect(await outcome(new Chip(line).start())).toBe('true');
    expect(new Set(line.heard.filter((heard) => heard.startsWith('00'))).size).toBe(3);
  });
});

describe('a command', () => {
  test('gets its answer after the acknowledgement, in any pieces', async () => {
    const line = new ScriptedLine();
    const bytes = `${ACKNOWLEDGED}${answer(READ, '00AABB')}`;
    line.script = () => bytes.match(/../g) ?? [];
    expect(await outcome(new Chip(line).run(read))).toBe('00AABB');
    expect(line.heard).toEqual([READ]);
  });

  test('waits for the one before it', async () => {
    const line = new ScriptedLine();
    const chip = new Chip(line);
    line.script = (heard) => {
      if (heard === READ) queueMicrotask(() => line.say(ACKNOWLEDGED, answer(READ, '00')));
      return heard === READ ? [] : undefined;
    };
    const both = Promise.all([chip.run(read), chip.run(once)]);
    await vi.advanceTimersByTimeAsync(0);
    await both;
    expect(line.heard).toEqual([READ, WRITE]);
  });

  test.each([
    ['before the acknowledgement', [answer(READ, '0011')]],
    ['to another command', [ACKNOWLEDGED, answer('4A', '00')]],
    ['to the host', [ACKNOWLEDGED, '0000FF03FDD441 00EB00'.replace(' ', '')]],
  ])('does not take an answer %s', async (_, stray) => {
    const line = new ScriptedLine();
    line.script = (heard) => {
      const isFirst = worked(line).length === 1;
      if (heard !== READ) return undefined;
      return isFirst ? [...stray, ...(stray.length === 1 ? [ACKNOWLEDGED] : []), answer(READ, '0022')] : [];
    };
    expect(await outcome(new Chip(line).run(read))).toBe('0022');
  });

  test('whose answer came garbled has it sent again, and does not run twice', async () => {
    const line = new ScriptedLine();
    const whole = answer(WRITE, '00AABB');
    line.script = (heard) => (heard === WRITE ? [ACKNOWLEDGED, whole.replace('AABB', 'AABA')] : undefined);
    line.repeated = [whole];
    expect(await outcome(new Chip(line).run(once))).toBe('00AABB');
    expect(line.heard).toEqual([WRITE, 'nack']);
  });

  test('whose answer comes garbled every time is given up', async () => {
    const line = new ScriptedLine();
    const garbled = answer(WRITE, '00AABB').replace('AABB', 'AABA');
    line.script = (heard) => (heard === WRITE ? [ACKNOWLEDGED, garbled] : undefined);
    line.repeated = [garbled];
    expect(await outcome(new Chip(line).run(once))).toBe('device_timeout');
    expect(line.heard.filter((heard) => heard === 'nack').length).toBe(3);
  });

  test('finds an answer behind what looked like the head of a longer one', async () => {
    const line = new ScriptedLine();
    line.script = () => [ACKNOWLEDGED, '0000FF20E0D5', answer(READ, '0077')];
    expect(await outcome(new Chip(line).run(read))).toBe('0077');
  });

  test('that the chip does not know is told', async () => {
    const line = new ScriptedLine();
    line.script = () => [ACKNOWLEDGED, '0000FF01FF7F8100'];
    expect(await outcome(new Chip(line).run(setting(0x99)))).toBe('device_protocol');
  });

  test('leaves nothing of what it carried in the bytes that it gave to the line', async () => {
    const line = new ScriptedLine();
    await outcome(new Chip(line).run(once));
    expect(line.given.map((bytes) => new Set(bytes))).toEqual([new Set([0])]);
  });
});

describe('a command with a signal', () => {
  test('is ended when that fires, and the chip is in step again', async () => {
    const line = new ScriptedLine();
    const chip = new Chip(line);
    line.script = (heard) => (heard === READ ? [ACKNOWLEDGED] : undefined);
    const stop = new AbortController();
    const reason = new Error('nobody waits any more');
    const running = chip.run(read, stop.signal).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(500);
    stop.abort(reason);
    expect(await running).toBe(reason);
    expect(line.heard.slice(0, 4)).toEqual([READ, 'ack', 'wake', '14010001']);
    expect(worked(line)).toEqual([READ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is not sent when that has fired', async () => {
    const line = new ScriptedLine();
    const running = new Chip(line).run(read, AbortSignal.abort(new Error('too late')));
    await expect(running).rejects.toThrow('too late');
    expect(line.heard).toEqual([]);
  });
});

describe('a command that is not answered', () => {
  const silentFor = (line: ScriptedLine, hex: string, times: number, reply: string[]) => {
    let left = times;
    line.script = (heard) => (heard === hex && left-- > 0 ? reply : undefined);
  };

  test.each([
    ['acknowledged', []],
    ['answered', [ACKNOWLEDGED]],
  ])('(not %s) is sent once more when it may run twice', async (_, reply) => {
    const line = new ScriptedLine();
    silentFor(line, READ, 1, reply);
    await outcome(new Chip(line).run(read));
    expect(worked(line)).toEqual([READ, READ]);
    // What was under way ends, and the chip is in step again and set, before the second try.
    expect(line.heard.slice(1, 4)).toEqual(['ack', 'wake', '14010001']);
    expect(line.heard.at(-2)).toBe('3205000102');
  });

  test.each([
    ['acknowledged', []],
    ['answered', [ACKNOWLEDGED]],
  ])('(not %s) is told, and not sent again, when it may not', async (_, reply) => {
    const line = new ScriptedLine();
    silentFor(line, WRITE, 1, reply);
    expect(await outcome(new Chip(line).run(once))).toBe('device_timeout');
    expect(worked(line)).toEqual([WRITE]);
    expect(line.gone.aborted).toBe(false);
  });

  test('is not sent a third time', async () => {
    const line = new ScriptedLine();
    silentFor(line, READ, 9, []);
    expect(await outcome(new Chip(line).run(read))).toBe('device_timeout');
    expect(worked(line)).toEqual([READ, READ]);
  });

  test('does not give its late answer to the next one', async () => {
    const line = new ScriptedLine();
    const chip = new Chip(line);
    silentFor(line, WRITE, 1, []);
    const late = [ACKNOWLEDGED, answer(WRITE, '0099')];
    const answering = line.script;
    line.script = (heard) =>
      heard === '14010001' ? [...late.splice(0), ACKNOWLEDGED, answer(heard, '')] : answering(heard);
    expect(await outcome(chip.run(once))).toBe('device_timeout');
    line.script = (heard) => (heard === WRITE ? [ACKNOWLEDGED, answer(heard, '0011')] : undefined);
    expect(await outcome(chip.run(once))).toBe('0011');
  });

  test('by a chip that is silent for good gives the line up, within 2 s', async () => {
    const line = new ScriptedLine();
    line.script = () => [];
    const running = new Chip(line).run(read).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(line.gone.aborted).toBe(true);
    expect(await running).toMatchObject({ code: 'device_lost', message: expect.stringContaining('power') });
  });

  test('because the line went rejects with why, at once', async () => {
    const line = new ScriptedLine();
    line.script = () => [ACKNOWLEDGED];
    const running = new Chip(line).run(read).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1);
    await line[Symbol.asyncDispose]();
    expect(await running).toBe(line.gone.reason);
    expect(vi.getTimerCount()).toBe(0);
  });
});
