import { EventEmitter, getEventListeners, once } from 'node:events';
import type { Reader, ReaderStatus } from 'nfc-pcsc';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PcscEncoder } from '../../../drivers/pcsc/encoder.ts';
import { PcscReader } from '../../../drivers/pcsc/reader.ts';
import type { DriverNews, EncoderDriver } from '../../../src/encoder/contract.ts';
import { Encoders } from '../../../src/encoder/encoders.ts';
import { createLog } from '../../../src/log.ts';
import { FakeClock } from '../../fake-clock.ts';

/** dwEventState (pcsclite.h): bits, and the count of insertions and removals above them. */
const CHANGED = 0x0002;
const UNKNOWN = 0x0004;
const UNAVAILABLE = 0x0008;
const EMPTY = 0x0010;
const PRESENT = 0x0020;
const CARD = {
  state: PRESENT | (1 << 16),
  atr: Buffer.from('3b8f8001804f0ca000000306030001000000006a', 'hex'),
};
const UID = [0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6];

type Done<T> = (error: Error | null, value?: T) => void;

/** What @pokusew/pcsclite has for a reader: statuses come when the test says so, and calls are answered in a later turn. */
class ScriptedNative extends EventEmitter<{ status: [ReaderStatus] }> {
  readonly name = 'Reader';
  readonly SCARD_SHARE_EXCLUSIVE = 1;
  readonly SCARD_SHARE_DIRECT = 3;
  readonly SCARD_LEAVE_CARD = 0;
  readonly SCARD_RESET_CARD = 1;
  readonly SCARD_UNPOWER_CARD = 2;
  connected = false;
  /** What every connect fails with. */
  refusal: Error | null = null;

  connect(_options: object, done: Done<number>): void {
    setImmediate(() => (this.refusal === null ? done(null, 2) : done(this.refusal)));
  }

  disconnect(_disposition: number, done: Done<never>): void {
    setImmediate(() => done(null));
  }

  /** A card that tells its UID and knows nothing else. */
  transmit(apdu: Buffer, _longest: number, _protocol: number, done: Done<Buffer>): void {
    const asksUid = apdu[0] === 0xff && apdu[1] === 0xca;
    setImmediate(() => done(null, Buffer.from(asksUid ? [...UID, 0x90, 0x00] : [0x6a, 0x81])));
  }

  close(): void {}
}

function openReader() {
  const native = new ScriptedNative();
  const ofPackage: Reader = Object({ name: native.name, reader: native });
  const reader = new PcscReader(ofPackage, { exchange_timeout_ms: 1000, sharing_timeout_ms: 0 });
  return { native, reader };
}

describe('a status of a reader on its way out', () => {
  test.each([
    ['unknown and unavailable', UNKNOWN | UNAVAILABLE],
    ['unknown', UNKNOWN],
    ['unavailable', UNAVAILABLE],
  ])('(%s) does not say that the card was taken away', (_, bits) => {
    const { native, reader } = openReader();
    let changes = 0;
    reader.onPresence(() => {
      changes += 1;
    });
    native.emit('status', CARD);
    expect(changes).toBe(1);
    native.emit('status', { state: CHANGED | bits });
    expect(changes).toBe(1);
    expect(reader.presence).toMatchObject({ isPresent: true, count: 1 });
    native.emit('status', { state: CHANGED | EMPTY | (2 << 16) });
    expect(changes).toBe(2);
    expect(reader.presence).toEqual({ isPresent: false });
  });

  test('is noted as the encoder leaving with the card on it', async () => {
    const { native, reader } = openReader();
    const arrived = Promise.withResolvers<void>();
    const presented = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const causes: string[] = [];
    const encoders = new Encoders(
      {
        arrived: () => {
          arrived.resolve();
          return 'the encoder';
        },
        left: () => left.resolve(),
        cardPresented: () => presented.resolve(),
        cardRemoved: (_id, _card, cause) => causes.push(cause),
      },
      new FakeClock(),
      createLog('silent'),
    );
    onTestFinished(() => encoders[Symbol.asyncDispose]());
    void encoders.run(driverOf(reader));
    await arrived.promise;
    native.emit('status', CARD);
    await presented.promise;
    native.emit('status', { state: CHANGED | UNKNOWN | UNAVAILABLE });
    await new Promise((resolve) => setImmediate(resolve));
    reader.lose('unplugged');
    await left.promise;
    expect(causes).toEqual(['encoder_left']);
  });
});

test('50 tries at a card that another program holds leave no listener behind', async () => {
  const { native, reader } = openReader();
  native.refusal = new Error('SCardConnect error: Sharing violation.(0x8010000b)');
  const { signal } = new AbortController();
  for (let n = 0; n < 50; n += 1) {
    await expect(reader.exclusive(async () => 'done', signal)).rejects.toMatchObject({
      code: 'card_refused',
    });
  }
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  native.refusal = null;
  expect(await reader.exclusive(async () => 'done', signal)).toBe('done');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

/** A driver of this one reader, until it is disposed of. */
function driverOf(reader: PcscReader): EncoderDriver {
  const capabilities = { technologies: [], isVirtual: false };
  return {
    name: 'pcsc',
    async *watch(signal): AsyncGenerator<DriverNews, void, undefined> {
      yield { news: 'device_arrived', device: { id: 'reader', name: reader.name, capabilities } };
      yield { news: 'available' };
      if (!signal.aborted) await once(signal, 'abort');
    },
    open: async () =>
      new PcscEncoder(
        reader,
        () => {},
        () => {},
      ),
  };
}
