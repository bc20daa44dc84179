import { randomUUID } from 'node:crypto';
import { SeamHttp } from '@seamapi/http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../../../src/clock.ts';
import type { ResourceState } from '../../../../src/model/resource.ts';
import { creation, type ResourceChange } from '../../../../src/model/resource-change.ts';
import type { MirrorItem, OutboxMessage, Verdict } from '../../../../src/model/sync.ts';
import type { Backend } from '../../../../src/sync/backend.ts';
import { type SeamBackendOptions, seamBackend } from '../../../../src/sync/seam-backend/seam-backend.ts';
import type { Desk } from '../../../stories/desk.ts';
import { type Treatment, UnkindProxy } from './unkind-proxy.ts';

export const NEVER = new AbortController().signal;

let told = 0;

/** A message as the outbox has it at its first try. */
export function message(change: ResourceChange, parts: Partial<OutboxMessage> = {}): OutboxMessage {
  told += 1;
  return {
    id: randomUUID(),
    sequence: told,
    change,
    state: 'waiting',
    attempts: 1,
    isForced: false,
    refusal: null,
    createdAt: Date.now(),
    settledAt: null,
    ...parts,
  };
}

/** What became of one message. Throws when nothing did. */
export async function deliver(backend: Backend, one: OutboxMessage): Promise<Verdict> {
  const [verdict] = await backend.deliver([one], NEVER);
  if (verdict === undefined) throw new Error('There is no verdict.');
  return verdict;
}

/** The id that the backend gave to something that was made. */
export async function made(backend: Backend, one: OutboxMessage): Promise<string> {
  const verdict = await deliver(backend, one);
  if (verdict.verdict !== 'known_as' && verdict.verdict !== 'same_as')
    throw new Error(`It was not made: ${JSON.stringify(verdict)}`);
  return verdict.backendId;
}

const NOBODY = {
  emailAddress: null,
  phoneNumber: null,
  accessSchedule: null,
  userIdentityId: null,
  isSuspended: false,
  hidAcsSystemId: null,
  createdAt: 0,
};

/** A user that was made at the desk. */
export const newUser = (fullName: string, state: ResourceState = {}): ResourceChange =>
  creation('acs_user', randomUUID(), { ...NOBODY, fullName, ...state });

/** A card that was scanned at the desk for a user. */
export const scannedCard = (cardNumber: string, acsUserId: string | null): ResourceChange =>
  newCredential({
    ...{ accessMethod: 'card', acsUserId, cardNumber, cardUid: '04a1b2c3', cardTechnology: 'ntag215' },
    ...{ isIssued: true, issuedAt: 5, issueCounter: 0, code: null },
  });

/** A credential that was made at the desk. */
export const newCredential = (state: ResourceState): ResourceChange =>
  creation('acs_credential', randomUUID(), { startsAt: null, endsAt: null, createdAt: 0, ...state });

/** Everything that a backend has. */
export async function walkThrough(backend: Backend): Promise<readonly MirrorItem[]> {
  const items: MirrorItem[] = [];
  let position: string | null = null;
  for (let page = 0; page < 100; page += 1) {
    const part: Awaited<ReturnType<Backend['walk']>> = await backend.walk(position, NEVER);
    items.push(...part.items);
    position = part.position;
    if (position === null) return items;
  }
  throw new Error('The walk does not end.');
}

const entrance = z.object({ acs_entrance: z.looseObject({ acs_entrance_id: z.string() }) });
const group = z.object({ acs_access_group: z.looseObject({ acs_access_group_id: z.string() }) });

/** Another encoderd, reached through a proxy, and only over its public API. */
export class SecondDesk {
  readonly desk: Desk;
  readonly proxy: UnkindProxy;
  readonly backend: Backend;

  private constructor(desk: Desk, proxy: UnkindProxy, backend: Backend) {
    this.desk = desk;
    this.proxy = proxy;
    this.backend = backend;
  }

  static async reach(desk: Desk, options: Partial<SeamBackendOptions> = {}): Promise<SecondDesk> {
    const proxy = await UnkindProxy.open(desk.url);
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const backend = seamBackend({
      endpoint: proxy.url,
      apiKey: () => desk.token,
      clock: systemClock,
      userAgent: 'encoderd/test',
      ...options,
    });
    return new SecondDesk(desk, proxy, backend);
  }

  /** Looks past the proxy. */
  get seam(): SeamHttp {
    return new SeamHttp({ apiKey: this.desk.token, endpoint: this.desk.url });
  }

  /** What the proxy does with the next request to this path. */
  next(path: string, treatment: Treatment): void {
    this.proxy.treat(path, treatment);
  }

  async user(fullName: string, parameters: object = {}): Promise<string> {
    const { systemId: acs_system_id } = this.desk;
    const user = await this.seam.acs.users.create({ acs_system_id, full_name: fullName, ...parameters });
    return user.acs_user_id;
  }

  async entrance(): Promise<string> {
    const order = { display_name: `Room ${randomUUID()}` };
    const made = await this.desk.raw.ask('/v1/entrances/create', order, entrance);
    return made.acs_entrance.acs_entrance_id;
  }

  async group(acs_entrance_ids: readonly string[] = []): Promise<string> {
    const order = { name: `Group ${randomUUID()}`, acs_entrance_ids };
    const made = await this.desk.raw.ask('/v1/access_groups/create', order, group);
    return made.acs_access_group.acs_access_group_id;
  }

  /** The groups that a user is in above. */
  async groupsOf(acs_user_id: string): Promise<readonly string[]> {
    const groups = await this.seam.acs.accessGroups.list({ acs_user_id });
    return groups.map((one) => one.acs_access_group_id);
  }
}
