import { afterAll, beforeAll, expect, test } from 'vitest';
import { hidMsr605x, hidPcprox } from './devices/usb-hid.ts';
import { UsbPn532 } from './devices/usb-pn532.ts';
import { VmDesk } from './vm-desk.ts';

let desk: VmDesk;
let pn532: UsbPn532;
const msr605x = hidMsr605x('M605X7');
const pcprox = hidPcprox('PCPX42');
const since = Date.now();
const said = (what: string) => console.log(`[${Date.now() - since}] ${what}`);

beforeAll(async () => {
  desk = await VmDesk.open();
  said('open');
  pn532 = new UsbPn532(desk.guest, 'A9XK3Q');
  const by = await pn532.plug();
  await desk.startDaemon({ pn532: { ports: [by] }, msr605: {}, pcprox: {} });
  said('started');
  await desk.encoder('pn532'); said('pn532');
  await desk.hid.plug(msr605x);
  await desk.encoder('msr605'); said('msr605');
  await desk.hid.plug(pcprox);
  await desk.encoder('pcprox'); said('pcprox');
});
afterAll, beforeAll, expect, test } from 'vitest';
import { hidMsr605x, hidPcprox } from './devices/usb-hid.ts';
import { UsbPn532 } from './devices/usb-pn532.ts';
import { VmDesk } from './vm-desk.ts';

let desk: VmDesk;
let pn532: UsbPn532;
const msr605x = hidMsr605x('M605X7');
const pcprox = hidPcprox('PCPX42');
const since = Date.now();
const said = (what: string) => console.log(`[${Date.now() - since}] ${what}`);

beforeAll(async () => {
  desk = await VmDesk.open();
  said('open');
  pn532 = new UsbPn532(desk.guest, 'A9XK3Q');
  const by = await pn532.plug();
  await desk.hid.plug(msr605x);
  await desk.hid.plug(pcprox);
  said('plugged');
  await desk.startDaemon({ pn532: { ports: [by] }, msr605: {}, pcprox: {} });
  said('started');
});
afterAll(async () => {
  console.log(desk?.log.join('\n'));
  await desk?.[Symbol.asyncDispose]();
});

test('encoderctl lists a PN532, an MSR605X and a pcProx side by side', async () => {
  for (const driver of ['pn532', 'msr605', 'pcprox']) { await desk.encoder(driver); said(driver); }
  console.log(await desk.encoderctl('encoders'));
});
