import { describe } from 'vitest';
import type { Fact } from './encoder-cards.ts';
import { inspectFacts } from './encoder-inspect.ts';
import type { EncoderKind } from './encoder-options.ts';
import { readOnlyFacts } from './encoder-read-only.ts';
import { swipeFacts } from './encoder-swipes.ts';
import { tornFacts } from './encoder-torn.ts';
import { writeFacts } from './encoder-write.ts';
import { writtenAs } from './encoder-written.ts';

/** What a driver promises of `inspect` and `write`. */
export function cardWorkFacts(fact: Fact, kind: EncoderKind): void {
  const { written: format, exchanges, unplugs } = kind;
  if (format === null) {
    readOnlyFacts(fact, kind);
    return;
  }
  const written = writtenAs(format);
  inspectFacts(fact, written, kind);
  describe('write', () => {
    writeFacts(fact, written, { unplugs });
    if (written.isSwiped) swipeFacts(fact, written);
    else if (exchanges) tornFacts(fact, written);
  });
}
