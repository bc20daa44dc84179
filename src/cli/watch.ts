import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { listEncoders } from './encoders.ts';
import { type LiveMessage, watchDesk } from './live-client.ts';
import type { Terminal } from './terminal.ts';
import { readWords } from './words.ts';

const cardChange = z.object({
  acs_encoder_id: z.string(),
  card: z.object({ uid: z.string(), card_number: z.string(), technology: z.string() }),
});
const encoderChange = z.object({ acs_encoder: z.object({ display_name: z.string(), state: z.string() }) });
const attemptChange = z.object({
  action_attempt: z.object({
    action_type: z.string(),
    phase: z.string(),
    hint: z.string().optional(),
    error: z.object({ message: z.string() }).nullable(),
  }),
});
const syncChange = z.object({
  resources: z.array(z.object({ resource_type: z.string(), resource_id: z.string() })),
});

/** Shows cards, encoders and attempts as things happen, until it is interrupted. */
export const watchCommand = {
  usage: 'watch',
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values } = readWords(words, {});
    const daemon = new DaemonClient(values);
    const names = new Map((await listEncoders(daemon)).map((one) => [one.acs_encoder_id, one.display_name]));
    const interrupted = new AbortController();
    process.once('SIGINT', () => interrupted.abort());
    process.once('SIGTERM', () => interrupted.abort());
    for await (const message of watchDesk(daemon, interrupted.signal)) {
      if (message.type === 'authenticated') {
        if (!terminal.isJson) terminal.news(message, 'Watching. Put a card on an encoder; Ctrl-C ends.');
        continue;
      }
      terminal.news(message, `${new Date().toTimeString().slice(0, 8)}  ${describe(message, names)}`);
    }
  },
};

function describe(message: LiveMessage, names: ReadonlyMap<string, string>): string {
  switch (message.type) {
    case 'card.presented':
    case 'card.removed': {
      const { acs_encoder_id, card } = cardChange.parse(message);
      const what = message.type === 'card.presented' ? 'card on' : 'card off';
      return `${what}  ${names.get(acs_encoder_id) ?? acs_encoder_id}: number ${card.card_number}, uid ${card.uid}, ${card.technology}`;
    }
    case 'encoder.changed': {
      const { acs_encoder } = encoderChange.parse(message);
      return `encoder  ${acs_encoder.display_name} is ${acs_encoder.state}`;
    }
    case 'action_attempt.changed': {
      const { action_attempt } = attemptChange.parse(message);
      const more = action_attempt.error?.message ?? action_attempt.hint ?? '';
      return `attempt  ${action_attempt.action_type} ${action_attempt.phase}. ${more}`.trimEnd();
    }
    case 'event':
      return `event    ${z.object({ event: z.object({ event_type: z.string() }) }).parse(message).event.event_type}`;
    case 'sync.changed': {
      const { resources } = syncChange.parse(message);
      const things = resources.map(({ resource_type, resource_id }) => `${resource_type} ${resource_id}`);
      return `backend  it answered, or somebody decided: ${things.join(', ')}`;
    }
    default:
      return JSON.stringify(message);
  }
}
