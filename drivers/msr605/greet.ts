import type { DriverLog } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import {
  type ByteLine,
  type Candidate,
  type Greet,
  type GreetedDevice,
  PortTrouble,
} from '../ports/contract.ts';
import {
  GET_FIRMWARE,
  GET_MODEL,
  setBitsPerCharacter,
  setBitsPerInch,
  setCoercivity,
  type TrackNumber,
} from './codec/command.ts';
import { Msr605Encoder } from './encoder.ts';
import { HidByteLine } from './hid-byte-line.ts';
import { Msr605 } from './msr605.ts';
import type { Msr605Options } from './options.ts';
import type { Msr605Pace } from './pace.ts';
import { StripeIdentity } from './stripe-identity.ts';

const TRACKS: readonly TrackNumber[] = [1, 2, 3];

/** What an MSR206 has, and cannot change, on tracks 1 and 3. */
const FIXED_BITS_PER_INCH = 210;

/**
 * Greets an MSR605, MSR206 or MSR605X: ends whatever it waits for (it may have been left armed), asks whether it is there, and sets it as the options say.
 * The leading zeros stay as they are.
 */
export function greetMsr605(options: Msr605Options, pace: Msr605Pace, log: DriverLog): Greet<ByteLine> {
  const identities = new Map<string, StripeIdentity>();
  return async (line: ByteLine, candidate: Candidate, signal: AbortSignal): Promise<GreetedDevice> => {
    const device = new Msr605(line, pace);
    if (!(await answers(device, line))) {
      throw new PortTrouble(
        'no_answer',
        `nothing answered as an MSR605 at ${candidate.path}: see that it has power, and that it is this port`,
      );
    }
    signal.throwIfAborted();
    const model = await asked(device, GET_MODEL, 'model');
    const firmware = await asked(device, GET_FIRMWARE, 'firmware');
    log.info({ port: candidate.key, model, firmware }, 'a magnetic stripe encoder answered');
    signal.throwIfAborted();
    await settle(device, options);
    // The card of a write that did not end is known after the cable was pulled, too.
    const identity = identities.get(candidate.key) ?? new StripeIdentity();
    identities.set(candidate.key, identity);
    return {
      name: line instanceof HidByteLine ? 'MSR605X' : 'MSR605',
      capabilities: { technologies: ['magnetic_stripe'], isVirtual: false },
      open: async () => new Msr605Encoder(device, identity, pace, log),
      leave: async () => {
        await device.resync();
      },
    };
  };
}

/** Of an MSR605X also whether it answers to the other kind of report. */
async function answers(device: Msr605, line: ByteLine): Promise<boolean> {
  if (await device.resync()) return true;
  if (!(line instanceof HidByteLine)) return false;
  line.changeReports();
  return device.resync();
}

/** What tells devices apart in a log: those that have no answer to it are as good. */
async function asked(device: Msr605, command: Uint8Array, kind: 'model' | 'firmware') {
  try {
    return await device.ask(command, kind);
  } catch (error) {
    if (error instanceof EncoderError && error.code === 'device_timeout') return undefined;
    throw error;
  }
}

async function settle(device: Msr605, options: Msr605Options): Promise<void> {
  const { coercivity } = options;
  const set = await device.ask(setCoercivity(coercivity), 'status');
  if (set !== 'ok') {
    const other = coercivity === 'high' ? 'low' : 'high';
    const message = `this encoder cannot write stripes of ${coercivity} coercivity (${set}): configure coercivity: ${other}, and use such cards`;
    throw new PortTrouble('wrong_device', message);
  }
  for (const track of TRACKS) {
    const bitsPerInch = options.bits_per_inch[track - 1] ?? FIXED_BITS_PER_INCH;
    const status = await device.ask(setBitsPerInch(track, bitsPerInch), 'status');
    if (status === 'ok' || (track !== 2 && bitsPerInch === FIXED_BITS_PER_INCH)) continue;
    const message = `this encoder cannot have ${bitsPerInch} bits per inch on track ${track} (${status})`;
    throw new PortTrouble('wrong_device', message);
  }
  const bits = await device.ask(setBitsPerCharacter(options.bits_per_character), 'bits_per_character');
  if (typeof bits !== 'string' && bits.join() === options.bits_per_character.join()) return;
  const message = `this encoder cannot have ${options.bits_per_character.join(', ')} bits per character (${bits})`;
  throw new PortTrouble('wrong_device', message);
}
