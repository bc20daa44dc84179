import type { Attempt, FailureReason, Phase } from '../model/attempt.ts';
import type { CardWrite, CardWriteOutcome } from '../model/card-write.ts';
import type { Encoder, ServedCard } from '../model/encoder.ts';
import type { Strain } from '../model/encoder-health.ts';
import type { Page, PageRequest } from './paging.ts';

export interface EncoderTable {
  get(id: string): Encoder | null;
  list(filter: { readonly ids?: readonly string[] | undefined }, page: PageRequest): Page<Encoder>;
  insert(encoder: Encoder, deviceId: string): void;
  /** What is learned each time a device arrives or leaves. */
  update(encoder: Encoder): void;
  servedCard(id: string): ServedCard | null;
  setServedCard(id: string, card: ServedCard | null): void;
}

/** What encoders suffered, by the day: whole days of UTC since 1970-01-01. */
export interface EncoderStrainTable {
  /** Adds to what is kept of that day. */
  add(encoderId: string, day: number, strain: Strain): void;
  /** All that is kept of each encoder from that day on, added up. */
  since(day: number): ReadonlyMap<string, Strain>;
  /** Forgets what is kept of the days before. */
  forgetBefore(day: number): void;
}

export interface AttemptFilter {
  readonly ids?: readonly string[] | undefined;
  readonly encoderId?: string | undefined;
  /** Made later than this, milliseconds since 1970. */
  readonly createdAfter?: number | undefined;
}

/** How many attempts of an encoder are in this phase and, where they failed, for this reason. */
export interface AttemptTally {
  readonly encoderId: string;
  readonly phase: Phase;
  readonly reason: FailureReason | null;
  readonly count: number;
  /** The one that was made last. */
  readonly lastId: string;
}

export interface AttemptTable {
  get(id: string): Attempt | null;
  /** The attempt that has not ended on this encoder; there is one at most. */
  liveOn(encoderId: string): Attempt | null;
  live(): readonly Attempt[];
  /** In the order in which they were made; with `newestFirst`, a page goes on with those made before. */
  list(filter: AttemptFilter, page: PageRequest, order?: 'oldestFirst' | 'newestFirst'): Page<Attempt>;
  /** Counts those made later than `at`, one tally for each encoder, phase and reason, the last attempt's tally first. */
  tally(at: number): readonly AttemptTally[];
  insert(attempt: Attempt): void;
  update(attempt: Attempt): void;
  /** Forgets up to `most` attempts that have ended and were made before `at`, but for those that the journal of writes names. Returns how many. */
  forgetBefore(at: number, most: number): number;
}

export interface CardWriteFilter {
  readonly cardUid?: string | undefined;
  readonly acsCredentialId?: string | undefined;
  /** Only those that have not ended. */
  readonly isOpen?: boolean | undefined;
}

export interface CardWriteTable {
  get(id: string): CardWrite | null;
  /** The write of this card that has not ended; there is one at most. */
  openFor(cardUid: string): CardWrite | null;
  list(filter: CardWriteFilter, page: PageRequest): Page<CardWrite>;
  /** Its `outcome` is null. */
  insert(write: CardWrite): void;
  /** Forgets the preimage, too. */
  end(id: string, outcome: CardWriteOutcome, at: number): void;
  /** Opens a write again that had ended. Throws while another one of its card is open. */
  reopen(id: string, preimage: Uint8Array): void;
}
