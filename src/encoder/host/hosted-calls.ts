import type { CardSite, WriteJournal } from '../../card/program.ts';
import type { Card } from '../../model/card.ts';
import type { CardContents, CardImage } from '../../model/card-record.ts';
import type { PingAnswer } from '../contract.ts';
import type { DriverHost } from './driver-host.ts';
import type { HostLimits } from './limits.ts';
import type { HostAnswer } from './messages.ts';

export interface HostedWrite {
  readonly cardId: number;
  readonly site: CardSite;
  readonly image: CardImage;
}

/** What an encoder here asks of the driver host that has its device. */
export class HostedCalls {
  readonly #host: DriverHost;
  readonly #deviceId: string;
  readonly #limits: HostLimits;
  /** Each resolves when nobody has to wait for that write any more: it has ended, or waits for a swipe. */
  readonly #writes = new Set<Promise<unknown>>();

  constructor(host: DriverHost, deviceId: string, limits: HostLimits) {
    this.#host = host;
    this.#deviceId = deviceId;
    this.#limits = limits;
  }

  async read(cardId: number, signal: AbortSignal): Promise<Card> {
    const order = { order: 'read', deviceId: this.#deviceId, cardId } as const;
    const answer = await this.#host.call(order, signal, { limitMs: this.#limits.callMs });
    if (answer.answer !== 'read') throw unexpected(answer, order.order);
    return answer.card;
  }

  async inspect(cardId: number, site: CardSite, signal: AbortSignal): Promise<CardContents> {
    const order = { order: 'inspect', deviceId: this.#deviceId, cardId, site } as const;
    const answer = await this.#host.call(order, signal, { limitMs: this.#limits.callMs });
    if (answer.answer !== 'inspected') throw unexpected(answer, order.order);
    return answer.contents;
  }

  async ping(signal: AbortSignal): Promise<PingAnswer> {
    const order = { order: 'ping', deviceId: this.#deviceId } as const;
    const answer = await this.#host.call(order, signal, { limitMs: this.#limits.callMs });
    if (answer.answer !== 'pinged') throw unexpected(answer, order.order);
    const { asked, said, tookMs } = answer;
    return { asked, said, tookMs };
  }

  async write(write: HostedWrite, journal: WriteJournal, signal: AbortSignal): Promise<void> {
    const order = { order: 'write', deviceId: this.#deviceId, ...write } as const;
    const { writeMs, longestWriteMs } = this.#limits;
    const asked = Promise.withResolvers<void>();
    const listening: WriteJournal = {
      note: (progress) => {
        if (progress.awaitsSwipe === true) asked.resolve();
        journal.note(progress);
      },
    };
    const terms = { limitMs: writeMs, longestMs: longestWriteMs, journal: listening };
    const written = this.#host.call(order, signal, terms);
    const settled = Promise.race([Promise.allSettled([written]), asked.promise]);
    this.#writes.add(settled);
    try {
      const answer = await written;
      if (answer.answer !== 'written') throw unexpected(answer, order.order);
    } finally {
      this.#writes.delete(settled);
    }
  }

  /**
   * Resolves when the device is closed, after every write to it has ended; one that waits for a swipe ends by the closing. A host that does not
   * answer is killed: it is closed all the same.
   */
  async close(): Promise<void> {
    await Promise.allSettled(this.#writes);
    const order = { order: 'close', deviceId: this.#deviceId } as const;
    await this.#host.call(order, undefined, { limitMs: this.#limits.closeMs }).catch(() => {});
  }
}

function unexpected(answer: HostAnswer, order: string): Error {
  return new Error(`The host answered "${answer.answer}" to "${order}"`);
}
