import { isSeamHttpApiError } from '@seamapi/http';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { ResourceName } from '../../model/resource.ts';
import type { Backend, BackendHello } from '../backend.ts';
import { BackendError, NoSuchOperation } from '../backend-error.ts';
import { deliverMessage } from './deliver.ts';
import { inParallel } from './in-parallel.ts';
import { Memberships } from './memberships.ts';
import { asksForEvents, cursorAt, newsSince } from './news.ts';
import { type SeamLine, seamLines } from './seam-line.ts';
import { readThing, type SystemLine } from './things.ts';
import { walkOn } from './walk.ts';
import { acsSystem } from './wire.ts';

export interface SeamBackendOptions {
  /** As `https://connect.getseam.com`. */
  readonly endpoint: string;
  /** The key as it is now: it may be changed at any time. */
  readonly apiKey: () => string;
  readonly clock: Clock;
  /** `encoderd/1.0.0` */
  readonly userAgent: string;
  /** How the backend called itself when it was reached last: says which of several access systems is meant. Null: it never was. */
  readonly identity?: () => string | null;
  /** Whether a thing of the backend's is one of this desk's already: it is then never taken for something that was made here just now. */
  readonly isShared?: (name: ResourceName) => boolean;
}

const workspace = z.object({ workspace_id: z.string() });

/** `date` counts whole seconds: on average, half a second has passed since. */
const HALF_A_SECOND = 500;

/** Whoever speaks Seam's contract, by the official client. It gives its own ids, and has no key of idempotency: whatever is told twice is looked for first. */
export function seamBackend(options: SeamBackendOptions): Backend {
  const { identity = () => null, isShared = () => false } = options;
  let backendTime: number | null = null;
  let systemId: string | null = null;
  const memberships = new Memberships();
  const open = seamLines({
    ...options,
    onAnswer: (note) => {
      backendTime = note.backendTime;
    },
  });

  const onSystem = async <T>(signal: AbortSignal, work: (line: SystemLine) => Promise<T>): Promise<T> =>
    withoutRefusal(async () => {
      const line = open(signal);
      systemId ??= (await systemOf(line, identity())).acs_system_id;
      return work({ ...line, systemId });
    });

  const hello = async (signal: AbortSignal): Promise<BackendHello> => {
    const line = open(signal);
    const { workspace_id } = await line.ask(line.seam.workspaces.get(), workspace);
    const time = backendTime === null ? null : backendTime + HALF_A_SECOND;
    const system = await systemOf(line, identity());
    systemId = system.acs_system_id;
    return {
      identity: identityOf(workspace_id, systemId),
      workspaceId: workspace_id,
      acsSystemId: systemId,
      connectedAccountId: system.connected_account_id ?? null,
      time,
      cursor: await firstCursor({ ...line, systemId }, time),
      heard: null,
    };
  };

  return {
    mostAtOnce: 1,
    hello: (signal) => withoutRefusal(() => hello(signal)),
    deliver: (messages, signal) =>
      onSystem(signal, async (line) => {
        const verdicts = [];
        for (const message of messages) {
          verdicts.push(await deliverMessage({ line, memberships, isShared }, message));
        }
        return verdicts;
      }),
    walk: (position, signal) =>
      onSystem(signal, (line) => {
        if (position === null) memberships.forgetAll();
        return walkOn(line, memberships, position);
      }),
    news: (cursor, signal) => onSystem(signal, (line) => newsSince(line, cursor)),
    read: (names, signal) => onSystem(signal, (line) => inParallel(names, (name) => readThing(line, name))),
  };
}

const identityOf = (workspaceId: string, systemId: string): string => `${workspaceId}/${systemId}`;

type System = z.output<typeof acsSystem>;

/** The access system that is meant. Throws a BackendError where there is none, or where nobody can tell. */
async function systemOf({ seam, ask }: SeamLine, identity: string | null): Promise<System> {
  const systems = await ask(seam.acs.systems.list(), z.array(acsSystem));
  const known = systems.find((system) => identity?.endsWith(`/${system.acs_system_id}`));
  const [first, ...others] = systems;
  if (known !== undefined) return known;
  if (first === undefined) {
    throw new BackendError('failing', 'The backend has no access system yet. Connect one there.');
  }
  if (others.length === 0) return first;
  const names = systems.map(({ name, acs_system_id }) => `${name ?? 'unnamed'} (${acs_system_id})`);
  const message = `The backend has several access systems: ${names.join(', ')}. Give this desk the key of a workspace that has one.`;
  throw new BackendError('failing', message);
}

/** Where the news begin; null: the backend has none. */
async function firstCursor(line: SystemLine, time: number | null): Promise<string | null> {
  if (time === null) return null;
  const cursor = cursorAt(time);
  try {
    await asksForEvents(line, cursor);
    return cursor;
  } catch (error) {
    if (isSeamHttpApiError(error) || error instanceof NoSuchOperation) return null;
    throw error;
  }
}

/** A refusal where there is nothing to refuse is a failure of the backend's. */
async function withoutRefusal<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSeamHttpApiError(error)) throw error;
    throw new BackendError('failing', `The backend says: ${error.message}`);
  }
}
