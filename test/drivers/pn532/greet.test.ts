import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { greetPn532 } from '../../../drivers/pn532/greet.ts';
import { pn532Options } from '../../../drivers/pn532/options.ts';
import { isWanted } from '../../../drivers/pn532/wanted.ts';
import { BoardLine } from '../../benches/pn532/board-line.ts';

const CANDIDATE = { key: 'dev-ttytest', path: '/dev/ttyTEST' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a port', () => {
  test('with a PN532 is greeted, whatever state the chip is in', async () => {
    await using line = new BoardLine();
    const { signal } = new AbortController();
    const first = await greetPn532(line, CANDIDATE, signal);
    expect(first.name).toBe('NXP PN532, firmware 1.6');
    expect(first.capabilities.isVirtual).toBe(false);
    expect(first.capabilities.technologies).toContain('mifare_desfire');
    // Another program left it in the middle of a search that never ends.
    line.board.power();
    expect((await greetPn532(line, CANDIDATE, signal)).name).toBe(first.name);
  });

  test('where another chip of the family answers is the wrong one, and it is named', async () => {
    await using line = new BoardLine({ quirks: { firmware: [0x33, 0x02, 0x07, 0x07] } });
    const greeting = greetPn532(line, CANDIDATE, new AbortController().signal);
    await expect(greeting).rejects.toMatchObject({
      kind: 'wrong_device',
      message: expect.stringContaining('it calls itself 33'),
    });
  });

  test('where nothing answers says within 5 s what can be done', async () => {
    await using line = new BoardLine();
    line.board.wire.silence();
    const greeting = greetPn532(line, CANDIDATE, new AbortController().signal).catch(
      (error: unknown) => error,
    );
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await greeting).toMatchObject({ kind: 'no_answer', message: expect.stringContaining('HSU') });
  });

  test('is not greeted any more when the signal fires', async () => {
    await using line = new BoardLine();
    line.board.wire.silence();
    const reason = new Error('the watch has ended');
    const stop = new AbortController();
    const greeting = greetPn532(line, CANDIDATE, stop.signal).catch((error: unknown) => error);
    stop.abort(reason);
    expect(await greeting).toBe(reason);
    await vi.advanceTimersByTimeAsync(5_000);
  });

  test('that is left has its field off', async () => {
    await using line = new BoardLine();
    const greeted = await greetPn532(line, CANDIDATE, new AbortController().signal);
    line.board.commands.length = 0;
    await greeted.leave?.();
    expect(line.board.commands).toEqual([0x32]);
  });
});

test('the driver is wanted where a port is assigned to it, and only there', async () => {
  expect(await isWanted(pn532Options.parse({}))).toBe(false);
  expect(await isWanted({ ports: ['/dev/ttyUSB0'] })).toBe(true);
  expect(await isWanted({ ports: [{ vendor_id: '1a86', product_id: '7523' }] })).toBe(true);
});
