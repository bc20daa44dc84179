import { chmod, chown, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PortTrouble } from '../../../drivers/ports/contract.ts';
import { hidSource } from '../../../drivers/ports/hid-source.ts';
import { holdersOf } from '../../../drivers/ports/holders.ts';
import { loaded } from '../../../drivers/ports/loaded.ts';
import { serialSource } from '../../../drivers/ports/serial-source.ts';
import { whyNotOpened } from '../../../drivers/ports/why-not-opened.ts';
import { quietLog } from '../../benches/pcsc/quiet-log.ts';
import { NOBODY, openAsNobody } from '../../benches/ports/open-as-user.ts';
import { PortHolder } from '../../benches/ports/port-holder.ts';
import { SimulatedSerialPort } from '../../benches/ports/serial-bench.ts';
import { patience, rejectionOf } from '../../contracts/encoder-desk.ts';

const source = serialSource({ wishes: [], products: [], settings: { baudRate: 9600 }, log: quietLog });
const isRoot = process.getuid?.() === 0;

/** `kind: message` */
async function troubleAt(path: string): Promise<string> {
  return shown(await rejectionOf(source.open({ key: 'port', path }, patience())));
}

/** The number of Debian's group for serial ports. */
async function dialout(): Promise<number> {
  return Number(/^dialout:[^:]*:(\d+):/m.exec(await readFile('/etc/group', 'utf8'))?.[1]);
}

function shown(error: unknown): string {
  if (error instanceof PortTrouble) return `${error.kind}: ${error.message}`;
  throw error;
}

describe('a serial port that cannot be opened', () => {
  test('is absent when nothing is there', async () => {
    expect(await troubleAt('/dev/ttyUSB-none')).toBe('absent: /dev/ttyUSB-none is not plugged in');
  });
  test('is no port when it is a file, a folder, or a device of another kind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'encoderd-not-a-port-'));
    await writeFile(join(folder, 'file'), 'not touched');
    for (const path of [join(folder, 'file'), folder, '/dev/null'])
      expect(await troubleAt(path)).toMatch(
        new RegExp(`^not_a_port: ${path} does not work as a serial port .*by-id`),
      );
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('not touched');
    await rm(folder, { recursive: true });
  });
  test('is held when this program has it open already', async () => {
    await using port = await SimulatedSerialPort.open();
    await using _line = await source.open({ key: 'port', path: port.path }, patience());
    const own = (await holdersOf(port.path)).filter(({ pid }) => pid === process.pid);
    expect(own).toEqual([{ pid: process.pid, name: 'node', isOurs: true }]);
    expect(await troubleAt(port.path)).toBe(
      `held: ${port.path} is in use by encoderd itself: assign it to one driver only`,
    );
  });
  test('is held by encoderd itself when another of its driver hosts has it', async () => {
    await using port = await SimulatedSerialPort.open();
    await using host = await PortHolder.hold(port.path, process.getuid?.() ?? 0, process.argv[1] ?? '');
    const holders = await holdersOf(port.path);
    expect(holders.find(({ pid }) => pid === host.pid)?.isOurs).toBe(true);
    expect(holders.filter(({ isOurs }) => !isOurs).map(({ name }) => name)).toEqual(['socat']);
  });
  test.runIf(isRoot)('is held by a program that is named, with its process id', async () => {
    await using port = await SimulatedSerialPort.open();
    await chmod(await realpath(port.path), 0o666);
    await chmod(join(port.path, '..'), 0o755);
    {
      await using holder = await PortHolder.hold(port.path, NOBODY);
      expect(await openAsNobody(port.path)).toBe(
        `held: ${port.path} is in use by perl (pid ${holder.pid}): end it`,
      );
    }
    expect(await openAsNobody(port.path)).toBe('opened');
  });
  test.runIf(isRoot)(
    'is held by a program that looks for modems, and it is said how to stop that',
    async () => {
      await using port = await SimulatedSerialPort.open();
      await chmod(await realpath(port.path), 0o666);
      await chmod(join(port.path, '..'), 0o755);
      await using holder = await PortHolder.hold(port.path, NOBODY, 'ModemManager');
      expect(await openAsNobody(port.path)).toMatch(
        new RegExp(
          `is in use by ModemManager \\(pid ${holder.pid}\\): .*systemctl disable --now ModemManager`,
        ),
      );
    },
  );
  test.runIf(isRoot)("is held by another user's program, which this user cannot name", async () => {
    await using port = await SimulatedSerialPort.open();
    await chmod(await realpath(port.path), 0o666);
    await chmod(join(port.path, '..'), 0o755);
    await using _holder = await PortHolder.hold(port.path, 0);
    expect(await openAsNobody(port.path)).toMatch(
      /^held: .* is in use by a program of another user: sudo fuser -v/,
    );
  });
  test.runIf(isRoot)('is not accessible to a user outside its group, and the group is named', async () => {
    await using port = await SimulatedSerialPort.open();
    const terminal = await realpath(port.path);
    await chown(terminal, 0, await dialout());
    await chmod(terminal, 0o660);
    await chmod(join(port.path, '..'), 0o755);
    expect(await openAsNobody(port.path)).toBe(
      `no_access: the user nobody may not open ${port.path}: it belongs to the group dialout: usermod -aG dialout nobody, then start the service again`,
    );
  });
  test.runIf(isRoot)('is not accessible where no group may, and a udev rule is given', async () => {
    await using port = await SimulatedSerialPort.open();
    const terminal = await realpath(port.path);
    await chown(terminal, 0, await dialout());
    await chmod(terminal, 0o600);
    await chmod(join(port.path, '..'), 0o755);
    expect(await openAsNobody(port.path)).toMatch(
      /^no_access: the user nobody may not open .*: write SUBSYSTEM=="tty", KERNEL=="port", GROUP="dialout".*start the service again$/,
    );
  });
  test('is not opened at all, with the reason of a signal that has fired', async () => {
    await using port = await SimulatedSerialPort.open();
    const reason = new Error('over');
    const opening = source.open({ key: 'port', path: port.path }, AbortSignal.abort(reason));
    expect(await rejectionOf(opening)).toBe(reason);
    await using _line = await source.open({ key: 'port', path: port.path }, patience());
  });
});

describe('a HID device that cannot be opened', () => {
  const devices = hidSource({ products: [] });
  test('is absent when nothing is there', async () => {
    const opening = devices.open({ key: 'hid', path: '/dev/hidraw-none' }, patience());
    expect(shown(await rejectionOf(opening))).toBe('absent: /dev/hidraw-none is not plugged in');
  });
  test('is none when the path is another device', async () => {
    const opening = devices.open({ key: 'hid', path: '/dev/null' }, patience());
    expect(shown(await rejectionOf(opening))).toMatch(
      /^not_a_port: \/dev\/null does not work as a HID device/,
    );
  });
});

test('a package that is missing is unloadable, and the cure is said', async () => {
  const loading = loaded('serialport', () => import(String('encoderd-no-such-package')));
  expect(shown(await rejectionOf(loading))).toMatch(
    /^unloadable: the package serialport cannot be loaded \(.*\): run npm install/,
  );
});

test('what Windows says of a port is passed on, and it is not asked for what only Linux has', async () => {
  const cause = new Error('Opening COM3: Access denied');
  const trouble = await whyNotOpened({ key: 'com3', path: 'COM3' }, 'serial port', cause, 'win32');
  expect(shown(trouble)).toBe(
    'absent: COM3 cannot be opened (Opening COM3: Access denied): plug it in, end the program that has it open, or correct "ports" in the configuration',
  );
});
