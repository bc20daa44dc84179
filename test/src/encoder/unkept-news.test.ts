import { describe, expect, onTestFinished, test } from 'vitest';
import { type EncoderObserver, Encoders } from '../../../src/encoder/encoders.ts';
import { createLog } from '../../../src/log.ts';
import { FakeClock } from '../../fake-clock.ts';
import { ScriptedDriver } from '../attempts/scripted-driver.ts';

const CARD = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' } as const;
type Told = 'cardRemoved' | 'left';

/** An encoder with a card on it, whose observer cannot keep `what` for the first `times` times. */
async function unplugWhileUnkept(what: Told, times: number) {
  const notes: string[] = [];
  const card = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<void>();
  const noted = Promise.withResolvers<void>();
  let failures = 0;
  const keep = (told: Told, note: string) => {
    if (told === what && failures < times) {
      failures += 1;
      failed.resolve();
      throw new Error('disk I/O error');
    }
    notes.push(note);
  };
  const observer: EncoderObserver = {
    arrived: (_, device) => device.id,
    left: (id) => {
      keep('left', `${id} left`);
      noted.resolve();
    },
    cardPresented: () => card.resolve(),
    cardRemoved: (id, { uid }, cause) => keep('cardRemoved', `${uid} off ${id}: ${cause}`),
  };
  const clock = new FakeClock();
  const encoders = new Encoders(observer, clock, createLog('silent'));
  onTestFinished(() => encoders[Symbol.asyncDispose]());
  const driver = new ScriptedDriver();
  void encoders.run(driver);
  driver.plug('port-1');
  driver.encoder('port-1').place(CARD);
  await card.promise;
  driver.unplug('port-1');
  await failed.promise;
  return { encoders, clock, driver, notes, noted: noted.promise };
}

describe.each<Told>(['cardRemoved', 'left'])('what happened while %s could not be kept', (what) => {
  test('once, is noted a second later', async () => {
    const { clock, notes, noted } = await unplugWhileUnkept(what, 1);
    await clock.waitedFor();
    expect(notes).not.toContain('port-1 left');
    clock.advance(999);
    expect(clock.sleepers).toBe(1);
    clock.advance(1);
    await noted;
    expect(notes).toEqual([`${CARD.uid} off port-1: encoder_left`, 'port-1 left']);
    expect(clock.sleepers).toBe(0);
  });

  test('three times, is noted the fourth time', async () => {
    const { clock, notes, noted } = await unplugWhileUnkept(what, 3);
    for (let time = 0; time < 3; time += 1) {
      await clock.waitedFor();
      clock.advance(1000);
      await Promise.resolve();
    }
    await noted;
    expect(notes.at(-1)).toBe('port-1 left');
  });

  test('ever, does not keep the desk from closing, nor from letting the driver go', async () => {
    const { encoders, clock, driver } = await unplugWhileUnkept(what, Number.POSITIVE_INFINITY);
    await clock.waitedFor();
    await encoders[Symbol.asyncDispose]();
    expect(driver.diary).toEqual(['open port-1', 'close port-1', 'watch ended']);
    expect(clock.sleepers).toBe(0);
  });
});
