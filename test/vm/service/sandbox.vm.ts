import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hidPcprox } from '../devices/usb-hid.ts';
import { UsbPn532 } from '../devices/usb-pn532.ts';
import { Guest } from '../guest.ts';
import { quoted } from '../shell.ts';
import { HidBus } from '../uhid/hid-bus.ts';

/** The units as they are, under the systemd of a desk, with small programs in the daemon's place: they start in no time. */

const CHECKOUT = join(import.meta.dirname, '../../..');
const SYSTEMD = join(CHECKOUT, 'systemd');
const DROP_IN = '/etc/systemd/system/encoderd.service.d/test.conf';
const STUB = '/usr/lib/encoderd/stub';
const HELD = '/etc/credstore.encrypted';
/** Where the service manager hands them over. */
const HANDED = '/run/credentials/encoderd.service';
/** What systemd makes of `localhost`, in an order that it draws at each boot. */
const LOCALHOST = /^(?:::1\/128 127\.0\.0\.0\/8|127\.0\.0\.0\/8 ::1\/128)$/;
/** The checkout once more, where the sandbox shows it: it hides /tmp and /home. */
const SHOWN = '/opt/encoderd';
const WITHIN_MS = 60_000;
const BETWEEN_LOOKS_MS = 250;

/** Another computer, to which the way is closed first; that nothing listens there is an answer. */
const ELSEWHERE = '10.0.2.2:9';

let guest: Guest;

beforeAll(async () => {
  guest = await Guest.restore();
  const written = (path: string, file: string, mode = 644) =>
    `install -D -m ${mode} /dev/stdin ${path} <<'END'\n${readFileSync(join(SYSTEMD, file), 'utf8')}\nEND`;
  // Not copied out of the checkout: the guest may remember what was there when its image was made.
  const files = [
    written('/usr/lib/sysusers.d/encoderd.conf', 'encoderd.sysusers.conf'),
    written('/usr/lib/udev/rules.d/60-encoderd.rules', '60-encoderd.rules'),
    written('/usr/share/polkit-1/rules.d/50-encoderd.rules', '50-encoderd.polkit.rules'),
    written('/usr/lib/systemd/system/encoderd.service', 'encoderd.service'),
    written('/usr/lib/systemd/system/encoderd-way-out.path', 'encoderd-way-out.path'),
    written('/usr/lib/systemd/system/encoderd-way-out.service', 'encoderd-way-out.service'),
    written('/usr/lib/encoderd/systemd/backoff', 'backoff', 755),
    written('/usr/lib/encoderd/systemd/way-out', 'way-out', 755),
  ];
  for (const file of files) await guest.run(file);
  await guest.run('systemd-sysusers; udevadm control --reload; mkdir -p /etc/encoderd');
});
afterEach(async () => {
  await guest.run('systemctl stop encoderd; systemctl reset-failed encoderd 2>/dev/null; true');
});
afterAll(() => guest?.[Symbol.asyncDispose]());

/** Starts the service with this program (in sh) for the daemon, and more settings of `[Service]`. */
async function start(program: string, settings: readonly string[] = []): Promise<void> {
  const dropIn = ['[Service]', 'ExecStart=', `ExecStart=${STUB}`, ...settings].join('\n');
  await guest.run(
    `install -D -m 755 /dev/stdin ${STUB} <<'END'\n#!/bin/sh\n${program}\nEND\n
     install -D -m 644 /dev/stdin ${DROP_IN} <<'END'\n${dropIn}\nEND\n
     systemctl daemon-reload; systemctl start --no-block encoderd`,
  );
}

async function shown(property: string): Promise<string> {
  return (await guest.run(`systemctl show --value -p ${property} encoderd`)).trim();
}

async function until(property: string, fits: RegExp): Promise<void> {
  const late = Date.now() + WITHIN_MS;
  for (;;) {
    const is = await shown(property);
    if (fits.test(is)) return;
    if (Date.now() > late)
      throw new Error(
        `${property} never was ${fits}, but ${is}:\n${await guest.run('journalctl -n 60 -o cat')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
  }
}

/** What the service has written since it was started last. */
function written(): Promise<string> {
  return guest.run(
    'journalctl -o cat --no-pager "_SYSTEMD_INVOCATION_ID=$(systemctl show --value -p InvocationID encoderd)"',
  );
}

test('every native package works in the sandbox, and other people’s processes are hidden', async () => {
  await using hid = await plugged();
  expect(hid).toBeDefined();
  await guest.run(`mkdir -p ${SHOWN}; mount --bind ${quoted(CHECKOUT)} ${SHOWN}`);
  await start(
    `${SHOWN}/.node/bin/node ${SHOWN}/test/vm/service/native-probe.ts; systemd-notify --ready; sleep 600`,
  );
  await until('ActiveState', /^active$/);
  const line = z.object({ what: z.string(), came: z.unknown() });
  const lines = (await written()).split('\n').filter((text) => text.startsWith('{'));
  const came = Object.fromEntries(
    lines.map((text) => line.parse(JSON.parse(text))).map(({ what, came: outcome }) => [what, outcome]),
  );
  expect(came).toEqual({
    sqlite: 'written',
    serial: 'opened',
    hid: 'opened',
    pcsc: expect.stringContaining('Virtual PCD'),
    thread: 'ran',
    computer: [true, true, 'encoderd'],
    'own descriptors': true,
    others: ['stub'],
  });
});

/** A serial adapter and a HID device, until disposed of. */
async function plugged(): Promise<AsyncDisposable> {
  const bus = await HidBus.open(guest);
  const pn532 = new UsbPn532(guest, 'A9XK3Q');
  await pn532.plug();
  await bus.plug(hidPcprox('PCPX42'));
  return { [Symbol.asyncDispose]: () => pn532.unplug() };
}

test('the way to other computers opens while the daemon wants it, without a restart, and closes with the service', async () => {
  await guest.run('busybox ip route add default via 10.0.2.2 2>/dev/null; true');
  const tried = `socat -T2 - TCP:${ELSEWHERE},connect-timeout=3 2>&1 </dev/null | grep -o "timed out\\|refused"`;
  await start(`
    echo "closed: $(${tried})"
    systemd-notify --ready
    touch $ENCODERD_WAY_OUT
    until [ -e /run/encoderd/go ]; do sleep 0.5; done
    echo "open: $(${tried})"
    systemd-notify --status=tried
    rm $ENCODERD_WAY_OUT
    sleep 600`);
  await until('IPAddressAllow', /0\.0\.0\.0\/0/);
  await guest.run('touch /run/encoderd/go');
  await until('StatusText', /tried/);
  expect((await written()).match(/^(closed|open): .*$/gm)).toEqual(['closed: timed out', 'open: refused']);
  await until('IPAddressAllow', LOCALHOST);
  await guest.run('touch /run/encoderd/way-out');
  await until('IPAddressAllow', /0\.0\.0\.0\/0/);
  await guest.run('systemctl stop encoderd');
  await until('IPAddressAllow', LOCALHOST);
});

test('keys that are sealed for this computer are handed over, and missed by nobody where there are none', async () => {
  const program =
    'systemd-notify --ready; ls $CREDENTIALS_DIRECTORY; cat $CREDENTIALS_DIRECTORY/*; echo; sleep 600';
  await start(program);
  await until('ActiveState', /^active$/);
  await guest.run(
    `mkdir -p ${HELD}
     printf KEYS | systemd-creds encrypt --name=site-keys - ${HELD}/encoderd.site-keys
     printf SEAM | systemd-creds encrypt --name=backend.key - ${HELD}/encoderd.backend.key
     systemctl restart encoderd`,
  );
  expect(await written()).toMatch(/^backend\.key\nsite-keys\nSEAMKEYS$/m);
  // encoderctl, which is not in the unit, finds them while the service runs; others may not look.
  const look = (user: string) =>
    guest.attempt(`setpriv --reuid=${user} --regid=${user} --init-groups cat ${HANDED}/site-keys`);
  expect(await look('encoderd')).toMatchObject({ stdout: 'KEYS' });
  expect(await look('clerk')).toMatchObject({ stdout: '', exitCode: 1 });
  await guest.run(`rm ${HELD}/*`);
});

test('what says nothing for too long is killed and started again; what a child says counts', async () => {
  await start('systemd-notify --ready --status=up; sleep 600', ['WatchdogSec=4']);
  await until('StatusText', /^up$/);
  await until('NRestarts', /^1$/);
  expect(await guest.run('journalctl -o cat --no-pager -u encoderd')).toContain(
    'Watchdog timeout (limit 4s)',
  );
});

test('what fails again and again is started ever later; a wrong configuration never', async () => {
  await start('exit 75');
  await until('NRestarts', /^3$/);
  expect(await guest.run('journalctl -o cat --no-pager -u encoderd')).toContain(
    'failed 2 times within ten minutes: waiting 2 s',
  );
  await guest.run('systemctl stop encoderd');
  await start('exit 78');
  await until('ActiveState', /^failed$/);
  expect(await shown('NRestarts')).toBe('0');
  expect(await shown('ExecMainStatus')).toBe('78');
});
