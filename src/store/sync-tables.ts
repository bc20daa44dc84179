import type { ResourceKind, ResourceName } from '../model/resource.ts';
import type { ResourceChange } from '../model/resource-change.ts';
import type { MirrorItem, OutboxMessage, Refusal, RefusalCode, SiteVerdict } from '../model/sync.ts';
import type { Page, PageRequest } from './paging.ts';

/** Times are milliseconds since 1970. */
export interface OutboxTable {
  append(message: { readonly id: string; readonly change: ResourceChange; readonly createdAt: number }): void;
  get(id: string): OutboxMessage | null;
  /** Those that wait with a greater sequence, in their order. */
  waiting(afterSequence: number, limit: number): readonly OutboxMessage[];
  refused(page: PageRequest): Page<OutboxMessage>;
  /** What is refused, by kind and id of the thing. */
  refusedResources(): readonly ResourceName[];
  /** Those that were refused for this reason, in their order. Cheap: it is asked at all that comes down. */
  refusedAs(code: RefusalCode): readonly OutboxMessage[];
  /** Whether the backend took that a thing was made, by a message with a greater sequence. */
  wasMadeAfter(name: ResourceName, sequence: number): boolean;
  /** Those about one thing that wait or are refused, in their order. */
  unsettledOf(name: ResourceName): readonly OutboxMessage[];
  /** Those about any of these things that wait or are refused, in their order. */
  unsettledAmong(kind: ResourceKind, ids: readonly string[]): readonly OutboxMessage[];
  isUnsettled(name: ResourceName): boolean;
  /** Kinds of things that were begun to be told as made, and are waiting: the backend may have made one already. Cheap: it is asked again and again. */
  kindsInDoubt(): readonly ResourceKind[];
  counts(): { readonly waiting: number; readonly refused: number };
  /** When the one was made that has waited longest; null: none waits. */
  oldestWaitingAt(): number | null;
  /** When the backend took one last; null: it never did, as far as is kept. */
  lastDeliveredAt(): number | null;
  /** The greatest sequence of those that are kept as delivered; 0: there is none. */
  lastDelivered(): number;
  /** The sequence of the last message ever appended; 0 when there was none. */
  lastSequence(): number;
  /** Lets the next message have a sequence greater than `sequence`: a backend has seen that one already. */
  countFrom(sequence: number): void;
  /** Gives the thing of these messages another id. */
  rename(name: ResourceName, newId: string): void;
  /** Counts one attempt more for each; call it before they are sent. */
  noteSending(ids: readonly string[]): void;
  settle(ids: readonly string[], state: 'delivered' | 'dropped', at: number): void;
  refuse(id: string, refusal: Refusal, at: number): void;
  /** A refused one waits again; `isForced`: it counts although the backend has something else. */
  retry(id: string, isForced: boolean): void;
  /** All that were delivered, with a greater sequence (absent: 0), wait again: the backend forgot them. Returns how many. */
  redeliver(afterSequence?: number): number;
  /** Forgets up to `most` that were delivered or dropped before `at`. Returns how many. */
  forgetBefore(at: number, most: number): number;
}

/** Who the backend of this desk is, and how far this desk has followed it. */
export interface BackendLink {
  readonly endpoint: string;
  /** Whether a person paired it; else the configuration names it. */
  readonly isPaired: boolean;
  /** The key that pairing brought; null: the configuration says where it is. */
  readonly apiKey: string | null;
  /** How the backend calls itself: its workspace and system; null: it was never reached. */
  readonly identity: string | null;
  /** As which of its desks the backend knows this one, and the sequence of the last message from before that; absent: it never said. */
  readonly pairing?: { readonly id: string; readonly after: number };
  /** Where its news go on; null: everything is to be walked through first. */
  readonly cursor: string | null;
  /** The walk through everything that is under way; null: there is none. */
  readonly walk: {
    readonly number: number;
    readonly position: string | null;
    readonly cursor: string | null;
    /** Whether the backend was restored from a backup: what it lost is told to it again. */
    readonly isRestored: boolean;
  } | null;
  /** How many walks were begun. */
  readonly walks: number;
  readonly walkedAt: number | null;
}

export interface BackendTable {
  read(): BackendLink | null;
  /** Whether there is one. Cheap: it is asked at every change. */
  exists(): boolean;
  /** Null: the desk is its own backend. */
  write(link: BackendLink | null): void;
}

/** A thing of this desk that the backend has, too. */
export interface SharedResource extends ResourceName {
  readonly backendId: string;
  /** When both sides were known to have the same last; null: never yet. */
  readonly syncedAt: number | null;
}

export interface SharedResourceTable {
  get(name: ResourceName): SharedResource | null;
  /** Of these things, those that the backend has, in any order. */
  among(kind: ResourceKind, ids: readonly string[]): readonly SharedResource[];
  /** By the backend's id. */
  ofBackend(kind: ResourceKind, backendId: string): SharedResource | null;
  /**
   * Notes that it is there above; `walk` is the walk in which it was met, the last one if it was met in none. `at`: both sides have the same
   * since then; null: they may not, and when they did last stays as it was noted.
   */
  note(name: ResourceName, backendId: string, walk: number, at: number | null): void;
  forget(name: ResourceName): void;
  /** Forgets all: the backend is another one. */
  clear(): void;
  /** Those of a kind that were met last before this walk. */
  unmet(kind: ResourceKind, walk: number, limit: number): readonly SharedResource[];
  count(kind: ResourceKind): number;
}

/** What the backend is asked for again. */
export interface HeldItemTable {
  /** The backend has it, and this desk cannot have it yet. */
  hold(item: Pick<MirrorItem, 'kind' | 'id'>, reason: string, at: number): void;
  /** Nothing is known to stand in its way, or the backend may not have it: it is only to be read again. */
  readAgain(item: Pick<MirrorItem, 'kind' | 'id'>, reason: string, at: number): void;
  release(item: Pick<MirrorItem, 'kind' | 'id'>): void;
  /** Of these, by the backend's ids, those that are held. */
  among(kind: ResourceKind, backendIds: readonly string[]): readonly string[];
  /** In the order of kinds and ids. */
  list(limit: number): readonly (ResourceName & { readonly reason: string; readonly createdAt: number })[];
  /** How many the backend has and this desk cannot have yet: not those that are only to be read again. */
  count(): number;
  clear(): void;
}

/** A desk that has this site for its backend. */
export interface PairedDesk {
  readonly id: string;
  readonly name: string;
  readonly apiKeyId: string;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
  /** The greatest sequence of its messages that was taken. */
  readonly highWaterMark: number;
  readonly skewMs: number | null;
}

export interface PairedDeskTable {
  get(id: string): PairedDesk | null;
  ofKey(apiKeyId: string): PairedDesk | null;
  list(): readonly PairedDesk[];
  /** Whether there is one. Cheap: it is asked at every change. */
  any(): boolean;
  insert(desk: PairedDesk): void;
  update(desk: PairedDesk): void;
  /** What was said to its messages goes with it. */
  delete(id: string): void;
  verdictOf(messageId: string): SiteVerdict | null;
  noteVerdict(deskId: string, messageId: string, verdict: SiteVerdict, at: number): void;
  /** Forgets up to `most` verdicts of before `at`. Returns how many. */
  forgetBefore(at: number, most: number): number;
}

export interface FeedItem extends ResourceName {
  readonly sequence: number;
  readonly isGone: boolean;
}

export interface FeedTable {
  /** Notes that a thing changed, or is gone. */
  touch(name: ResourceName, isGone: boolean, at: number): void;
  after(sequence: number, limit: number): readonly FeedItem[];
  /** The last sequence ever given; 0 when there was none. */
  last(): number;
  /** Forgets up to `most` things that were gone before `at`. Returns how many. */
  forgetGoneBefore(at: number, most: number): number;
  /** The greatest sequence of what was forgotten; 0: nothing was. Whoever has not come so far may have missed it. */
  lastForgotten(): number;
  /** Begins an epoch, behind everything that there is. */
  beginEpoch(epoch: string, at: number): void;
  /** After which sequence an epoch began, and which one ended it; null: there is no such epoch here. */
  epoch(epoch: string): { readonly beganAfter: number; readonly endedAt: number | null } | null;
  /** The newest one; null: there is none. */
  currentEpoch(): string | null;
}

/** A desk that asks to be paired. */
export interface PairingRequest {
  readonly id: string;
  readonly deskName: string;
  readonly expiresAt: number;
  /** The desk that it became; null: nobody has typed the code yet. */
  readonly deskId: string | null;
  readonly createdAt: number;
}

export interface PairingRequestTable {
  get(id: string): PairingRequest | null;
  /** By SHA-256 of the code: only one that has not expired and that nobody has confirmed. */
  withCode(codeHash: Uint8Array, now: number): PairingRequest | null;
  /** Whether the secret is this request's; compare in constant time. */
  secretHash(id: string): Uint8Array | null;
  list(now: number): readonly PairingRequest[];
  insert(request: PairingRequest, codeHash: Uint8Array, secretHash: Uint8Array): void;
  confirm(id: string, deskId: string): void;
  delete(id: string): void;
  forgetExpired(now: number): void;
}
