import { z } from 'zod';
import { DELIVERY_STATES } from '../model/webhook.ts';
import { DaemonClient, type DaemonWords } from './daemon-client.ts';
import { type Terminal, table } from './terminal.ts';
import { readVerb, wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGES = [
  'webhooks list | webhooks create URL [--event TYPE ...] | webhooks delete WEBHOOK',
  'webhooks deliveries [--webhook WEBHOOK] [--state pending|delivered|given_up]',
  'webhooks replay DELIVERY | webhooks replay --webhook WEBHOOK [--since TIME]',
];

const webhook = z.object({
  webhook_id: z.string(),
  url: z.string(),
  event_types: z.array(z.string()),
  secret: z.string(),
});

const delivery = z.looseObject({
  delivery_id: z.string(),
  webhook_id: z.string(),
  event_type: z.string(),
  state: z.enum(DELIVERY_STATES),
  attempt_count: z.int(),
  created_at: z.string(),
  next_attempt_at: z.string().optional(),
  last_error: z.string().optional(),
});

const page = z.object({
  webhook_deliveries: z.array(delivery),
  pagination: z.object({ next_page_cursor: z.string().nullable() }),
});

type ListedDelivery = z.output<typeof delivery>;

interface WebhookWords extends DaemonWords {
  readonly event?: string[] | undefined;
  readonly webhook?: string | undefined;
  readonly state?: string | undefined;
  readonly since?: string | undefined;
}

type Verb = (words: WebhookWords, named: string | undefined, terminal: Terminal) => Promise<void>;

const VERBS: Readonly<Record<string, Verb>> = { list, create, delete: remove, deliveries, replay };

/** Makes, lists and deletes webhooks, shows what was not delivered to them, and sends it once more. */
export const webhooksCommand = {
  usage: USAGES.join('\n  '),
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      event: { type: 'string', multiple: true },
      webhook: { type: 'string' },
      state: { type: 'string' },
      since: { type: 'string' },
    });
    const { verb, named } = readVerb(VERBS, USAGES, positionals);
    await verb(values, named, terminal);
  },
};

const wrongUse = () => wrongUseOf(USAGES);

async function list(words: WebhookWords, named: string | undefined, terminal: Terminal): Promise<void> {
  if (named !== undefined) throw wrongUse();
  const { webhooks } = await new DaemonClient(words).call(
    '/webhooks/list',
    {},
    z.object({ webhooks: z.array(webhook) }),
  );
  const rows = webhooks.map((one) => [one.webhook_id, one.event_types.join(','), one.url]);
  terminal.result(
    webhooks,
    rows.length === 0
      ? ['There are no webhooks yet. Make one with: encoderctl webhooks create URL']
      : table(['WEBHOOK', 'EVENTS', 'URL'], rows),
  );
}

async function create(words: WebhookWords, url: string | undefined, terminal: Terminal): Promise<void> {
  if (url === undefined) throw wrongUse();
  const { webhook: made } = await new DaemonClient(words).call(
    '/webhooks/create',
    {
      url,
      ...(words.event === undefined ? {} : { event_types: words.event.flatMap((one) => one.split(',')) }),
    },
    z.object({ webhook }),
  );
  terminal.result(made, [
    `Events are posted to ${made.url} from now on. This is webhook ${made.webhook_id}.`,
    `The receiver verifies them with the secret ${made.secret}`,
  ]);
}

async function remove(words: WebhookWords, id: string | undefined, terminal: Terminal): Promise<void> {
  if (id === undefined) throw wrongUse();
  await new DaemonClient(words).call('/webhooks/delete', { webhook_id: id }, z.unknown());
  terminal.result({ deleted: id }, ['The webhook is gone, with what was still to be delivered to it.']);
}

async function deliveries(words: WebhookWords, named: string | undefined, terminal: Terminal): Promise<void> {
  if (named !== undefined) throw wrongUse();
  const daemon = new DaemonClient(words);
  const states = words.state === undefined ? ['given_up', 'pending'] : [words.state];
  const all: ListedDelivery[] = [];
  for (const state of states) all.push(...(await listDeliveries(daemon, words.webhook, state)));
  const rows = all.map((one) => [
    one.delivery_id,
    one.event_type,
    one.created_at,
    one.state,
    String(one.attempt_count),
    one.next_attempt_at ?? '',
    one.last_error ?? '',
  ]);
  terminal.result(
    all,
    rows.length === 0
      ? [words.state === undefined ? 'Everything was delivered.' : 'There are no such deliveries.']
      : table(['DELIVERY', 'EVENT', 'SINCE', 'STATE', 'SENT', 'NEXT', 'WHY NOT'], rows),
  );
}

async function listDeliveries(
  daemon: DaemonClient,
  webhook_id: string | undefined,
  state: string,
): Promise<readonly ListedDelivery[]> {
  const all: ListedDelivery[] = [];
  let page_cursor: string | null = null;
  do {
    const answer: z.output<typeof page> = await daemon.call(
      '/v1/webhooks/deliveries/list',
      { ...(webhook_id === undefined ? {} : { webhook_id }), state, page_cursor },
      page,
    );
    all.push(...answer.webhook_deliveries);
    page_cursor = answer.pagination.next_page_cursor;
  } while (page_cursor !== null);
  return all;
}

async function replay(words: WebhookWords, id: string | undefined, terminal: Terminal): Promise<void> {
  const { webhook: webhook_id, since } = words;
  if ((id === undefined) === (webhook_id === undefined)) throw wrongUse();
  const answer = await new DaemonClient(words).call(
    '/v1/webhooks/deliveries/replay',
    id === undefined ? { webhook_id, ...(since === undefined ? {} : { since }) } : { delivery_id: id },
    z.object({ replayed_count: z.int() }),
  );
  terminal.result({ replayed_count: answer.replayed_count }, [
    answer.replayed_count === 0
      ? 'Nothing was given up on its way to this webhook.'
      : `Sending ${answer.replayed_count} once more. See how that goes with: encoderctl webhooks deliveries`,
  ]);
}
