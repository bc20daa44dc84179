import { readFileSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { type Holder, holdersOf } from '../../../drivers/ports/holders.ts';
import {
  type ControlLines,
  type EchoTest,
  isPortFailure,
  testControlLines,
  testEcho,
} from '../../../drivers/ports/port-test.ts';
import { CommandError, EXIT } from '../terminal.ts';
import { inWords } from '../timings.ts';

/** What is known of a serial port now. */
export interface PortReport {
  readonly port: string;
  readonly is_readable: boolean;
  readonly is_writable: boolean;
  /** Empty when nobody has it open, as far as this user may look. */
  readonly held_by: readonly { readonly pid: number; readonly name: string; readonly is_daemon: boolean }[];
  /** Null: it was not tried, because the daemon holds it, or it cannot be opened. */
  readonly echoes: readonly EchoTest[] | null;
  /** Null: it has none, or it was not tried. */
  readonly control_lines: ControlLines | null;
  /** Why it was not tried; null: it was. */
  readonly not_tried: string | null;
  /** Whether everything that was written came back at every speed. */
  readonly is_looped: boolean;
}

export const DEFAULT_BAUD_RATES: readonly number[] = [9_600, 19_200, 38_400, 57_600, 115_200];

/** Looks at a port, and writes on it unless the daemon has it, or another program has it for itself. Throws CommandError when there is no such port. */
export async function checkPort(path: string, baudRates: readonly number[]): Promise<PortReport> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new CommandError(`There is no ${path}. See: ls /dev/serial/by-id`, EXIT.usage);
  if (!found.isCharacterDevice()) throw new CommandError(`${path} is no serial port.`, EXIT.usage);
  const may = (mode: number) =>
    access(path, mode).then(
      () => true,
      () => false,
    );
  const is_readable = await may(constants.R_OK);
  const is_writable = await may(constants.W_OK);
  const held_by = (await holdersOf(path)).map(toHolder);
  const about = { port: path, is_readable, is_writable, held_by };
  const untried = (not_tried: string) => ({
    ...{ ...about, echoes: null, control_lines: null, not_tried, is_looped: false },
  });
  const daemon = held_by.find(({ is_daemon }) => is_daemon);
  if (daemon !== undefined) {
    return untried(
      `The daemon drives an encoder there (pid ${daemon.pid}): name the encoder instead of the port, or stop the daemon first.`,
    );
  }
  try {
    const echoes: EchoTest[] = [];
    for (const baudRate of baudRates) echoes.push(await testEcho(path, baudRate));
    const is_looped = echoes.every(({ sameBytes, sentBytes, cameBytes }) => {
      return sameBytes === sentBytes && cameBytes === sentBytes;
    });
    return { ...about, echoes, control_lines: await testControlLines(path), not_tried: null, is_looped };
  } catch (error) {
    if (!isPortFailure(error)) throw error;
    return untried(`${error.message}.`);
  }
}

/** Every driver of the daemon runs in a process of this program (src/encoder/host). */
function toHolder({ pid, name }: Holder): PortReport['held_by'][number] {
  let words = '';
  try {
    words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has ended meanwhile.
  }
  return { pid, name, is_daemon: words.includes('encoder/host/host-process') };
}

/** The report for a person. */
export function portLines(report: PortReport): readonly string[] {
  const { port, is_readable, is_writable, held_by, echoes, control_lines, not_tried } = report;
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  const holders = held_by.map(
    ({ pid, name, is_daemon }) => `${is_daemon ? 'the daemon, ' : ''}${name}, pid ${pid}`,
  );
  return [
    `Port          ${port}`,
    `May be read   ${yes(is_readable)}, written ${yes(is_writable)}`,
    `Held by       ${holders.length === 0 ? 'nobody, as far as this user may look' : holders.join('; ')}`,
    ...(not_tried === null ? [] : [`Not tried     ${not_tried}`]),
    ...(echoes ?? []).map((echo) => `${`${echo.baudRate} baud`.padEnd(14)}${echoWords(echo)}`),
    ...(echoes === null ? [] : [`Lines         ${lineWords(control_lines)}`]),
    ...(echoes === null ? [] : ['', verdict(report)]),
  ];
}

function echoWords({ sentBytes, sameBytes, cameBytes, tookMs }: EchoTest): string {
  if (cameBytes === 0) return `nothing came back of ${sentBytes} bytes`;
  if (sameBytes === sentBytes && tookMs !== null)
    return `all ${sentBytes} bytes came back, in ${inWords(tookMs)}`;
  return `${cameBytes} bytes came, of which the first ${sameBytes} are those that were sent (${sentBytes})`;
}

function lineWords(lines: ControlLines | null): string {
  if (lines === null) return 'none at this port';
  const state = (is: boolean) => (is ? 'on' : 'off');
  const bridges = [
    ...(lines.ctsFollowsRts ? ['RTS is bridged to CTS'] : []),
    ...(lines.dsrFollowsDtr ? ['DTR is bridged to DSR'] : []),
  ];
  const states = `CTS ${state(lines.cts)}, DSR ${state(lines.dsr)}, DCD ${state(lines.dcd)}`;
  return [states, ...bridges].join('; ');
}

function verdict({ is_looped, echoes }: PortReport): string {
  if (is_looped) return 'What is written comes back: the port, its driver and its cable work.';
  return (echoes ?? []).some(({ cameBytes }) => cameBytes > 0)
    ? 'Something comes back, and not the same: an encoder answers there, or the cable is bad. Bridge TX and RX at the plug to test the cable alone.'
    : 'Nothing comes back. Bridge TX and RX (pins 2 and 3 of a 9-pin plug) and try again: nothing then, too, means the port or its cable.';
}
