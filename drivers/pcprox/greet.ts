import type { DriverLog } from '../../src/encoder/contract.ts';
import {
  type Candidate,
  type Greet,
  type GreetedDevice,
  type HidLine,
  PortTrouble,
} from '../ports/contract.ts';
import type { WiegandSettings } from '../ports/wiegand-options.ts';
import { PcproxEncoder } from './encoder.ts';
import { FoundPages } from './found-pages.ts';
import { PcproxReader } from './reader.ts';
import { Takeover } from './takeover.ts';

export interface PcproxGreetParts {
  readonly settings: WiegandSettings;
  /** How long a reader is to hold the number of a card that it does not see any more. */
  readonly holdMs: number;
  /** Where the configuration that a reader had before is kept. */
  readonly stateDir: string;
  readonly log: DriverLog;
}

/** Finds out that a pcProx is at the other end, and takes it over: from then on it types nothing, until it is left. */
export function pcproxGreet({ settings, holdMs, stateDir, log }: PcproxGreetParts): Greet<HidLine> {
  return async (line: HidLine, candidate: Candidate, signal: AbortSignal): Promise<GreetedDevice> => {
    const reader = new PcproxReader(line);
    const info = await reader.info();
    signal.throwIfAborted();
    if (info === null) {
      throw new PortTrouble(
        'wrong_device',
        `${line.path} answers, but not as a pcProx does: see which reader it is`,
      );
    }
    const takeover = await Takeover.begin(reader, new FoundPages(stateDir, candidate.key), holdMs);
    log.info(
      { port: candidate.key, firmware: info.firmware, deviceType: info.deviceType },
      'a reader was taken over',
    );
    let encoder: PcproxEncoder | undefined;
    return {
      name: 'rf IDEAS pcProx',
      capabilities: { technologies: [], isVirtual: false },
      open: async () => {
        encoder = new PcproxEncoder({ reader, takeover, settings, log });
        return encoder;
      },
      leave: async () => {
        await encoder?.[Symbol.asyncDispose]();
        await reader.alone(() => takeover.end());
      },
    };
  };
}
