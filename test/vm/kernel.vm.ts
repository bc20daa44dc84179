import { afterAll, beforeAll, expect, test } from 'vitest';
import { Guest } from './guest.ts';
import { HidBus, type SimulatedHid } from './uhid/hid-bus.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.restore();
});
afterAll(() => guest?.[Symbol.asyncDispose]());

test('the guest runs Debian with systemd, at the time that it is', async () => {
  expect(await guest.run('systemctl is-system-running')).toBe('running\n');
  expect(Math.abs(Number(await guest.run('date +%s')) - Date.now() / 1000)).toBeLessThan(5);
});
test('node', async () => {
  expect((await guest.run('node --version')).trim()).toBe(process.version);
  console.log(await guest.attempt('id; false', { user: 'clerk' }));
});
test('serial', async () => {
  const { wire, by } = await guest.plugSerial('A1B2C3');
  console.log(by, await guest.run('ls -l /dev/serial/by-id /dev/serial/by-path; udevadm info /dev/ttyUSB0'));
  wire.on('data', (b) => wire.write(b));
  const program = await guest.start(`node --input-type=module -e "
    const {SerialPort} = await import('serialport');
    console.log(JSON.stringify(await SerialPort.list()));
    const port = new SerialPort({path: '${by}', baudRate: 115200});
    port.on('data', (b) => console.log('data ' + b.toString('hex')));
    port.on('open', () => { console.log('open'); port.write(Buffer.from('0102ff00', 'hex')); });
    port.on('close', (e) => console.log('close ' + e?.disconnected + ' ' + e?.message));
    port.on('error', (e) => console.log('error ' + e.message));
  "`);
  await program.untilLine((l) => l.startsWith('data'));
  await guest.unplugSerial('A1B2C3');
  await program.untilLine((l) => l.startsWith('close'));
  console.log(program.lines, await program.ended);
});
test('hid', async () => {
  const bus = await HidBus.open(guest);
  const seen: string[] = [];
  const device: SimulatedHid = {
    identity: {
      vendorId: 0x0c27,
      productId: 0x3bfa,
      name: 'RFIDeas pcProx',
      serialNumber: 'P1',
      descriptor: Uint8Array.of(
        0x06,
        0,
        0xff,
        9,
        1,
        0xa1,
        1,
        0x15,
        0,
        0x26,
        0xff,
        0,
        0x75,
        8,
        0x95,
        8,
        9,
        1,
        0x81,
        2,
        9,
        2,
        0x91,
        2,
        9,
        3,
        0xb1,
        2,
        0xc0,
      ),
    },
    setReport: (kind, report) => {
      seen.push(`${kind} ${Buffer.from(report).toString('hex')}`);
    },
    getReport: () => Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    onInput: () => {},
  };
  const node = await bus.plug(device);
  const program = await guest.start(`node --input-type=module -e "
    const {HIDAsync, devicesAsync} = (await import('node-hid')).default;
    console.log(JSON.stringify(await devicesAsync()));
    const hid = await HIDAsync.open('${node}');
    hid.on('data', (b) => console.log('data ' + b.toString('hex')));
    hid.on('error', (e) => { console.log('error ' + e); hid.close(); });
    await hid.sendFeatureReport([0,1,2,3,4,5,6,7,8]);
    console.log('feature ' + (await hid.getFeatureReport(0, 9)).toString('hex'));
    await hid.write([0,9,8,7,6,5,4,3,2]);
    console.log('written');
  "`);
  await program.untilLine((l) => l === 'written');
  device.onInput(Uint8Array.of(11, 12, 13, 14, 15, 16, 17, 18));
  await program.untilLine((l) => l.startsWith('data'));
  await bus.unplug(device);
  await program.untilLine((l) => l.startsWith('error'));
  console.log(node, program.lines, seen, await program.ended);
});
