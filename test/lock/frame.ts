import { Shut } from './shut.ts';

/** How long the frame's head is. */
export const FRAME_HEAD = 4;

/** The record's length out of the frame's head (record.md, On cards without a framing of their own). */
export function framedLength(head: Uint8Array, room: number): number {
  const [e, d, version, length = 0] = head;
  const isFrame = e === 0x45 && d === 0x44 && version === 1;
  if (!isFrame || length === 0 || length > room - FRAME_HEAD) throw new Shut('no_record');
  return length;
}
