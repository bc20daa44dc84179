import { NATIVE_TECHNOLOGIES } from '../../src/card/card-faces.ts';
import { type ByteLine, type Candidate, type GreetedDevice, PortTrouble } from '../ports/contract.ts';
import { unlessAborted } from '../ports/waiting.ts';
import { Chip } from './chip.ts';
import { GET_FIRMWARE_VERSION, RF_CONFIGURATION, setting } from './command.ts';
import { Pn532Encoder } from './encoder.ts';

/** What a PN532 tells of itself (UM0701-02, section 7.2.2). */
const PN532 = 0x32;
/** RFConfiguration, item 1: the field is off. */
const FIELD_OFF = setting(RF_CONFIGURATION, 0x01, 0x00);

/** Finds out whether a PN532 is at the other end of the line, and sets it. Rejects as Greet says. */
export async function greetPn532(
  line: ByteLine,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<GreetedDevice> {
  return unlessAborted(greet(line, candidate), signal);
}

async function greet(line: ByteLine, { path }: Candidate): Promise<GreetedDevice> {
  const chip = new Chip(line);
  if (!(await chip.start())) {
    const cure =
      'see that it is switched to HSU (both switches to 0), that RX and TX are crossed, and that this is its port';
    throw new PortTrouble('no_answer', `${path}: no PN532 answers at 115200 baud: ${cure}`);
  }
  const [ic, version = 0, revision = 0] = await chip.run(setting(GET_FIRMWARE_VERSION));
  if (ic !== PN532) {
    const told = ic === undefined ? 'nothing' : ic.toString(16).toUpperCase().padStart(2, '0');
    const message = `${path}: a chip answers that is no PN532: it calls itself ${told}, not 32`;
    throw new PortTrouble('wrong_device', `${message}; assign another port`);
  }
  return {
    name: `NXP PN532, firmware ${version}.${revision}`,
    capabilities: { technologies: NATIVE_TECHNOLOGIES, isVirtual: false },
    open: async () => new Pn532Encoder(chip),
    leave: async () => {
      await chip.run(FIELD_OFF);
    },
  };
}
