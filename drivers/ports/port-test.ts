import { setTimeout as delay } from 'node:timers/promises';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { Candidate } from './contract.ts';
import { loaded } from './loaded.ts';
import { SerialLine } from './serial-line.ts';
import { whyNotOpened } from './why-not-opened.ts';

/** What came back of what was written. */
export interface EchoTest {
  readonly baudRate: number;
  readonly sentBytes: number;
  /** How many of the bytes that were sent came back, in order and from the first on. */
  readonly sameBytes: number;
  /** How many bytes came in all. */
  readonly cameBytes: number;
  /** From the write to the last byte that was awaited; milliseconds. Null when they did not all come. */
  readonly tookMs: number | null;
}

/** The lines beside the data, as they are at the port; `follows`: an input changes with the output that a test plug bridges it to. */
export interface ControlLines {
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly dcd: boolean;
  readonly ctsFollowsRts: boolean;
  readonly dsrFollowsDtr: boolean;
}

/** How long what was written may take to come back, beside its time on the wire. */
const ECHO_MS = 400;
/** A bridge, or the other end, takes a moment to follow a line. */
const SETTLE_MS = 30;
/** Start, 8 data and stop bits. */
const BITS_A_BYTE = 10;

/**
 * Bytes that are no command of any encoder that is driven here: text without a line end, and letters with every bit in both states.
 */
export function echoBytes(): Uint8Array {
  const marks = crypto.randomUUID();
  const text = new TextEncoder().encode(`encoderd loopback ${marks} `);
  return Uint8Array.of(...text, 0x55, 0xaa, 0xd5, 0x2a);
}

/** Writes at a port and listens whether the same comes back. Rejects with a PortTrouble when it cannot be opened, with an EncoderError when it goes. */
export async function testEcho(path: string, baudRate: number): Promise<EchoTest> {
  const port = await opened(path, baudRate);
  await using line = new SerialLine(path, port);
  const sent = echoBytes();
  const came: number[] = [];
  const whole = Promise.withResolvers<number>();
  line.onBytes = (bytes) => {
    came.push(...bytes);
    if (came.length >= sent.length) whole.resolve(performance.now());
  };
  const began = performance.now();
  await line.write(sent);
  const patience = ECHO_MS + (sent.length * BITS_A_BYTE * 1_000) / baudRate;
  const late = new AbortController();
  const at = await Promise.race([
    whole.promise,
    delay(patience, null, { signal: late.signal }).catch(() => null),
  ]);
  late.abort();
  const firstOther = sent.findIndex((byte, place) => came[place] !== byte);
  const sameBytes = firstOther === -1 ? sent.length : firstOther;
  return {
    baudRate,
    sentBytes: sent.length,
    sameBytes,
    cameBytes: came.length,
    tookMs: at === null || sameBytes < sent.length ? null : at - began,
  };
}

/** The lines of a port; null where it has none, as a pseudo terminal. Rejects as `testEcho`. */
export async function testControlLines(path: string): Promise<ControlLines | null> {
  const port = await opened(path, 9_600);
  try {
    const at = async (rts: boolean, dtr: boolean) => {
      await port.set({ rts, dtr });
      await delay(SETTLE_MS);
      return port.get();
    };
    const on = await at(true, true);
    const withoutRts = await at(false, true);
    const withoutDtr = await at(true, false);
    await port.set({ rts: true, dtr: true });
    return {
      cts: on.cts,
      dsr: on.dsr,
      dcd: on.dcd,
      ctsFollowsRts: on.cts && !withoutRts.cts,
      dsrFollowsDtr: on.dsr && !withoutDtr.dsr,
    };
  } catch {
    return null;
  } finally {
    await port.close();
  }
}

async function opened(path: string, baudRate: number) {
  const { SerialPort } = await loaded('serialport', () => import('serialport'));
  const candidate: Candidate = { key: path, path };
  return SerialPort.binding.open({ path, baudRate }).catch(async (cause: unknown) => {
    throw await whyNotOpened(candidate, 'serial port', cause);
  });
}

/** Whether a failure is one that a port may have. */
export const isPortFailure = (error: unknown): error is Error =>
  error instanceof EncoderError || (error instanceof Error && error.name === 'PortTrouble');
