import { describe } from 'vitest';
import { factsOver } from './encoder-cards.ts';
import { type EncoderContractOptions, encoderKind } from './encoder-options.ts';
import type { WireBench } from './wire-desk.ts';
import { lateFacts } from './wire-late.ts';
import { leakFacts } from './wire-leaks.ts';
import { outageFacts } from './wire-outages.ts';
import { pieceFacts } from './wire-pieces.ts';
import { spoiledFacts } from './wire-spoiled.ts';

export type { WireBench } from './wire-desk.ts';
export { WireFaults } from './wire-faults.ts';
export type { Wire } from './wire-hands.ts';

/** What the line of an encoder can suffer. The rest is as in the encoder contract. */
export interface WireContractOptions extends EncoderContractOptions {
  /** False where what the device sends comes whole: HID reports. */
  readonly splits?: boolean;
  /** Garbage that the protocol can tell from a frame, each kind tried before every frame; none: left out. */
  readonly noise?: readonly Uint8Array[];
  /**
   * Changes (XOR) of any one byte that the protocol can tell, by a checksum or because no byte of it ever looks so; none: left out. Absent: 01 and 80, which any
   * checksum shows; a protocol of ASCII without one says [0x80].
   */
  readonly masks?: readonly number[];
  /** False where each answer belongs to its question and neither is lost: HID feature reports. */
  readonly late?: boolean;
  /** How long a device may be silent until work on a card ends. Absent: 5 s. */
  readonly silenceMs?: number;
}

/** Options with everything filled in. */
export type WireKind = Required<
  Pick<WireContractOptions, 'splits' | 'noise' | 'masks' | 'late' | 'silenceMs'>
>;

/**
 * Holds a driver to what a person may expect of a bad line: whatever happens on it, no card, number or success is told that is not true,
 * every wait ends, and everything works again as soon as the line does. The driver runs in this process, over a bench whose `wire` is a WireFaults
 * between the simulated device and the port.
 */
export function wireContract(
  name: string,
  makeBench: () => Promise<WireBench>,
  options: WireContractOptions = {},
): void {
  const kind = encoderKind(options);
  const { splits = true, noise = [], masks = [0x01, 0x80], late = true, silenceMs = 5_000 } = options;
  const wireKind: WireKind = { splits, noise, masks, late, silenceMs };
  const fact = factsOver(makeBench);

  describe(`${name} bears with a bad line:`, () => {
    pieceFacts(fact, kind, wireKind);
    spoiledFacts(fact, kind, wireKind);
    lateFacts(fact, kind, wireKind);
    outageFacts(fact, kind, wireKind);
    leakFacts(fact, kind);
  });
}
