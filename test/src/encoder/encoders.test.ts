import { describe, expect, onTestFinished, test } from 'vitest';
import { type EncoderObserver, Encoders } from '../../../src/encoder/encoders.ts';
import { createLog } from '../../../src/log.ts';
import { FakeClock } from '../../fake-clock.ts';
import { failure, ScriptedDriver } from '../attempts/scripted-driver.ts';

const card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' } as const;
const anotherCard = { uid: '04FFEEDDCCBBAA', technology: 'ntag215' } as const;

/** Encoders whose observer writes down what it is told. */
function openEncoders() {
  const notes: string[] = [];
  const waiting = new Map<number, () => void>();
  const note = (text: string) => {
    notes.push(text);
    waiting.get(notes.length)?.();
  };
  const observer: EncoderObserver = {
    arrived: (driver, device) => {
      note(`${device.id} arrived`);
      return `${driver}/${device.id}`;
    },
    left: (id) => note(`${id} left`),
    cardPresented: (id, { uid }) => note(`${uid} on ${id}`),
    cardRemoved: (id, { uid }, cause) => note(`${uid} off ${id}: ${cause}`),
  };
  const clock = new FakeClock();
  const encoders = new Encoders(observer, clock, createLog('silent'));
  onTestFinished(() => encoders[Symbol.asyncDispose]());
  return {
    encoders,
    clock,
    notes,
    driver: new ScriptedDriver(),
    /** Resolves once the observer has been told of `count` things. */
    noted: (count: number) =>
      new Promise<void>((resolve) => {
        if (notes.length >= count) resolve();
        else waiting.set(count, resolve);
      }),
  };
}

/** What has come of a promise so far, once everything that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('running a driver', () => {
  test('has started once the devices that were there are open', async () => {
    const { encoders, driver, notes } = openEncoders();
    const started = encoders.run(driver);
    expect(encoders.drivers()).toEqual([{ driver: 'scripted', state: 'starting' }]);
    driver.plug('port-1');
    driver.plug('port-2');
    expect(await isSettled(started)).toBe(false);
    driver.tell({ news: 'available' });
    await started;
    expect(notes).toEqual(['port-1 arrived', 'port-2 arrived']);
    expect(encoders.drivers()).toEqual([{ driver: 'scripted', state: 'running' }]);
  });

  test('has started when a device that was there cannot be opened', async () => {
    const { encoders, driver, notes } = openEncoders();
    driver.openFailures.push(failure('device_protocol'));
    const started = encoders.run(driver);
    driver.plug('port-1');
    driver.tell({ news: 'available' });
    await started;
    expect(notes).toEqual([]);
  });

  test('has started when the driver sees no devices, and says why; later it may', async () => {
    const { encoders, driver } = openEncoders();
    const started = encoders.run(driver);
    driver.tell({ news: 'unavailable', reason: 'pcscd does not run' });
    await started;
    expect(encoders.drivers()).toEqual([
      { driver: 'scripted', state: 'unavailable', reason: 'pcscd does not run' },
    ]);
    driver.tell({ news: 'available' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(encoders.drivers()).toEqual([{ driver: 'scripted', state: 'running' }]);
  });

  test('runs on when it does not see all its devices, and says which', async () => {
    const { encoders, driver } = openEncoders();
    const started = encoders.run(driver);
    driver.tell({ news: 'trouble', reason: '/dev/ttyS9 is not there' });
    driver.tell({ news: 'available' });
    await started;
    expect(encoders.drivers()).toEqual([
      { driver: 'scripted', state: 'running', reason: '/dev/ttyS9 is not there' },
    ]);
    const tell = async (reason: string | null) => {
      driver.tell({ news: 'trouble', reason });
      await new Promise((resolve) => setImmediate(resolve));
      return encoders.drivers();
    };
    const reason = '/dev/ttyS0 is held by brltty';
    expect(await tell(reason)).toEqual([{ driver: 'scripted', state: 'running', reason }]);
    expect(await tell(null)).toEqual([{ driver: 'scripted', state: 'running' }]);
  });

  test('has started when everything is closed before the driver said anything', async () => {
    const { encoders, driver } = openEncoders();
    const started = encoders.run(driver);
    await encoders[Symbol.asyncDispose]();
    await started;
  });

  test('that cannot even be started is noted', () => {
    const { encoders } = openEncoders();
    encoders.noteUnavailable('pcsc', 'the package nfc-pcsc is missing');
    expect(encoders.drivers()).toEqual([
      { driver: 'pcsc', state: 'unavailable', reason: 'the package nfc-pcsc is missing' },
    ]);
  });
});

describe('a device', () => {
  test('that cannot be opened is opened again a second later', async () => {
    const { encoders, driver, clock, notes, noted } = openEncoders();
    driver.openFailures.push(failure('device_protocol'), new Error('something else'));
    void encoders.run(driver);
    driver.plug('port-1');
    await clock.waitedFor();
    clock.advance(999);
    expect(clock.sleepers).toBe(1);
    clock.advance(1);
    await clock.waitedFor();
    clock.advance(1000);
    await noted(1);
    expect(notes).toEqual(['port-1 arrived']);
    expect(driver.diary).toEqual(['open port-1', 'open port-1', 'open port-1']);
  });

  test('that has gone by the time it is opened is let go', async () => {
    const { encoders, driver, clock } = openEncoders();
    driver.openFailures.push(failure('device_lost'));
    const started = encoders.run(driver);
    driver.plug('port-1');
    driver.tell({ news: 'available' });
    await started;
    expect(clock.sleepers).toBe(0);
    driver.tell({ news: 'device_left', deviceId: 'port-1' });
    driver.plug('port-1');
    await encoders.station('scripted/port-1').awaitDevice(new AbortController().signal);
  });

  test('that leaves while it could not be opened is not opened again', async () => {
    const { encoders, driver, clock } = openEncoders();
    driver.openFailures.push(failure('device_protocol'));
    void encoders.run(driver);
    driver.plug('port-1');
    await clock.waitedFor();
    driver.unplug('port-1');
    driver.tell({ news: 'unavailable', reason: 'read after the departure' });
    while (encoders.drivers()[0]?.state !== 'unavailable') {
      await new Promise((resolve) => setImmediate(resolve));
    }
    clock.advance(10_000);
    expect(driver.diary).toEqual(['open port-1']);
  });

  test('that leaves with a card on it says that nobody knows where the card is', async () => {
    const { encoders, driver, notes, noted } = openEncoders();
    void encoders.run(driver);
    driver.plug('port-1');
    await noted(1);
    driver.encoder('port-1').place(card);
    await noted(2);
    driver.unplug('port-1');
    await noted(4);
    expect(notes).toEqual([
      'port-1 arrived',
      '04A1B2C3D4E5F6 on scripted/port-1',
      '04A1B2C3D4E5F6 off scripted/port-1: encoder_left',
      'scripted/port-1 left',
    ]);
    driver.plug('port-1');
    await noted(5);
    expect(driver.diary).toEqual(['open port-1', 'close port-1', 'open port-1']);
  });

  test('that leaves while it waits for a card is closed and told of once', async () => {
    const { encoders, driver, notes, noted } = openEncoders();
    void encoders.run(driver);
    driver.plug('port-1');
    await noted(1);
    driver.unplug('port-1');
    await noted(2);
    driver.plug('port-2');
    await noted(3);
    expect(notes).toEqual(['port-1 arrived', 'scripted/port-1 left', 'port-2 arrived']);
  });

  test('that leaves and comes back in one breath is closed before it is opened', async () => {
    const { encoders, driver, noted } = openEncoders();
    void encoders.run(driver);
    driver.plug('port-1');
    await noted(1);
    const device = driver.encoder('port-1');
    const closes = Promise.withResolvers<void>();
    device.closes = closes.promise;
    driver.unplug('port-1');
    driver.plug('port-1');
    await noted(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(driver.diary).toEqual(['open port-1']);
    closes.resolve();
    await noted(3);
    expect(driver.diary).toEqual(['open port-1', 'close port-1', 'open port-1']);
  });
});

describe('a card', () => {
  test('that takes the place of another one comes after that has left', async () => {
    const { encoders, driver, notes, noted } = openEncoders();
    void encoders.run(driver);
    driver.plug('port-1');
    await noted(1);
    driver.encoder('port-1').place(card);
    await noted(2);
    const second = driver.encoder('port-1').place(anotherCard);
    await noted(4);
    expect(notes.slice(1)).toEqual([
      '04A1B2C3D4E5F6 on scripted/port-1',
      '04A1B2C3D4E5F6 off scripted/port-1: taken_away',
      '04FFEEDDCCBBAA on scripted/port-1',
    ]);
    expect(encoders.station('scripted/port-1').card).toBe(second);
  });

  test('is in the store before it is in the station, and out of the station before it is out of the store', async () => {
    const clock = new FakeClock();
    const seen: (string | undefined)[] = [];
    const done = Promise.withResolvers<void>();
    const look = () => seen.push(encoders.station('a').card?.card.uid);
    const encoders = new Encoders(
      {
        arrived: () => 'a',
        left: () => {},
        cardPresented: look,
        cardRemoved: () => {
          look();
          done.resolve();
        },
      },
      clock,
      createLog('silent'),
    );
    onTestFinished(() => encoders[Symbol.asyncDispose]());
    const driver = new ScriptedDriver();
    void encoders.run(driver);
    driver.plug('port-1');
    await encoders.station('a').awaitDevice(new AbortController().signal);
    driver.encoder('port-1').place(card);
    await encoders.station('a').awaitCard(new AbortController().signal, null);
    driver.encoder('port-1').takeAway();
    await done.promise;
    expect(seen).toEqual([undefined, undefined]);
  });

  test('that cannot be read leaves the encoder open, and the next one is read', async () => {
    const { encoders, driver, clock, notes, noted } = openEncoders();
    void encoders.run(driver);
    driver.plug('port-1');
    await noted(1);
    const waiting = encoders.station('scripted/port-1').awaitCard(new AbortController().signal, null);
    driver.encoder('port-1').failToRead(failure('device_timeout'));
    await expect(waiting).rejects.toEqual(expect.objectContaining({ code: 'device_timeout' }));
    await clock.waitedFor();
    driver.encoder('port-1').place(card);
    clock.advance(1000);
    await noted(2);
    expect(notes).toEqual(['port-1 arrived', '04A1B2C3D4E5F6 on scripted/port-1']);
    expect(driver.diary).toEqual(['open port-1']);
  });
});

describe('closing', () => {
  test('ends the drivers, closes every device and says that it left', async () => {
    const { encoders, driver, notes, noted } = openEncoders();
    const second = new ScriptedDriver('another');
    void encoders.run(driver);
    void encoders.run(second);
    driver.plug('port-1');
    second.plug('port-2');
    await noted(2);
    driver.encoder('port-1').place(card);
    await noted(3);
    await encoders[Symbol.asyncDispose]();
    expect(notes.slice(3).sort()).toEqual([
      '04A1B2C3D4E5F6 off scripted/port-1: encoder_left',
      'another/port-2 left',
      'scripted/port-1 left',
    ]);
    expect(driver.diary.sort()).toEqual(['close port-1', 'open port-1', 'watch ended']);
    expect(second.diary.sort()).toEqual(['close port-2', 'open port-2', 'watch ended']);
    await encoders[Symbol.asyncDispose]();
  });

  test('does not wait for the second after which a device would be opened again', async () => {
    const { encoders, driver, clock } = openEncoders();
    driver.openFailures.push(failure('device_protocol'));
    void encoders.run(driver);
    driver.plug('port-1');
    await clock.waitedFor();
    await encoders[Symbol.asyncDispose]();
    expect(clock.sleepers).toBe(0);
  });
});
