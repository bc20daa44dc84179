import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { VirtualCard } from '../../drivers/virtual/virtual-card.ts';
import { printedCard } from '../benches/pcprox/wiegand-card.ts';
import { VpcdSlot } from '../benches/pcsc/vpcd-slot.ts';
import type { WireAttempt } from './desk-api.ts';
import { hidPcprox } from './devices/usb-hid.ts';
import { UsbPn532 } from './devices/usb-pn532.ts';
import { freePort } from './free-port.ts';
import { InstalledDesk } from './service/installed-desk.ts';
import {
  type BuiltPackage,
  buildPackage,
  compiledCode,
  VERSION,
  VERSION_BEFORE,
} from './service/packages.ts';

/** Where the reader of vsmartcard-vpcd waits for cards. */
const VPCD_PORT = 35_963;
const HOUR_SECONDS = 3_600;
/** The log has room for fewer (src/store/sqlite: 1,000 pages until a checkpoint). */
const MOST_ADDED = 1_000;
/** Longer than an encoder may be away. */
const SLEPT_MS = 15_000;
/** The guest has mounted it where it is here. */
const CHECKOUT = join(import.meta.dirname, '..', '..');

/** Several waits of a desk's patience. */
vi.setConfig({ testTimeout: 500_000 });

let desk: InstalledDesk;
let before: BuiltPackage;
let now: BuiltPackage;
let pn532: UsbPn532;
let vpcd: VpcdSlot;
const pcprox = hidPcprox('PCPX42');

beforeAll(async () => {
  before = buildPackage(VERSION_BEFORE);
  now = buildPackage(VERSION);
  desk = await InstalledDesk.open();
  await desk.prepare(compiledCode(now));
}, 600_000);
afterEach(async () => {
  pn532?.lift();
  pcprox.reader.release();
  await vpcd?.remove();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

describe('installed with dpkg on a clean Debian without a network', () => {
  test('the service is active, is the user encoderd, and answers', async () => {
    await desk.install(before);
    expect((await desk.systemctl('is-active encoderd')).trim()).toBe('active');
    expect((await desk.systemctl('is-enabled encoderd')).trim()).toBe('enabled');
    await desk.healthy();
    const pid = await desk.shown('MainPID');
    expect((await desk.guest.run(`ps -o user= -p ${pid}`)).trim()).toBe('encoderd');
    expect(await desk.guest.run('stat -c "%U %a" /var/lib/encoderd')).toBe('encoderd 700\n');
  });

  test('root makes an API key and sees the readers of pcscd alone; the clerk is told that the state is not theirs', async () => {
    await desk.makeKey();
    expect((await desk.encoders()).filter(({ driver }) => driver !== 'pcsc')).toEqual([]);
    expect(await desk.guest.run('find /var/lib/encoderd ! -user encoderd')).toBe('');
    const refused = await desk.attemptEncoderctl('keys create --name clerk', 'clerk');
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(/permission|may not|encoderd/i);
  });
});

describe('an encoder that is plugged in is usable by the official client', () => {
  test('a pcProx at the kernel’s uhid, by the udev rules of the package', async () => {
    await desk.hid.plug(pcprox);
    await assign('pcprox', () => pcprox.reader.hold(printedCard('h10301', 17n, 1234n)));
  });

  test('a PN532 at a USB serial port, once the configuration names it', async () => {
    pn532 = new UsbPn532(desk.guest, 'A9XK3Q');
    const by = await pn532.plug();
    await desk.configureDriver('pn532', `{ ports: [${by}] }`);
    const pid = await desk.shown('MainPID');
    await desk.systemctl('restart encoderd');
    await desk.healthy(pid);
    await assign('pn532', () => void pn532.place({ technology: 'ntag215', uid: '04A1B2C3D4E5F6' }));
  });

  test('a reader of pcscd', async () => {
    const port = await freePort();
    await desk.guest.forwardDirectly(port, VPCD_PORT);
    await desk.encoder('pcsc');
    vpcd = new VpcdSlot(port);
    await assign('pcsc', () => void vpcd.insert(ntag215('04B1B2B3B4B5B6')));
  });
});

describe('whatever ends the daemon, systemd starts it again', () => {
  test('SIGKILL: the attempt that waited for a card waits again, as long as an encoder may be away', async () => {
    const waiting = await waitForCard('pcprox');
    const pid = await desk.shown('MainPID');
    await desk.guest.run(`kill -KILL ${pid}`);
    await desk.healthy(pid);
    await desk.encoder('pcprox');
    pcprox.reader.hold(printedCard('h10301', 17n, 99n));
    const { status, error } = await desk.end(waiting);
    // An attempt waits 8 s for its encoder; in a guest that is 20 times slower, a driver host may need more to start.
    expect(['success', 'encoder_offline']).toContain(error === null ? status : error.reason);
  });

  test('an event loop that does not turn: the watchdog ends it', async () => {
    const pid = await desk.shown('MainPID');
    await desk.guest.run(`kill -STOP ${pid}`);
    await desk.until('another process runs', async () =>
      (await desk.shown('MainPID')) === pid ? undefined : true,
    );
    expect(await desk.journal(200)).toMatch(/watchdog timeout/i);
    await desk.healthy(pid);
  });
});

describe('time', () => {
  test('the clock jumps an hour ahead and two hours back while an attempt waits: it goes on waiting, and ends with a card', async () => {
    const setBy = (seconds: number) => desk.guest.run(`date -s @$(($(date +%s) + ${seconds}))`);
    const waiting = await waitForCard('pcprox');
    for (const seconds of [HOUR_SECONDS, -2 * HOUR_SECONDS]) {
      await setBy(seconds);
      expect(await desk.attempt(waiting, 'ends or waits', () => true)).toMatchObject({ status: 'pending' });
    }
    pcprox.reader.hold(printedCard('h10301', 17n, 5000n));
    expect(await desk.end(waiting)).toMatchObject({ status: 'success' });
    await setBy(HOUR_SECONDS);
  });
});

describe('a disk that is full', () => {
  test('refuses what it cannot keep and has what was told, and the same process serves again once there is room', async () => {
    const pid = await desk.shown('MainPID');
    const filler = '/var/lib/encoderd/filler';
    const fill = (block: string) =>
      `runuser -u encoderd -- dd if=/dev/zero of=${filler} bs=${block} oflag=append conv=notrunc 2>&1`;
    expect((await desk.guest.attempt(`${fill('1M')}; ${fill('4k')}; sync`)).stdout).toMatch(/No space left/);
    const { added, refusal } = await addUntilRefused();
    expect(refusal).toMatchObject({ statusCode: 503, code: 'storage_unavailable' });
    for (const acs_user_id of added) {
      expect((await desk.seam.acs.users.get({ acs_user_id })).acs_user_id).toBe(acs_user_id);
    }
    await desk.guest.run(`rm ${filler}`);
    await addUser('There is room again');
    expect(await desk.shown('MainPID')).toBe(pid);
  });
});

describe('versions', () => {
  test('the next version keeps the state and what was configured', async () => {
    const encoders = await desk.encoders();
    const users = await desk.seam.acs.users.list();
    const pid = await desk.shown('MainPID');
    await desk.install(now);
    await desk.healthy(pid);
    expect(await desk.seam.acs.users.list()).toEqual(users);
    expect((await desk.encoders()).map((one) => one.acs_encoder_id).sort()).toEqual(
      encoders.map((one) => one.acs_encoder_id).sort(),
    );
    expect(await desk.guest.run('grep -c A9XK3Q /etc/encoderd/encoderd.yaml')).toBe('1\n');
  });

  test('the version before is refused, and the service goes on', async () => {
    const pid = await desk.shown('MainPID');
    await expect(desk.install(before)).rejects.toThrow(/older/);
    expect(await desk.shown('MainPID')).toBe(pid);
    expect(
      (await desk.guest.run(`dpkg-query -W -f '\${Version} \${db:Status-Abbrev}' encoderd`)).trim(),
    ).toBe(`${VERSION} ii`);
    await desk.healthy();
  });
});

describe('a computer that sleeps', () => {
  test('suspended to memory while an attempt waits for a card: after it the same process goes on waiting, and every encoder works', async () => {
    const waiting = await waitForCard('pn532');
    const pid = await desk.shown('MainPID');
    // It runs from the checkout.
    await desk.hid.close();
    await desk.guest.sleep(SLEPT_MS);
    expect(await desk.guest.run('journalctl -k -o cat')).toMatch(/Waking up from system sleep state S3/);
    expect(await desk.attempt(waiting, 'ends or waits', () => true)).toMatchObject({ status: 'pending' });
    pn532.place({ technology: 'ntag215', uid: '04A1B2C3D4E5F7' });
    expect(await desk.end(waiting)).toMatchObject({ status: 'success' });
    await assign('pcsc', () => void vpcd.insert(ntag215('04B1B2B3B4B5B7')));
    expect(await desk.shown('MainPID')).toBe(pid);
  });
});

describe('taken away', () => {
  test('purge leaves nothing', async () => {
    await desk.guest.run('cd /; dpkg --purge encoderd');
    const left = await desk.guest.run(
      `find / -xdev -iname '*encoderd*' ! -path '/proc/*' ! -path '/sys/*' ! -path '${CHECKOUT}*' ! -path '*encoderd-vm*' 2>/dev/null || true`,
    );
    expect(left).toBe('');
    expect((await desk.guest.attempt('getent passwd encoderd; getent group encoderd')).stdout).toBe('');
    expect((await desk.guest.attempt('systemctl is-active encoderd')).stdout.trim()).not.toBe('active');
    expect((await desk.guest.attempt('ps -u encoderd; pgrep -f /usr/lib/encoderd')).stdout).not.toMatch(
      /node/,
    );
  });
});

function ntag215(uid: string): VirtualCard {
  return new VirtualCard({ technology: 'ntag215', uid, onPulled: () => {} });
}

/** A guest's card is assigned by scan: by the official client, on this side. */
async function assign(driver: string, place: () => void): Promise<void> {
  const encoder = await desk.encoder(driver);
  const acs_user_id = await addUser(`Guest at ${driver}`);
  const asked = await desk.begin('/acs/encoders/scan_to_assign_credential', encoder, {
    acs_user_id,
    timeout_seconds: 120,
  });
  place();
  expect(await desk.end(asked)).toMatchObject({
    error: null,
    status: 'success',
    result: { acs_user_id, is_issued: true },
  });
}

async function addUser(full_name: string): Promise<string> {
  const [system] = await desk.seam.acs.systems.list();
  const acs_system_id = system?.acs_system_id ?? '';
  return (await desk.seam.acs.users.create({ acs_system_id, full_name })).acs_user_id;
}

/** What a full disk has room for yet: SQLite writes its log anew from the beginning, as long as that is enough. */
async function addUntilRefused(): Promise<{ readonly added: readonly string[]; readonly refusal: unknown }> {
  const added: string[] = [];
  while (added.length < MOST_ADDED) {
    try {
      added.push(await addUser(`While it was full ${added.length}`));
    } catch (refusal) {
      return { added, refusal };
    }
  }
  return { added, refusal: null };
}

async function waitForCard(driver: string): Promise<WireAttempt> {
  const encoder = await desk.encoder(driver);
  const asked = await desk.begin('/acs/encoders/scan_credential', encoder, { timeout_seconds: 600 });
  return desk.attempt(asked, 'waits for a card', ({ phase }) => phase === 'awaiting_card');
}
