import { z } from 'zod';
import { Dependents } from '../model/dependents.ts';
import type { OutboxMessage, Verdict } from '../model/sync.ts';
import { REFUSAL_CODES } from '../model/sync.ts';
import type { Backend } from './backend.ts';
import { BackendError, HistoryDiffers, HistoryForgotten } from './backend-error.ts';
import { MOST_REPORT_BYTES, mirrorItem } from './bridge-shapes.ts';
import { BridgeRefusal, BridgeTransport, type BridgeTransportParts } from './bridge-transport.ts';

/** How many messages go in one report, and how many things are asked for at once. */
const MOST_AT_ONCE = 50;
const MOST_NAMES = 200;

/** What a report has besides its messages, bytes, and then some. */
const ENVELOPE_BYTES = 1024;

export type BridgeBackendParts = BridgeTransportParts & { readonly apiKey: () => string };

/** A bridge to close when it is needed no more. */
export interface BridgeBackend extends Backend, Disposable {}

/** Another encoderd as the backend of this desk: a property server. */
export function bridgeBackend(parts: BridgeBackendParts): BridgeBackend {
  const { clock } = parts;
  const transport = new BridgeTransport(parts);
  /** Where the server's history was when it took messages last; it must still know that place. */
  let seen: string | null = null;
  let isForgotten = false;
  const call = <T>(operation: string, input: object, shape: z.ZodType<T>, signal: AbortSignal) =>
    transport.post(`/v1/bridge/${operation}`, JSON.stringify(input), shape, signal).catch(noRefusal);

  /** Reports these in several parts: what depends on something in an earlier part must not be told if that was not taken as it stood. */
  async function reportParts(
    parts: readonly (readonly Packed[])[],
    signal: AbortSignal,
  ): Promise<readonly Verdict[]> {
    const untaken = new Dependents();
    const verdicts: Verdict[] = [];
    for (const part of parts) {
      const told = part.filter(({ change }) => !untaken.take(change));
      const answers = [...(told.length === 0 ? [] : await report(told, signal))];
      for (const one of part) {
        const verdict = told.includes(one) ? answers.shift() : NOT_JUDGED;
        if (verdict === undefined) throw new Error('the server answered for too few');
        if (verdict.verdict !== 'applied') untaken.add(one.change);
        verdicts.push(verdict);
      }
    }
    return verdicts;
  }

  /** Reports these at once; where the server cannot take them all, one by one, so that only the one that it means is refused. */
  async function report(messages: readonly Packed[], signal: AbortSignal): Promise<readonly Verdict[]> {
    const [only] = messages;
    const isTooLarge = only !== undefined && only.bytes > MOST_REPORT_BYTES - ENVELOPE_BYTES;
    if (isTooLarge) return [refused(TOO_LARGE)];
    const rest = JSON.stringify({ time: Math.round(clock.now()), seen });
    const body = `{"messages":[${messages.map(({ text }) => text).join(',')}],${rest.slice(1)}`;
    try {
      const answer = await transport.post('/v1/bridge/report', body, answerOf(messages.length), signal);
      isForgotten ||= !answer.knows_seen;
      seen = answer.cursor;
      return answer.verdicts;
    } catch (error) {
      if (!isOfMessages(error)) return noRefusal(error);
      if (messages.length === 1) return [refused(error.message)];
      return await reportParts(
        messages.map((message) => [message]),
        signal,
      );
    }
  }

  return {
    mostAtOnce: MOST_AT_ONCE,
    async hello(signal) {
      const answer = await call('hello', { time: Math.round(clock.now()) }, hello, signal);
      return {
        identity: `${answer.workspace_id} ${answer.acs_system_id}`,
        workspaceId: answer.workspace_id,
        acsSystemId: answer.acs_system_id,
        connectedAccountId: answer.connected_account_id,
        time: answer.time,
        cursor: answer.cursor,
        heard: { pairingId: answer.desk_id, highWaterMark: answer.high_water_mark },
      };
    },
    deliver: (messages, signal) => reportParts(packed(messages), signal),
    walk: (position, signal) => call('walk', { position }, walkPage, signal),
    async news(cursor, signal) {
      try {
        if (isForgotten) throw new HistoryDiffers();
        const { has_more, ...page } = await call('news', { cursor, seen }, newsPage, signal);
        return { ...page, hasMore: has_more };
      } catch (error) {
        // By the time the desk asks again, it has told everything anew.
        if (error instanceof HistoryDiffers) [seen, isForgotten] = [null, false];
        throw error;
      }
    },
    async read(names, signal) {
      const items: z.output<typeof mirrorItem>[] = [];
      for (let from = 0; from < names.length; from += MOST_NAMES) {
        const part = names.slice(from, from + MOST_NAMES).map(({ kind, id }) => ({ kind, id }));
        const answer = await call('read', { names: part }, itemsOf(part.length), signal);
        items.push(...answer.items);
      }
      return items;
    },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  };
}

/** A message as it goes on the wire. */
interface Packed extends Pick<OutboxMessage, 'change'> {
  readonly text: string;
  readonly bytes: number;
}

/** In their order, in parts that the server takes; one that is too large stands alone. */
function packed(messages: readonly OutboxMessage[]): readonly (readonly Packed[])[] {
  const parts: Packed[][] = [];
  let room = 0;
  for (const { id, sequence, change, isForced } of messages) {
    const text = JSON.stringify({ id, sequence, change, is_forced: isForced });
    const bytes = Buffer.byteLength(text) + 1;
    const last = parts.at(-1);
    if (last !== undefined && bytes <= room && last.length < MOST_AT_ONCE) {
      last.push({ change, text, bytes });
      room -= bytes;
    } else {
      parts.push([{ change, text, bytes }]);
      room = MOST_REPORT_BYTES - ENVELOPE_BYTES - bytes;
    }
  }
  return parts;
}

const NOT_JUDGED: Verdict = { verdict: 'not_judged' };

const TOO_LARGE = `The property server takes no message of more than ${MOST_REPORT_BYTES / 1024} KiB.`;

/** The server does not take the message, and would not the next time. */
const refused = (words: string): Verdict => ({
  verdict: 'refused',
  refusal: {
    code: 'refused_by_backend',
    message: `The property server does not take this change: ${words}`,
    fields: [],
    rivalId: null,
  },
});

/** Whether the server understood the report and does not take what stands in it. */
const isOfMessages = (error: unknown): error is BridgeRefusal =>
  error instanceof BridgeRefusal && ['invalid_input', 'payload_too_large'].includes(error.type);

/** Throws what a call that cannot be refused fails with. */
function noRefusal(error: unknown): never {
  if (!(error instanceof BridgeRefusal)) throw error;
  if (error.type === 'history_differs') throw new HistoryDiffers();
  if (error.type === 'history_forgotten') throw new HistoryForgotten();
  throw new BackendError('failing', `The property server does not understand this desk: ${error.message}`, {
    cause: error,
  });
}

const uuid = z.guid();

const hello = z.object({
  workspace_id: uuid,
  acs_system_id: uuid,
  connected_account_id: uuid,
  cursor: z.string(),
  desk_id: uuid,
  high_water_mark: z.int().min(0),
  time: z.number(),
});

const verdict: z.ZodType<Verdict> = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('applied') }),
  z.object({ verdict: z.literal('same_as'), backendId: uuid }),
  z.object({ verdict: z.literal('not_carried') }),
  z.object({ verdict: z.literal('not_judged') }),
  z.object({
    verdict: z.literal('refused'),
    refusal: z.object({
      // A code of a newer version is at least a refusal; its sentence says why.
      code: z.enum(REFUSAL_CODES).catch('refused_by_backend'),
      message: z.string(),
      fields: z.array(z.string()),
      rivalId: z.string().nullable(),
    }),
  }),
]);

const answerOf = (count: number) =>
  z.object({ verdicts: z.array(verdict).length(count), cursor: z.string(), knows_seen: z.boolean() });

const itemsOf = (count: number) => z.object({ items: z.array(mirrorItem).length(count) });

const walkPage = z.object({ items: z.array(mirrorItem), position: z.string().nullable() });

const newsPage = z.object({ items: z.array(mirrorItem), cursor: z.string(), has_more: z.boolean() });
