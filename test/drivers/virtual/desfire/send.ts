import type { DesfireChip } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { toHex } from '../../../../src/card/hex.ts';

export const ZERO_KEY = '00'.repeat(16);

export interface Answer {
  readonly data: Uint8Array;
  /** `91` and what the card says. */
  readonly status: string;
}

/** Sends a native command in as many wrapped frames as it takes, and collects the answer. */
export function send(chip: DesfireChip, code: number, data: Uint8Array): Answer {
  const frames = [data.subarray(0, 54)];
  for (let at = 54; at < data.length; at += 54) frames.push(data.subarray(at, at + 54));
  const collected: number[] = [];
  let status = '';
  for (let turn = 0; turn === 0 || status === '91AF'; turn++) {
    const part = frames[turn] ?? new Uint8Array(0);
    const lc = part.length === 0 ? [] : [part.length];
    const frame = Uint8Array.of(0x90, turn === 0 ? code : 0xaf, 0, 0, ...lc, ...part, 0);
    const answer = chip.exchange(frame);
    if (answer.kind !== 'data') throw new Error('the chip is silent');
    collected.push(...answer.bytes.subarray(0, -2));
    status = toHex(answer.bytes.subarray(-2));
  }
  return { data: Uint8Array.from(collected), status };
}
