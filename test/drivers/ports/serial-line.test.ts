import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ByteLine } from '../../../drivers/ports/contract.ts';
import { keptDriver } from '../../../drivers/ports/kept-driver.ts';
import { SerialLine } from '../../../drivers/ports/serial-line.ts';
import { serialSource } from '../../../drivers/ports/serial-source.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import { quietLog } from '../../benches/pcsc/quiet-log.ts';
import { HURRY, IdleEncoder } from '../../benches/ports/kept-bench.ts';
import { SimulatedSerialPort } from '../../benches/ports/serial-bench.ts';
import { SysfsTree } from '../../benches/ports/sysfs-tree.ts';
import {
  arrivalsOf,
  codeOf,
  fires,
  NewsLog,
  patience,
  rejectionOf,
  soon,
} from '../../contracts/encoder-desk.ts';

const CH340 = { vendorId: '1a86', productId: '7523' } as const;
const settings = { baudRate: 115_200 };
/** More than a terminal holds back. */
const FLOOD_BYTES = 1 << 20;

/** Resolves with so many bytes, once they have come by what `listen` sets a listener for. */
function received(count: number, listen: (onBytes: (bytes: Uint8Array) => void) => void): Promise<Buffer> {
  const all = Promise.withResolvers<Buffer>();
  let got = Buffer.alloc(0);
  listen((bytes) => {
    got = Buffer.concat([got, bytes]);
    if (got.length >= count) all.resolve(got);
  });
  return soon(all.promise, `${count} bytes`);
}

async function openDescriptors(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}

describe('a serial line', () => {
  let port: SimulatedSerialPort;
  let line: ByteLine;
  beforeEach(async () => {
    port = await SimulatedSerialPort.open();
    const source = serialSource({ wishes: [port.path], products: [], settings, log: quietLog });
    line = await source.open({ key: 'port', path: port.path }, patience());
  });
  afterEach(async () => {
    await line[Symbol.asyncDispose]();
    await port[Symbol.asyncDispose]();
  });

  test('carries every byte both ways, in order', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const atDevice = received(512, (onBytes) => {
      port.onBytes = onBytes;
    });
    await Promise.all([
      line.write(bytes.subarray(0, 100)),
      line.write(bytes.subarray(100)),
      line.write(bytes),
    ]);
    expect([...(await atDevice)]).toEqual([...bytes, ...bytes]);
    const atHost = received(256, (onBytes) => {
      line.onBytes = onBytes;
    });
    port.send(bytes);
    expect([...(await atHost)]).toEqual([...bytes]);
  });
  test('does not let a short write into the middle of a long one', async () => {
    const long = new Uint8Array(100_000).fill(0x55);
    const atDevice = received(long.length + 1, (onBytes) => {
      port.onBytes = onBytes;
    });
    await Promise.all([line.write(long), line.write(Uint8Array.of(0xaa))]);
    expect((await atDevice).indexOf(0xaa)).toBe(long.length);
  });
  test('is gone, once, when it is unplugged', async () => {
    let fired = 0;
    line.gone.addEventListener('abort', () => {
      fired += 1;
    });
    await port.unplug();
    expect(codeOf(await fires(line.gone, '`gone`'))).toBe('device_lost');
    expect(codeOf(await rejectionOf(line.write(Uint8Array.of(1))))).toBe('device_lost');
    await line[Symbol.asyncDispose]();
    expect(fired).toBe(1);
  });
  test('is gone when it is unplugged while what came last is worked on', async () => {
    line.onBytes = () => port.unplugMeanwhile();
    port.send(Uint8Array.of(1));
    expect(codeOf(await fires(line.gone, '`gone`'))).toBe('device_lost');
  });
  test('rejects the write during which it is unplugged, and those after it', async () => {
    port.hang();
    const writes = [line.write(new Uint8Array(FLOOD_BYTES)), line.write(Uint8Array.of(1))].map(rejectionOf);
    await port.unplug();
    for (const write of writes) expect(codeOf(await write)).toBe('device_lost');
  });
  test('rejects a write that is not taken within a second, and is given up then', async () => {
    port.hang();
    const write = rejectionOf(line.write(new Uint8Array(FLOOD_BYTES)));
    expect(codeOf(await write)).toBe('device_timeout');
    expect(codeOf(await fires(line.gone, '`gone`'))).toBe('device_lost');
    await line[Symbol.asyncDispose]();
  });
  test('that is closed lets go out what was written, and is gone', async () => {
    const bytes = Uint8Array.from({ length: 3_000 }, (_, index) => index % 251);
    const atDevice = received(bytes.length, (onBytes) => {
      port.onBytes = onBytes;
    });
    const write = line.write(bytes);
    await line[Symbol.asyncDispose]();
    await write;
    expect([...(await atDevice)]).toEqual([...bytes]);
    expect(codeOf(line.gone.reason)).toBe('device_lost');
  });
  test('that is given up is gone for the reason given, whatever its code', async () => {
    const reason = new EncoderError('device_timeout', 'no answer within 100 ms');
    line.lose(reason);
    expect(codeOf(line.gone.reason)).toBe('device_lost');
    expect(line.gone.reason.cause).toBe(reason);
    expect(line.gone.reason.message).toContain('no answer within 100 ms');
    line.lose(new EncoderError('device_lost', 'later'));
    expect(line.gone.reason.cause).toBe(reason);
  });
  test('can be opened anew as soon as it is closed', async () => {
    const source = serialSource({ wishes: [], products: [], settings, log: quietLog });
    for (let time = 0; time < 20; time++) {
      await line[Symbol.asyncDispose]();
      line = await source.open({ key: 'port', path: port.path }, patience());
    }
  });
  test('delivers nothing after it is gone, though it was on its way', async () => {
    const onItsWay = Promise.withResolvers<{ readonly bytesRead: number }>();
    const read = () => onItsWay.promise;
    const late = new SerialLine('/dev/ttyUSB0', {
      isOpen: true,
      read,
      write: async () => {},
      close: async () => onItsWay.resolve({ bytesRead: 3 }),
    });
    let pieces = 0;
    late.onBytes = () => {
      pieces += 1;
    };
    await late[Symbol.asyncDispose]();
    expect(pieces).toBe(0);
  });
});

describe('serial devices that are kept', () => {
  /** A device that tells its name to whoever writes to it. */
  async function plugIn(name: string): Promise<SimulatedSerialPort> {
    const port = await SimulatedSerialPort.open();
    port.onBytes = () => port.send(Buffer.from(name));
    return port;
  }

  function watch(source: ReturnType<typeof serialSource>): { readonly news: NewsLog; end(): Promise<void> } {
    const driver = keptDriver({
      name: 'named',
      sources: [source],
      log: quietLog,
      pace: HURRY,
      greet: async (line) => {
        const answer = received(1, (onBytes) => {
          line.onBytes = onBytes;
        });
        await line.write(Uint8Array.of(0x3f));
        return {
          name: String(await answer),
          capabilities: { technologies: [], isVirtual: false },
          open: async () => new IdleEncoder(line.gone),
        };
      },
    });
    const over = new AbortController();
    const news = new NewsLog(driver, over.signal);
    return {
      news,
      end: async () => {
        over.abort();
        await soon(news.ended, 'the end of the watch');
        news.throwIfBroken();
      },
    };
  }

  test('keep their ids when their ports change names', async () => {
    await using tree = await SysfsTree.make();
    await using red = await plugIn('red');
    await using blue = await plugIn('blue');
    await tree.plugUsbSerial('ttyUSB0', { ...CH340, port: '1-1' }, red.path);
    await tree.plugUsbSerial('ttyUSB1', { ...CH340, port: '1-2' }, blue.path);
    const wishes = [{ vendor_id: '1a86', product_id: '7523' }];
    const { news, end } = watch(
      serialSource({ wishes, products: [], settings, log: quietLog, folders: tree }),
    );
    const arrival = (id: string, times: number) =>
      news.until(`arrival ${times} of ${id}`, (seen) => arrivalsOf(id, seen)[times - 1]);
    expect((await arrival('1a86-7523-usb-1-1-if00', 1)).name).toBe('red');
    expect((await arrival('1a86-7523-usb-1-2-if00', 1)).name).toBe('blue');
    await tree.unplug('ttyUSB0');
    await tree.unplug('ttyUSB1');
    await Promise.all([red.unplug(), blue.unplug()]);
    await Promise.all([red.replug(), blue.replug()]);
    await tree.plugUsbSerial('ttyUSB0', { ...CH340, port: '1-2' }, blue.path);
    await tree.plugUsbSerial('ttyUSB1', { ...CH340, port: '1-1' }, red.path);
    expect((await arrival('1a86-7523-usb-1-1-if00', 2)).name).toBe('red');
    expect((await arrival('1a86-7523-usb-1-2-if00', 2)).name).toBe('blue');
    await end();
  });

  test('leave no descriptor behind in 100 rounds of unplugging', async () => {
    await using port = await plugIn('red');
    const { news, end } = watch(serialSource({ wishes: [port.path], products: [], settings, log: quietLog }));
    const rounds = async (first: number, last: number) => {
      for (let round = first; round <= last; round++) {
        await port.replug();
        await news.until(`arrival ${round}`, (seen) => arrivalsOf(undefined, seen)[round - 1]);
        await port.unplug();
        await news.until(
          `departure ${round}`,
          (seen) => seen.filter(({ news }) => news === 'device_left')[round - 1],
        );
      }
    };
    await rounds(1, 3);
    const before = await openDescriptors();
    await rounds(4, 100);
    expect(await openDescriptors()).toBeLessThanOrEqual(before + 2);
    await end();
  });
});
