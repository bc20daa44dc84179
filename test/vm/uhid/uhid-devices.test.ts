import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { UhidDevices, type UhidFile } from './uhid-devices.ts';

const DESTROY = event(1);
const STOP = event(3);
const CREATE = event(11);
/** Any other. */
const GET_REPORT = event(9);
const ANSWER = event(10);
const INPUT = event(12);

/** A device of the kernel's, as uhid.c has it: it takes nothing once it is destroyed. Each write takes until `takeNext`. */
class KernelDevice implements UhidFile {
  /** Types of the events that were written, in order: what it does not take, too. */
  readonly written: number[] = [];
  isClosed = false;
  #isRunning = false;
  readonly #writes: (() => void)[] = [];
  readonly #said: Buffer[] = [];
  #reading: ((said: Buffer) => void) | undefined;

  /** How many writes wait. */
  get waiting(): number {
    return this.#writes.length;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.#writes.push(resolve));
    const type = Buffer.from(bytes).readUInt32LE(0);
    this.written.push(type);
    if (type !== CREATE.readUInt32LE(0) && !this.#isRunning)
      throw new Error('EINVAL: invalid argument, write');
    this.#isRunning = type !== DESTROY.readUInt32LE(0);
    if (!this.#isRunning) this.say(STOP);
  }

  async read(into: Uint8Array): Promise<void> {
    const said = this.#said.shift() ?? (await new Promise<Buffer>((resolve) => (this.#reading = resolve)));
    into.set(said);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  say(said: Buffer): void {
    if (this.#reading === undefined) this.#said.push(said);
    else this.#reading(said);
    this.#reading = undefined;
  }

  async takeNext(): Promise<void> {
    await nextTurn();
    this.#writes.shift()?.();
    await nextTurn();
  }

  async takeAll(): Promise<void> {
    do await this.takeNext();
    while (this.waiting > 0);
  }
}

let opened: KernelDevice[];
let heard: string[];
let devices: UhidDevices;

beforeEach(() => {
  opened = [];
  heard = [];
  devices = new UhidDevices(
    async () => {
      const device = new KernelDevice();
      opened.push(device);
      return device;
    },
    (name, said) => heard.push(`${name} ${said.readUInt32LE(0)}`),
  );
});

test('an answer that crosses the end of its device is not written, and the end is heard', async () => {
  const [device] = await created('reader');
  device.say(GET_REPORT);
  devices.tell('reader', DESTROY);
  devices.tell('reader', ANSWER);
  await device.takeAll();
  devices.tell('reader', ANSWER);
  await device.takeAll();
  expect(device.written).toEqual([11, 1]);
  expect(heard).toEqual(['reader 9', 'reader 3']);
  expect(device.isClosed).toBe(true);
});

test('the answers before the end are written before it, one at a time', async () => {
  const [device] = await created('reader');
  for (const told of [ANSWER, INPUT, DESTROY]) devices.tell('reader', told);
  await nextTurn();
  expect(device.waiting).toBe(1);
  await device.takeAll();
  expect(device.written).toEqual([11, 10, 12, 1]);
});

test('a device that is plugged in again has a file of its own, and what is told goes there', async () => {
  const [before] = await created('reader');
  devices.tell('reader', DESTROY);
  await before.takeAll();
  const [, back] = await created('reader');
  devices.tell('reader', INPUT);
  await back?.takeAll();
  expect(before.written).toEqual([11, 1]);
  expect(back?.written).toEqual([11, 12]);
  expect(back?.isClosed).toBe(false);
});

test('a device that the kernel is slow with holds up no other', async () => {
  const [slow] = await created('slow');
  const [, quick] = await created('quick');
  devices.tell('slow', INPUT);
  devices.tell('quick', INPUT);
  await quick?.takeAll();
  expect(slow.written).toEqual([11]);
  expect(quick?.written).toEqual([11, 12]);
});

/** Resolves with all files that were opened so far, when the device's creation was taken. */
async function created(name: string): Promise<readonly [KernelDevice, ...KernelDevice[]]> {
  devices.tell(name, CREATE);
  await nextTurn();
  const last = opened.at(-1);
  await last?.takeAll();
  const [first, ...more] = opened;
  if (first === undefined) throw new Error('no file was opened');
  return [first, ...more];
}

function event(type: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(type);
  return bytes;
}
