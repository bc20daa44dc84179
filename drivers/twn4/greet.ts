import { NATIVE_TECHNOLOGIES } from '../../src/card/card-faces.ts';
import type { DriverLog } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { ByteLine, Greet, GreetedDevice } from '../ports/contract.ts';
import { wiegandSettings } from '../ports/wiegand-options.ts';
import { framingOf, MODES, type Mode } from './codec/framing.ts';
import { GET_VERSION_STRING, type TagTypeMasks } from './codec/functions.ts';
import { wantedTagTypes } from './codec/tag-types.ts';
import { readVersion, type Twn4Version } from './codec/version.ts';
import { Twn4Encoder } from './encoder.ts';
import { otherApp, silentReader } from './firmware.ts';
import { MessageLine } from './message-line.ts';
import type { Twn4Options } from './options.ts';
import { Twn4Reader } from './reader.ts';
import { prepareLights } from './signals.ts';
import { QUIET_MS, SimpleProtocol, UNQUIET_MS } from './simple-protocol.ts';

/** How long a reader has to say its version: 70 characters take 75 ms at 9600 baud. */
const PROBE_MS = 200;

/** How a TWN4 is greeted: finds out in which mode it speaks the simple protocol, and makes it search for the kinds of cards that are wanted. */
export function greetTwn4(options: Twn4Options, log: DriverLog): Greet<ByteLine> {
  return async (line, candidate, signal): Promise<GreetedDevice> => {
    const { messages, mode, version } = await findMode(line, options.mode, signal);
    const reader = new Twn4Reader(new SimpleProtocol(messages, version.text));
    signal.throwIfAborted();
    const before = await reader.getTagTypes('set');
    await searchForWanted(reader, options);
    await prepareLights(reader).catch(onlyWithout(['card_unsupported']));
    log.info({ port: candidate.key, version: version.text, mode }, 'a TWN4 answers');
    return {
      name: 'ELATEC TWN4',
      capabilities: { technologies: NATIVE_TECHNOLOGIES, isVirtual: false },
      open: async () => new Twn4Encoder(reader, wiegandSettings(options.wiegand), log),
      leave: () => leaveAsFound(reader, before),
    };
  };
}

async function searchForWanted(reader: Twn4Reader, options: Twn4Options): Promise<void> {
  const supported = await reader.getTagTypes('supported');
  await reader.setTagTypes(wantedTagTypes(supported, options.low_frequency));
}

async function leaveAsFound(reader: Twn4Reader, before: TagTypeMasks): Promise<void> {
  await reader.setTagTypes(before);
  await reader.setRadioOff();
}

interface Found {
  readonly messages: MessageLine;
  readonly mode: Mode;
  readonly version: Twn4Version;
}

/**
 * Asks for the version in one mode after the other, the wanted one first. Binary modes come before: a reader in ASCII mode drops five bytes that are no line,
 * but one in binary mode would take the first two digits of a line for a length, and wait for 12,336 bytes. Throws a PortTrouble when none is understood.
 */
async function findMode(line: ByteLine, wanted: Twn4Options['mode'], signal: AbortSignal): Promise<Found> {
  const messages = new MessageLine(line, framingOf(MODES[0]));
  let strangeBytes = 0;
  for (const mode of wanted === 'auto' ? MODES : [wanted]) {
    signal.throwIfAborted();
    messages.useFraming(framingOf(mode));
    await messages.settle(QUIET_MS, UNQUIET_MS);
    const version = await messages.ask(GET_VERSION_STRING, readVersion, PROBE_MS);
    if (version !== undefined) return { messages, mode, version };
    strangeBytes = Math.max(strangeBytes, messages.strangeBytes);
  }
  throw strangeBytes > 0 ? otherApp(line.path, wanted, strangeBytes) : silentReader(line.path, wanted);
}

function onlyWithout(codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof EncoderError && codes.includes(error.code))) throw error;
  };
}
