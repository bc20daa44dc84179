import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { UsbPn532 } from './devices/usb-pn532.ts';
import { VmDesk } from './vm-desk.ts';

let desk: VmDesk;
let pn532: UsbPn532;
let by: string;

beforeAll(async () => {
  desk = await VmDesk.open('clerk');
  pn532 = new UsbPn532(desk.guest, 'A9XK3Q');
  by = await pn532.plug();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

test('the own lister finds the port that udev names, and its key has what the name has', async () => {
  const program = `
    const { SerialLook, SYSTEM_FOLDERS } = await import('./drivers/ports/serial-look.ts');
    const wishes = ['${by}', { vendor_id: '0403', product_id: '6001', serial_number: 'A9XK3Q', interface: '00' }];
    console.log(JSON.stringify(wishes.map((wish) => new SerialLook([wish], [], SYSTEM_FOLDERS).look())));`;
  const seen = z
    .array(z.object({ candidates: z.array(z.object({ key: z.string(), path: z.string() })) }))
    .parse(JSON.parse(await desk.guest.run(`node --input-type=module -e "${program}"`)));
  const path = (await desk.guest.run(`realpath ${by}`)).trim();
  for (const { candidates } of seen) {
    expect(candidates).toEqual([expect.objectContaining({ key: '0403-6001-serial-a9xk3q-if00', path })]);
  }
});

test('a user who may not open the port is told how to get the right, and gets it that way', async () => {
  await desk.startDaemon({ pn532: { ports: [by] } });
  const told = await desk.logged(/clerk may not open/);
  const [cure = ''] = /usermod -aG dialout clerk/.exec(told) ?? [];
  expect(cure).not.toBe('');
  await desk.guest.run(cure);
  expect(await desk.daemon.stop()).toBe(0);
});

test('a port that another program holds is told with its name, and is taken once it is free', async () => {
  const holder = await desk.guest.start(`flock ${by} sleep 1000`, { user: 'clerk' });
  await desk.guest.run(`until fuser -s ${by}; do sleep 0.1; done`);
  await desk.startDaemon({ pn532: { ports: [by] } });
  expect(await desk.logged(/is in use by/)).toMatch(/in use by flock \(pid \d+\)/);
  await desk.guest.run('pkill -x sleep');
  await holder.ended;
  expect(await desk.encoder('pn532')).toMatchObject({ state: 'online' });
});

test('pulled out and put back again and again, in the middle of its work, the encoder comes back each time and nothing piles up', async () => {
  const encoder = await desk.encoder('pn532');
  const descriptors = async () => {
    const [, pid] =
      /"pid":(\d+),"msg":"driver host started"/.exec(
        desk.log.findLast((line) => line.includes('host started')) ?? '',
      ) ?? [];
    return (await desk.guest.run(`ls -l /proc/${pid}/fd`)).split('\n');
  };
  const before = await descriptors();
  for (let turn = 0; turn < 3; turn += 1) {
    await pn532.unplug();
    await desk.offline(encoder);
    await pn532.plug();
    expect((await desk.encoder('pn532')).acs_encoder_id).toBe(encoder.acs_encoder_id);
  }
  const after = await descriptors();
  expect(after.filter((line) => line.includes('(deleted)'))).toEqual([]);
  expect(after.length).toBe(before.length);
});
