import type { WriteJournal } from '../../card/program.ts';
import type { SiteKeys } from '../../card/site-keys.ts';
import type { Device, DriverLog, EncoderDriver } from '../contract.ts';
import { EncoderError } from '../errors.ts';
import { loadDriver } from './load-driver.ts';
import { faultOf, type HostAnswer, type HostOrder, type HostReport, hostOrder } from './messages.ts';
import { ServedEncoder } from './served-encoder.ts';
import { WireBox } from './wire-box.ts';

/**
 * The entry of a driver host: serves one driver to the process that forked this one.
 * It lives no longer than that: when the channel ends, so does it, whatever a native call is doing.
 */

/** Milliseconds for a driver to end by itself, and for a write to end, once the channel is gone. */
const ORPHAN_MS = 1_000;

const encoders = new Map<string, ServedEncoder>();
const calls = new Map<number, AbortController>();
const writes = new Set<Promise<void>>();
const stopping = new AbortController();
const wire = new WireBox();
let driver: EncoderDriver | undefined;

function send(report: HostReport): void {
  if (process.connected) process.send?.(report);
}

// A terminal sends these to everybody in it (Ctrl-C): what becomes of a write that is under way, the process that forked this one decides.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGBREAK'] as const) process.on(signal, () => {});
process.on('message', (message) => obey(hostOrder.parse(message)));
process.on('disconnect', () => {
  void stop();
  // process.exit() would wait for threads that hang in native calls.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), ORPHAN_MS).unref();
});

/** A sign of life, and what has passed since the last one. */
function beat(): void {
  const batch = wire.take();
  send(batch === null ? { report: 'beat' } : { report: 'wire', ...batch });
}

function obey(order: HostOrder): void {
  switch (order.order) {
    case 'start':
      setInterval(beat, order.beatMs).unref();
      void serve(order);
      return;
    case 'stop':
      void stop();
      return;
    case 'abort':
      calls.get(order.call)?.abort();
      return;
    case 'tell_wire':
      send({ report: 'wire', ...(wire.take() ?? { records: [], raw: [] }) });
      return;
    case 'capture':
      wire.tap.capture(order.deviceId, order.isOn);
      return;
    case 'cue':
      wire.tap.work(order.deviceId, { work: 'cue', cue: order.cue });
      encoders.get(order.deviceId)?.cue(order.cue);
      return;
    case 'open':
      void answer(order.call, (signal) => open(order.device, signal));
      return;
    case 'read':
      void answer(order.call, async (signal) => {
        const presented = encoderOf(order.deviceId).cardOf(order.cardId);
        wire.tap.work(order.deviceId, { work: 'read', card: presented.card });
        const card = await presented.read(signal);
        return { answer: 'read', card: { uid: card.uid, technology: card.technology } };
      });
      return;
    case 'inspect':
      void answer(order.call, (signal) => inspect(order, signal));
      return;
    case 'write': {
      const written = answer(order.call, (signal) => write(order, signal));
      writes.add(written);
      void written.finally(() => writes.delete(written));
      return;
    }
    case 'ping':
      wire.tap.work(order.deviceId, { work: 'ping' });
      void answer(order.call, async (signal) => ({
        answer: 'pinged',
        ...(await encoderOf(order.deviceId).ping(signal)),
      }));
      return;
    case 'close':
      void answer(order.call, async () => {
        const encoder = encoders.get(order.deviceId);
        encoders.delete(order.deviceId);
        await encoder?.close();
        return { answer: 'closed' };
      });
      return;
  }
}

async function serve(order: Extract<HostOrder, { order: 'start' }>): Promise<void> {
  try {
    const { options, stateDir } = order;
    driver = await loadDriver(order.module, { options, stateDir, log: remoteLog, tap: wire.tap });
  } catch (error) {
    send({ report: 'cannot_load', reason: faultOf(error).message });
    process.disconnect();
    return;
  }
  send({ report: 'ready' });
  for await (const news of driver.watch(stopping.signal)) {
    if (news.news === 'device_arrived') wire.tap.greeted(news.device.id);
    send({ report: 'news', news });
  }
  if (process.connected) process.disconnect();
}

async function open(device: Device, signal: AbortSignal): Promise<HostAnswer> {
  if (driver === undefined) throw new EncoderError('device_lost', 'the driver is not loaded');
  const encoder = new ServedEncoder(device.id, await driver.open(device, signal), send);
  encoders.set(device.id, encoder);
  void encoder.follow();
  return { answer: 'opened', hasCue: encoder.hasCue, canBePinged: encoder.canBePinged };
}

async function inspect(
  { deviceId, cardId, site }: Extract<HostOrder, { order: 'inspect' }>,
  signal: AbortSignal,
): Promise<HostAnswer> {
  try {
    const presented = encoderOf(deviceId).cardOf(cardId);
    wire.tap.work(deviceId, { work: 'inspect', card: presented.card, site });
    const contents = await presented.inspect(site, signal);
    return { answer: 'inspected', contents };
  } finally {
    wipe(site.keys);
  }
}

async function write(
  { call, deviceId, cardId, site, image }: Extract<HostOrder, { order: 'write' }>,
  signal: AbortSignal,
): Promise<HostAnswer> {
  let isNoted = false;
  const journal: WriteJournal = {
    note: (progress) => {
      // Whoever must know what becomes of the card is gone: it stays as it is, if it still is.
      if (!isNoted && !process.connected) throw new EncoderError('device_lost', 'the daemon has gone');
      isNoted = true;
      send({ report: 'progress', call, progress });
    },
  };
  try {
    const presented = encoderOf(deviceId).cardOf(cardId);
    wire.tap.work(deviceId, { work: 'write', card: presented.card, site, image });
    await presented.write(site, image, journal, signal);
    return { answer: 'written' };
  } finally {
    wipe(site.keys);
  }
}

/** Nobody needs a site's keys once a card is done with. */
function wipe(keys: SiteKeys): void {
  for (const version of keys) for (const key of Object.values(version.keys)) key.fill(0);
}

/**
 * Ends the watch, and with it the process, once every encoder is closed, while its driver still has the device: a write that has begun ends, and an
 * encoder that waits to write the next card that is swiped is disarmed.
 */
async function stop(): Promise<void> {
  await Promise.allSettled([...encoders.values()].map((encoder) => encoder.close()));
  await Promise.all(writes);
  stopping.abort();
}

/** Does the work of a call, and sends what came of it. */
async function answer(call: number, work: (signal: AbortSignal) => Promise<HostAnswer>): Promise<void> {
  const abort = new AbortController();
  calls.set(call, abort);
  let outcome: HostAnswer;
  try {
    outcome = await work(abort.signal);
  } catch (error) {
    const isHeeded = abort.signal.aborted && error === abort.signal.reason;
    outcome = isHeeded ? { answer: 'aborted' } : { answer: 'failed', fault: faultOf(error) };
    if (!isHeeded && !(error instanceof EncoderError)) console.error(error);
  }
  calls.delete(call);
  send({ report: 'answer', call, answer: outcome });
}

function encoderOf(deviceId: string): ServedEncoder {
  const encoder = encoders.get(deviceId);
  if (encoder === undefined) throw new EncoderError('device_lost', `${deviceId} is not open`);
  return encoder;
}

const remoteLog: DriverLog = {
  debug: (fields, message) => log('debug', fields, message),
  info: (fields, message) => log('info', fields, message),
  warn: (fields, message) => log('warn', fields, message),
  error: (fields, message) => log('error', fields, message),
};

/** Only plain values cross: an Error becomes its name, message and code. */
function log(level: keyof DriverLog, fields: object, message: string): void {
  const plain = Object.entries(fields).map(([name, value]) => [
    name,
    value instanceof Error ? plainError(value) : value,
  ]);
  try {
    send({ report: 'log', level, fields: Object.fromEntries(plain), message });
  } catch {
    send({ report: 'log', level, fields: {}, message });
  }
}

function plainError(error: Error): object {
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...('code' in error ? { code: error.code } : {}),
  };
}
