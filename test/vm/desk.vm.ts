import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ENCODER_GRACE_MS } from '../../src/attempts/run.ts';
import { SimulatedStripe } from '../benches/msr605/stripe.ts';
import { printedCard } from '../benches/pcprox/wiegand-card.ts';
import type { WireAttempt, WireEncoder } from './desk-api.ts';
import { hidMsr605x, hidPcprox } from './devices/usb-hid.ts';
import { UsbPn532 } from './devices/usb-pn532.ts';
import { VmDesk } from './vm-desk.ts';

const DAY_MS = 86_400_000;

let desk: VmDesk;
let pn532: UsbPn532;
const msr605x = hidMsr605x('M605X7');
const pcprox = hidPcprox('PCPX42');

beforeAll(async () => {
  desk = await VmDesk.open();
  pn532 = new UsbPn532(desk.guest, 'A9XK3Q');
  await desk.startDaemon({ pn532: { ports: [await pn532.plug()] }, msr605: {}, pcprox: {} });
  // One after the other: three driver hosts that start at once take longer than each of them may.
  await desk.encoder('pn532');
  await desk.hid.plug(msr605x);
  await desk.encoder('msr605');
  await desk.hid.plug(pcprox);
  await desk.encoder('pcprox');
});
afterEach(async () => {
  pn532.lift();
  await msr605x.hand.removeCard();
  pcprox.reader.release();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

test('encoderctl lists a PN532, an MSR605X and a pcProx side by side', async () => {
  const listed = await desk.encoderctl('encoders');
  expect(listed).toMatch(/ online +pn532 +unknown$/m);
  expect(listed).toMatch(/ online +msr605 +unknown$/m);
  expect(listed).toMatch(/ online +pcprox +unknown$/m);
});

describe('scan to assign', () => {
  test.each([
    ['pn532', () => void pn532.place({ technology: 'ntag215', uid: '04A1B2C3D4E5F6' })],
    ['msr605', () => msr605x.hand.take(new SimulatedStripe(['', '4711=9912', '']))],
    ['pcprox', () => pcprox.reader.hold(printedCard('h10301', 17n, 1234n))],
  ])('on %s makes the card that comes a credential of the guest', async (driver, place) => {
    const encoder = await desk.encoder(driver);
    const acs_user_id = await newGuest();
    const asked = await begin('scan_to_assign_credential', encoder, { acs_user_id });
    place();
    const ended = await desk.end(asked);
    expect(ended).toMatchObject({
      status: 'success',
      result: { acs_user_id, is_issued: true, card_number: expect.stringMatching(/^\d+$/) },
    });
  });
});

describe('encode', () => {
  test('on a PN532 writes an NTAG215, and a scan finds the credential on it', async () => {
    const encoder = await desk.encoder('pn532');
    const acs_credential_id = await newCredential();
    const asked = await begin('encode_credential', encoder, { acs_credential_id });
    pn532.place({ technology: 'ntag215', uid: '04112233445566' });
    expect(await desk.end(asked)).toMatchObject({ status: 'success', result: { acs_credential_id } });
    pn532.lift();
    const scan = await begin('scan_credential', encoder);
    pn532.place({ technology: 'ntag215', uid: '04112233445566' });
    expect(await desk.end(scan)).toMatchObject({ result: isOnCard(acs_credential_id) });
    pn532.lift();
  });

  test('on an MSR605X writes a stripe, asks for a second swipe, and a scan finds the credential on it', async () => {
    const encoder = await desk.encoder('msr605');
    const acs_credential_id = await newCredential();
    const stripe = new SimulatedStripe();
    const asked = await begin('encode_credential', encoder, { acs_credential_id });
    msr605x.hand.take(stripe);
    await desk.attempt(asked, 'asks for a swipe', ({ hint = '' }) => /swipe/i.test(hint));
    msr605x.hand.isWilling = true;
    expect(await desk.end(asked)).toMatchObject({ status: 'success', result: { acs_credential_id } });
    msr605x.hand.isWilling = false;
    const scan = await begin('scan_credential', encoder);
    msr605x.hand.take(stripe);
    expect(await desk.end(scan)).toMatchObject({
      result: {
        acs_credential_on_encoder: { record_standing: 'authentic' },
        acs_credential_on_seam: { acs_credential_id },
        warnings: [],
      },
    });
    await msr605x.hand.removeCard();
  });
});

/** Each device: how it is unplugged and plugged in again, and how a card comes to it. */
const plugs = [
  ['pn532', () => pn532.unplug(), () => pn532.plug(), () => void pn532.place({ technology: 'ntag215' })],
  [
    'msr605',
    () => desk.hid.unplug(msr605x),
    () => desk.hid.plug(msr605x),
    () => msr605x.hand.take(new SimulatedStripe(['', '815=0', ''])),
  ],
  [
    'pcprox',
    () => desk.hid.unplug(pcprox),
    () => {
      pcprox.reader.powerCycle();
      return desk.hid.plug(pcprox);
    },
    () => pcprox.reader.hold(printedCard('h10301', 3n, 77n)),
  ],
] as const;

describe('unplugged while an attempt waits for a card', () => {
  test.each(plugs)(
    '%s that does not come back ends the attempt, which says so',
    async (driver, unplug, plug) => {
      const before = await desk.encoder(driver);
      const asked = await begin('scan_credential', before);
      await desk.attempt(asked, 'waits for a card', ({ phase }) => phase === 'awaiting_card');
      await unplug();
      expect(await desk.end(asked)).toMatchObject({ status: 'error', error: { reason: 'encoder_offline' } });
      await plug();
      expect((await desk.encoder(driver)).acs_encoder_id).toBe(before.acs_encoder_id);
    },
  );

  test.each(plugs)(
    '%s is the same encoder when it is back, and the attempt goes on if that was in time',
    async (driver, unplug, plug, place) => {
      const before = await desk.encoder(driver);
      const asked = await begin('scan_credential', before);
      await desk.attempt(asked, 'waits for a card', ({ phase }) => phase === 'awaiting_card');
      await unplug();
      await desk.offline(before);
      const away = Date.now();
      await plug();
      const back = await desk.encoder(driver);
      const wasInTime = Date.now() - away < ENCODER_GRACE_MS - 1_000;
      expect(back.acs_encoder_id).toBe(before.acs_encoder_id);
      if (wasInTime) place();
      const ended = await desk.end(asked);
      expect(ended).toMatchObject(
        wasInTime ? { status: 'success' } : { status: 'error', error: { reason: 'encoder_offline' } },
      );
    },
  );
});

test('a PN532 that is unplugged in the middle of a write: what it left is ended when the same card is encoded again', async () => {
  const encoder = await desk.encoder('pn532');
  const acs_credential_id = await newCredential();
  pn532.lift();
  const asked = await begin('encode_credential', encoder, { acs_credential_id });
  // A slow card: its write takes seconds.
  pn532.place({ technology: 'ntag215', uid: '04A0A1A2A3A4A5', faults: { delayMs: 50 } });
  await desk.attempt(asked, 'writes', ({ phase }) => phase === 'writing');
  await pn532.unplug();
  await desk.offline(encoder);
  await pn532.plug();
  const ended = await desk.end(asked);
  expect(['success', 'error']).toContain(ended.status);
  if (ended.status === 'error') {
    expect(ended).toMatchObject({
      error: { reason: expect.stringMatching(/^encod(er_offline|ing_interrupted)$/) },
    });
    pn532.lift();
    const again = await begin('encode_credential', await desk.encoder('pn532'), { acs_credential_id });
    pn532.place({ technology: 'ntag215', uid: '04A0A1A2A3A4A5' });
    expect(await desk.end(again)).toMatchObject({ status: 'success', result: { acs_credential_id } });
  }
  pn532.lift();
});

test('driver hosts have let go of what was unplugged', async () => {
  const hosts = await driverHosts();
  expect(hosts.map(({ driver }) => driver).sort()).toEqual(['msr605', 'pcprox', 'pn532']);
  for (const { pid } of hosts) {
    const open = await desk.guest.run(`ls -l /proc/${pid}/fd`);
    expect(open).not.toMatch(/\(deleted\)/);
    expect(open.match(/\/dev\/(ttyUSB|hidraw)\d/g)).toHaveLength(1);
  }
});

interface DriverHostProcess {
  readonly driver: string;
  readonly pid: string;
}

/** From the daemon's log: the last one of each driver. */
async function driverHosts(): Promise<readonly DriverHostProcess[]> {
  const hosts = new Map<string, string>();
  for (const line of desk.log) {
    const [, driver, pid] = /"driver":"(\w+)","pid":(\d+),"msg":"driver host started"/.exec(line) ?? [];
    if (driver !== undefined && pid !== undefined) hosts.set(driver, pid);
  }
  return [...hosts].map(([driver, pid]) => ({ driver, pid }));
}

function begin(what: string, encoder: WireEncoder, parameters: object = {}): Promise<WireAttempt> {
  return desk.begin(`/acs/encoders/${what}`, encoder, { timeout_seconds: 120, ...parameters });
}

async function newGuest(): Promise<string> {
  const [system] = await desk.seam.acs.systems.list();
  const { acs_user_id } = await desk.seam.acs.users.create({
    acs_system_id: system?.acs_system_id ?? '',
    full_name: 'Ada Lovelace',
  });
  return acs_user_id;
}

async function newCredential(): Promise<string> {
  const entrances = await desk.seam.acs.entrances.list();
  const { acs_credential_id } = await desk.seam.acs.credentials.create({
    acs_user_id: await newGuest(),
    access_method: 'card',
    allowed_acs_entrance_ids: entrances.map(({ acs_entrance_id }) => acs_entrance_id),
    starts_at: new Date(Date.now() - DAY_MS).toISOString(),
    ends_at: new Date(Date.now() + 3 * DAY_MS).toISOString(),
  });
  return acs_credential_id;
}

/** What a scan finds of a card that carries this credential as the site wants it. */
function isOnCard(acs_credential_id: string): object {
  return {
    acs_credential_on_encoder: { acs_credential_id, record_standing: 'authentic' },
    acs_credential_on_seam: { acs_credential_id },
    warnings: [],
  };
}
