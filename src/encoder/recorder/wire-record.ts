import type { CardTask, LineTransport } from '../tap.ts';

/** What is kept of something that passed at a device. Nothing in it is a payload: no key, no number of a card, nothing that is on a card. */
export type WireRecord = ApduRecord | LineRecord | WorkRecord;

interface Passed {
  readonly deviceId: string;
  /** When it began: milliseconds since 1970, and by the system's clock that is never set (CLOCK_MONOTONIC). */
  readonly at: number;
  readonly monotonicMs: number;
}

export interface ApduRecord extends Passed {
  readonly kind: 'apdu';
  readonly durationMs: number;
  /** CLA, INS, P1 and P2. */
  readonly header: number;
  /** The native command of the card that a pseudo-APDU carries, its first byte alone. */
  readonly nativeCode: number | null;
  /** Bytes of data, and how many are expected back. */
  readonly lc: number;
  readonly le: number | null;
  /** null: no answer. */
  readonly statusWord: number | null;
  /** Of the answer, the status word not counted. */
  readonly answerBytes: number;
}

/** A message to a device, and what came until the next one. */
export interface LineRecord extends Passed {
  readonly kind: 'line';
  readonly transport: LineTransport;
  /** From the message to the last byte that came; null: none came. */
  readonly durationMs: number | null;
  /** null: it has no name, or it is none: bytes came by themselves. */
  readonly command: string | null;
  readonly isIdle: boolean;
  readonly outBytes: number;
  readonly inBytes: number;
}

export interface WorkRecord extends Passed {
  readonly kind: 'work';
  readonly work: CardTask['work'];
}

/** What passed, to the byte: only of a device that is captured with its payload. */
export type RawRecord = Passed & RawPassed;

export type RawPassed =
  | {
      readonly kind: 'apdu';
      readonly durationMs: number;
      readonly out: Uint8Array;
      readonly in: Uint8Array | null;
    }
  | {
      readonly kind: 'out' | 'in';
      readonly transport: LineTransport;
      readonly command: string | null;
      readonly isIdle: boolean;
      readonly bytes: Uint8Array;
    }
  /** A line was opened, or its greeting is over. */
  | { readonly kind: 'opened' | 'greeted' }
  | {
      readonly kind: 'work';
      readonly work: CardTask['work'];
      readonly details: Readonly<Record<string, unknown>>;
    };
