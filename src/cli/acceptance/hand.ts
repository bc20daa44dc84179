import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import type { DaemonClient } from '../daemon-client.ts';
import type { Terminal } from '../terminal.ts';

/** Who has the test card: puts it on the encoder, and takes it away. The card is there, or away, when the daemon says so. */
export interface Hand {
  readonly kind: 'person' | 'simulated';
  /** How long the daemon may wait until it sees what was done. */
  readonly patienceMs: number;
  /** Puts the card there. `isSlow`: one that takes its time, so that it can be taken away in the middle of work. */
  put(say: string, isSlow?: boolean): Promise<void>;
  take(say: string): Promise<void>;
  /** Shows what a person should know while something goes on. */
  tell(say: string): void;
  /** Asks for yes or no. */
  confirm(question: string): Promise<boolean>;
}

/** A person at the terminal. `answersYes`: nobody is asked anything, and every answer is yes. */
export function personHand(terminal: Terminal, answersYes: boolean): Hand {
  const say = (words: string) => {
    if (!terminal.isJson) terminal.news(null, `  > ${words}`);
    else process.stderr.write(`${words}\n`);
  };
  return {
    kind: 'person',
    patienceMs: 120_000,
    put: async (words) => say(words),
    take: async (words) => say(words),
    tell: say,
    confirm: async (question) => {
      if (answersYes) return true;
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return /^\s*(y|yes)\s*$/i.test(await lines.question(`  ? ${question} [y/n] `));
      } finally {
        lines.close();
      }
    },
  };
}

/** A card of this kind that is made of code, on a virtual encoder; the same card each time. */
export function simulatedHand(daemon: DaemonClient, acs_encoder_id: string, technology: string): Hand {
  const id = `acceptance-${crypto.randomUUID()}`;
  return {
    kind: 'simulated',
    patienceMs: 10_000,
    put: async (_words, isSlow = false) => {
      const faults = isSlow ? { faults: { delay_ms: SLOW_MS } } : {};
      const card = { technology, id, ...faults };
      await daemon.call('/acs/encoders/simulate/place_card', { acs_encoder_id, card }, z.unknown());
    },
    take: async () => {
      await daemon.call('/acs/encoders/simulate/remove_card', { acs_encoder_id }, z.unknown());
    },
    tell: () => {},
    confirm: async () => true,
  };
}

/** For each exchange with a card that is slow. */
const SLOW_MS = 25;
