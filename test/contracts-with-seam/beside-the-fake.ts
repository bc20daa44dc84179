import type { Difference } from './compare.ts';
import { SHARED_OPERATIONS, type SharedOperation } from './requests.ts';
import { ask, type SeamServer, type ServerAnswer } from './server.ts';

/** A way to ask for an operation. */
interface Manner {
  readonly name: string;
  readonly send: (server: SeamServer, operation: SharedOperation) => Promise<ServerAnswer>;
  /** Absent: every operation can be asked for so. */
  readonly isFor?: (operation: SharedOperation) => boolean;
}

const namesSomething = ({ names }: SharedOperation) => names !== null;

/** Its parameters with another value where it names something. */
async function renamed(server: SeamServer, { good, names }: SharedOperation, value: unknown) {
  return { ...(await good(server)), ...(names === null ? {} : { [names]: value }) };
}

const MANNERS: readonly Manner[] = [
  {
    name: 'as POST',
    send: async (server, { path, good }) => ask(server, 'POST', path, await good(server)),
  },
  {
    name: 'as Seam lists it',
    send: async (server, { path, method, good }) => ask(server, method, path, await good(server)),
    // A list in a query is the client's own business: conformance tests have it.
    isFor: ({ method, path }) => method !== 'POST' && path !== '/action_attempts/list',
  },
  {
    name: 'without a token',
    send: async (server, { path, good }) =>
      ask({ url: server.url, token: null }, 'POST', path, await good(server)),
  },
  {
    name: 'with a token of nobody',
    send: async (server, { path, good }) =>
      ask({ url: server.url, token: 'nobody' }, 'POST', path, await good(server)),
  },
  { name: 'without parameters', send: (server, { path }) => ask(server, 'POST', path, {}) },
  {
    name: 'with an unknown id',
    send: async (server, operation) =>
      ask(server, 'POST', operation.path, await renamed(server, operation, crypto.randomUUID())),
    isFor: namesSomething,
  },
  {
    name: 'with a number as id',
    send: async (server, operation) =>
      ask(server, 'POST', operation.path, await renamed(server, operation, 5)),
    isFor: namesSomething,
  },
  {
    name: 'with a method of others',
    send: async (server, { path, method, good }) =>
      ask(server, method === 'PATCH' ? 'PUT' : 'PATCH', path, await good(server)),
  },
];

/** Sends the same to both; returns what was answered differently. */
export async function differencesBeside(
  ours: SeamServer,
  theirs: SeamServer,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const operation of SHARED_OPERATIONS) {
    for (const { name, send, isFor } of MANNERS) {
      if (isFor?.(operation) === false) continue;
      const [own, fake] = await Promise.all([send(ours, operation), send(theirs, operation)]);
      if (wordsFor(own) === wordsFor(fake)) continue;
      differences.push({ at: `${operation.path} ${name}`, ours: wordsFor(own), theirs: wordsFor(fake) });
    }
  }
  return differences;
}

/** The status, the type of an error, and the envelope's keys. */
function wordsFor({ status, body }: ServerAnswer): string {
  const type: unknown = Object(body['error']).type;
  const error = typeof type === 'string' ? ` ${type}` : '';
  return `${status}${error} {${Object.keys(body).sort().join(', ')}}`;
}
