import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Station } from './station.ts';
import { syncStatus } from './sync-calls.ts';

/** How long nothing may become less while no desk rests, milliseconds. */
const STILL_MS = 60_000;

/** How long a desk may rest after failures (docs/sync.md), milliseconds. */
const LONGEST_REST_MS = 300_000;

const EVERY_MS = 50;
const LAST_LINES = 10;

export interface Task {
  readonly what: string;
  readonly server: Station;
  readonly desks: readonly Station[];
  /** How much is left; 0: it is done. */
  readonly left: () => Promise<number>;
}

/**
 * Resolves once nothing is left, with how long that took, milliseconds. A slow computer may take its time, but it must get on: rejects with how
 * everybody stands when nothing became less for a minute in which no desk rested.
 */
export async function untilNothingIsLeft({ what, server, desks, left }: Task): Promise<number> {
  const began = Date.now();
  let least = Number.POSITIVE_INFINITY;
  let lessAt = began;
  let restedMs = 0;
  let now = began;
  for (;;) {
    const count = await left();
    if (count === 0) return Date.now() - began;
    const rests = await anyRests(desks);
    const before = now;
    now = Date.now();
    if (rests) restedMs += now - before;
    if (count < least) {
      least = count;
      lessAt = now;
      restedMs = 0;
    }
    if (now - lessAt - Math.min(restedMs, LONGEST_REST_MS) > STILL_MS) {
      throw new Error(`${what}: it does not get on, ${count} are left.\n${await standing(server, desks)}`);
    }
    await pause(EVERY_MS);
  }
}

/** Whether one waits for its next try. One that has stopped waits for a person, and nobody comes. */
async function anyRests(desks: readonly Station[]): Promise<boolean> {
  const statuses = await Promise.all(desks.map(syncStatus));
  return statuses.some(
    ({ state, problem }) => state === 'offline' && Date.parse(problem?.retry_at ?? '') > Date.now(),
  );
}

/** How each desk stands with the server and the server with them, in words of their own; with what they logged last. */
export async function standing(server: Station, desks: readonly Station[]): Promise<string> {
  const asked = [
    { station: server, path: '/v1/desks/list' },
    ...desks.map((station) => ({ station, path: '/v1/sync/status' })),
  ];
  const parts = asked.map(async ({ station, path }) => {
    const said = await station.ask(path, {}, z.unknown()).catch((error: unknown) => String(error));
    return [`${station.name}: ${JSON.stringify(said)}`, ...station.output.slice(-LAST_LINES)].join('\n  ');
  });
  return (await Promise.all(parts)).join('\n');
}
