import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type CalledReader, NativeCalls } from '../../../drivers/pcsc/native-calls.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';

/** A reader of the package: its calls are answered when the test says so. */
class WiredReader implements CalledReader {
  connected = true;
  longestAnswer = 0;
  transmits = 0;
  #begun = Promise.withResolvers<void>();
  answer: (error: Error | null, answer?: Buffer) => void = () => {};

  /** Resolves when the next exchange has reached the package. */
  get nextTransmit(): Promise<void> {
    return this.#begun.promise;
  }

  connect(_options: object, done: (error: null, protocol: number) => void): void {
    done(null, 2);
  }

  disconnect(_disposition: number, done: (error: Error) => void): void {
    done(new Error('SCardDisconnect error: Invalid handle.(0x80100003)'));
  }

  transmit(
    _apdu: Buffer,
    longestAnswer: number,
    _protocol: number,
    done: (error: Error | null, answer?: Buffer) => void,
  ): void {
    this.transmits++;
    this.longestAnswer = longestAnswer;
    this.answer = done;
    this.#begun.resolve();
    this.#begun = Promise.withResolvers();
  }
}

const APDU = Uint8Array.of(0xff, 0xca, 0, 0, 0);

function noOther(): never {
  throw new Error('No second object is wanted');
}

function wire(timeoutMs: number) {
  const reader = new WiredReader();
  const gone = new AbortController();
  return { reader, gone, calls: new NativeCalls(reader, noOther, timeoutMs, gone.signal) };
}

describe('a call into the package', () => {
  test('asks for 258 bytes, which is the longest answer', async () => {
    const { reader, calls } = wire(1_000);
    const begun = reader.nextTransmit;
    const exchange = calls.transmit(APDU, 2);
    await begun;
    expect(reader.longestAnswer).toBe(258);
    reader.answer(null, Buffer.from('9000', 'hex'));
    expect(await exchange).toEqual(Buffer.from('9000', 'hex'));
  });

  test('that succeeds with no bytes is a card that has left', async () => {
    const { reader, calls } = wire(1_000);
    const begun = reader.nextTransmit;
    const exchange = calls.transmit(APDU, 2);
    await begun;
    reader.answer(null, Buffer.alloc(0));
    await expect(exchange).rejects.toMatchObject({ code: 'card_removed' });
  });

  test('waits for the one before it', async () => {
    const { reader, calls } = wire(1_000);
    const begun = reader.nextTransmit;
    const first = calls.transmit(APDU, 2);
    const second = calls.transmit(APDU, 2);
    await begun;
    // Were the second one not held back, it would be there by now.
    await new Promise((resolve) => setImmediate(resolve));
    expect(reader.transmits).toBe(1);
    const next = reader.nextTransmit;
    reader.answer(null, Buffer.from('01', 'hex'));
    expect(await first).toEqual(Buffer.from('01', 'hex'));
    await next;
    reader.answer(null, Buffer.from('02', 'hex'));
    expect(await second).toEqual(Buffer.from('02', 'hex'));
  });

  test('that is late makes the reader stuck until it returns: nothing waits behind it', async () => {
    const { reader, calls } = wire(20);
    await expect(calls.transmit(APDU, 2)).rejects.toMatchObject({ code: 'device_timeout' });
    const { answer } = reader;
    await expect(calls.transmit(APDU, 2)).rejects.toMatchObject({ code: 'device_timeout' });
    await expect(calls.connect(1)).rejects.toMatchObject({ code: 'device_timeout' });
    expect(await calls.idleWithin(1)).toBe(false);
    answer(null, Buffer.from('9000', 'hex'));
    expect(await calls.idleWithin(1)).toBe(true);
    expect(await calls.connect(1)).toBe(2);
  });

  test('has the whole time, however long the ones before it took', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { reader, calls } = wire(1_000);
    for (const answer of ['01', '02']) {
      const exchange = calls.transmit(APDU, 2);
      vi.advanceTimersByTime(900);
      reader.answer(null, Buffer.from(answer, 'hex'));
      expect(await exchange).toEqual(Buffer.from(answer, 'hex'));
    }
    vi.advanceTimersByTime(5_000);
    const late = calls.transmit(APDU, 2);
    const behind = calls.transmit(APDU, 2);
    vi.advanceTimersByTime(1_001);
    await expect(late).rejects.toMatchObject({ code: 'device_timeout' });
    await expect(behind).rejects.toMatchObject({ code: 'device_timeout' });
  });

  test('that the package refuses to begin does not hold up the next one', async () => {
    const { reader, calls } = wire(1_000);
    const refusal = new TypeError('First argument must be a Buffer');
    const { transmit } = reader;
    reader.transmit = () => {
      throw refusal;
    };
    await expect(calls.transmit(APDU, 2)).rejects.toMatchObject({ cause: refusal });
    reader.transmit = transmit;
    expect(await calls.connect(1)).toBe(2);
    expect(await calls.idleWithin(1)).toBe(true);
  });

  test('ends at once when the reader goes', async () => {
    const { gone, calls } = wire(1_000);
    const exchange = calls.transmit(APDU, 2);
    const behind = calls.transmit(APDU, 2);
    const reason = new EncoderError('device_lost', 'unplugged');
    gone.abort(reason);
    await expect(exchange).rejects.toBe(reason);
    await expect(behind).rejects.toBe(reason);
    await expect(calls.connect(1)).rejects.toBe(reason);
  });

  test('that fails to disconnect does not leave the reader connected for ever', async () => {
    const { reader, calls } = wire(1_000);
    await calls.disconnect(0);
    expect(reader.connected).toBe(false);
  });
});
