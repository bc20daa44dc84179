import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { UhidDevices } from './uhid-devices.ts';

/**
 * Runs in the guest: carries the events of /dev/uhid, one a line: the device's name, and the event as hexadecimal digits without the zeros at its end.
 * Devices live as long as it does.
 */

const devices = new UhidDevices(
  () => open('/dev/uhid', 'r+'),
  (name, event) => console.log(`${name} ${event.toString('hex').replace(/(00)+$/, '')}`),
);

createInterface({ input: process.stdin }).on('line', (line) => {
  const [name = '', event = ''] = line.split(' ');
  devices.tell(name, Buffer.from(event, 'hex'));
});
console.log('ready');
