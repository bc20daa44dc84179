import { constants, open } from 'node:fs/promises';
import { isatty } from 'node:tty';
import { accessCure, userName } from './access.ts';
import { type Candidate, PortTrouble } from './contract.ts';
import { type Holder, holdersOf } from './holders.ts';
import { said } from './line-end.ts';

/** Programs that take serial ports which are none of their business, and how to make them leave. */
const INTRUDERS: Readonly<Record<string, string>> = {
  ModemManager:
    'it takes serial ports for modems: systemctl disable --now ModemManager, or a udev rule with ENV{ID_MM_DEVICE_IGNORE}="1"',
  brltty: 'it takes serial adapters for braille displays: apt-get remove brltty',
};

export type PortKind = 'serial port' | 'HID device';

/**
 * Why a native package could not open a device. It says so only in words; the system is asked again for a code. `cause` is what the
 * package threw.
 */
export async function whyNotOpened(
  candidate: Candidate,
  kind: PortKind,
  cause: unknown,
  platform: NodeJS.Platform = process.platform,
): Promise<PortTrouble> {
  const { path } = candidate;
  if (platform === 'win32') {
    // A port of Windows opens for one program at a time, and is no file that could be asked.
    const cures = 'plug it in, end the program that has it open, or correct "ports" in the configuration';
    return new PortTrouble('absent', `${path} cannot be opened (${said(cause)}): ${cures}`, { cause });
  }
  const { code, isTerminal } = await probe(path);
  const trouble = (...[which, message]: [PortTrouble['kind'], string]) =>
    new PortTrouble(which, message, { cause });
  switch (code) {
    case 'ENOENT':
    case 'ENODEV':
    case 'ENXIO':
      return trouble('absent', `${path} is not plugged in`);
    case 'EACCES': {
      const cure = await accessCure(candidate);
      return trouble('no_access', `the user ${userName()} may not open ${path}: ${cure}`);
    }
    case 'EPERM': {
      const cure =
        'allow it with DeviceAllow= in the service (systemctl edit encoderd), or give it to the container';
      return trouble('no_access', `the system keeps ${path} from this service: ${cure}`);
    }
    case 'EBUSY':
      return held(path, cause);
  }
  if (kind === 'serial port' && isTerminal) return held(path, cause);
  const cure =
    kind === 'serial port'
      ? 'correct "ports" in the configuration (ls /dev/serial/by-id shows what is plugged in)'
      : 'plug the device in anew';
  return trouble('not_a_port', `${path} does not work as a ${kind} (${code ?? said(cause)}): ${cure}`);
}

/** What is left when a terminal that this user may open does not open: another program's lock. */
async function held(path: string, cause: unknown): Promise<PortTrouble> {
  const holders = await holdersOf(path);
  const message = holders.some(({ isOurs }) => isOurs)
    ? `${path} is in use by encoderd itself: assign it to one driver only`
    : `${path} is in use by ${namesOf(holders)}: ${cureFor(holders)}`;
  return new PortTrouble('held', message, { cause });
}

function namesOf(holders: readonly Holder[]): string {
  if (holders.length === 0) return 'a program of another user';
  return holders.map(({ name, pid }) => `${name} (pid ${pid})`).join(' and ');
}

function cureFor(holders: readonly Holder[]): string {
  if (holders.length === 0) return 'sudo fuser -v names it, end it there';
  return holders.map(({ name }) => INTRUDERS[name]).find((cure) => cure !== undefined) ?? 'end it';
}

interface Probe {
  readonly code: string | undefined;
  readonly isTerminal: boolean;
}

/** Opens the device as a terminal is opened without waiting for a modem, and closes it. */
async function probe(path: string): Promise<Probe> {
  try {
    const flags = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
    await using file = await open(path, flags);
    return { code: undefined, isTerminal: isatty(file.fd) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no error code';
    return { code, isTerminal: false };
  }
}
