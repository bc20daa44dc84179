import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/**
 * Runs in the guest: carries the events of /dev/uhid, one a line: the device's name, and the event as hexadecimal digits without the zeros at its end.
 * Devices live as long as it does. It knows no more of events than when a device begins and when it is over; uhid-event.ts, on the other side, knows the rest.
 */

const EVENT_BYTES = 4380;
const STOP = 3;
const CREATE = 11;

const devices = new Map<string, Promise<FileHandle>>();

createInterface({ input: process.stdin }).on('line', async (line) => {
  const [name = '', event = ''] = line.split(' ');
  const known = devices.get(name);
  // An answer to what the kernel asked before the device was over.
  if (known === undefined && Buffer.from(event, 'hex').readUInt32LE(0) !== CREATE) return;
  const file = known ?? open('/dev/uhid', 'r+');
  devices.set(name, file);
  const written = file.then((device) => device.write(Buffer.from(event, 'hex')));
  if (known === undefined) await written.then(async () => readAll(name, await file));
});
console.log('ready');

/** A read waits in a thread of its own until the kernel has something to say: UV_THREADPOOL_SIZE bounds the devices. */
async function readAll(name: string, device: FileHandle): Promise<void> {
  const bytes = Buffer.alloc(EVENT_BYTES);
  for (;;) {
    bytes.fill(0);
    await device.read(bytes, 0, EVENT_BYTES, null);
    console.log(`${name} ${bytes.toString('hex').replace(/(00)+$/, '')}`);
    if (bytes.readUInt32LE(0) !== STOP) continue;
    devices.delete(name);
    await device.close();
    return;
  }
}
