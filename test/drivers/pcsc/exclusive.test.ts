import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { PcscDriver } from '../../../drivers/pcsc/driver.ts';
import type { PcscCard, PcscEncoder } from '../../../drivers/pcsc/encoder.ts';
import { VirtualCard } from '../../../drivers/virtual/virtual-card.ts';
import { nativeTool } from '../../benches/pcsc/native-tools.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../../benches/pcsc/pcsc-bench.ts';
import { quietLog } from '../../benches/pcsc/quiet-log.ts';
import { codeOf, NewsLog, patience, rejectionOf } from '../../contracts/encoder-desk.ts';

const SHARING_MS = 300;

describe.runIf(pcscdIsAvailable())('a card that drivers/pcsc works on', () => {
  let pcscd: PcscBench;
  let encoder: PcscEncoder;
  let card: PcscCard;
  let watch: NewsLog;
  const end = new AbortController();
  let chip: CountingCard;

  beforeAll(async () => {
    chip = new CountingCard();
    pcscd = await startPcscBench();
    process.env['PCSCLITE_CSOCK_NAME'] = pcscd.socketName;
    const driver = new PcscDriver({
      options: { sharing_timeout_ms: SHARING_MS },
      stateDir: '/nonexistent',
      log: quietLog,
    });
    watch = new NewsLog(driver, end.signal);
    encoder = await driver.open(await watch.device(undefined), patience());
    await pcscd.slot(0).insert(chip);
  });
  beforeEach(async () => {
    card = await encoder.awaitCard(patience());
  });
  afterAll(async () => {
    await encoder[Symbol.asyncDispose]();
    end.abort();
    await watch.ended;
    await pcscd.dispose();
  });

  test('is refused to another program, and free again afterwards', async () => {
    const during = await card.use(() => otherProgram('shared', (said) => said), patience());
    expect(during).toBe('Sharing violation.');
    expect(await otherProgram('exclusive', (said) => said)).toBe('connected');
  });

  for (const mode of ['shared', 'exclusive'] as const) {
    test(`and another program holds (${mode}) is refused in words, after trying for a while`, async () => {
      const began = performance.now();
      const error = await otherProgram(mode, () => rejectionOf(card.read(patience())));
      expect(error).toMatchObject({
        code: 'card_refused',
        message: expect.stringContaining('another program is using the card'),
      });
      expect(performance.now() - began).toBeGreaterThan(SHARING_MS);
      expect(await card.read(patience())).toEqual(card.card);
    });
  }

  test('and another program lets go of in time is read', async () => {
    let reading: Promise<unknown> | undefined;
    await otherProgram('shared', async () => {
      reading = card.read(patience());
    });
    expect(await reading).toEqual(card.card);
  });

  test('gets one exchange at a time, in the order asked, whatever is asked at once', async () => {
    chip.commands.length = 0;
    const blocks = Array.from({ length: 18 }, (_, turn) => 4 + (turn % 3));
    await card.use(async ({ classic }) => {
      if (classic === undefined) throw new Error('not a Classic');
      await classic.authenticate(4, { kind: 'A', bytes: new Uint8Array(6).fill(0xff) });
      await Promise.all(blocks.map((block) => classic.readBlock(block)));
    }, patience());
    await Promise.all([card.read(patience()), card.read(patience())]);
    expect(chip.commands).toEqual(['ca', '82', '86', ...blocks.map((block) => `b0 ${block}`), 'ca', 'ca']);
    expect(chip.mostAtOnce).toBe(1);
  });

  test('and has another number than it had is another card: nothing is done to it', async () => {
    chip.becomeAnother('5E6F7081');
    chip.commands.length = 0;
    const work = vi.fn(async () => {});
    expect(codeOf(await rejectionOf(card.use(work, patience())))).toBe('card_removed');
    expect(work).not.toHaveBeenCalled();
    expect(card.removed.aborted).toBe(true);
    expect((await encoder.awaitCard(patience())).card.uid).toBe('5E6F7081');
  });

  test('that has left is not mistaken for the next one: no exchange follows in the same piece of work', async () => {
    const next = new CountingCard();
    const stale = await card.use(async ({ classic }) => {
      if (classic === undefined) throw new Error('not a Classic');
      await pcscd.slot(0).remove();
      const first = await rejectionOf(classic.readBlock(4));
      await pcscd.slot(0).insert(next);
      return [first, await rejectionOf(classic.readBlock(4)), await rejectionOf(classic.readBlock(5))];
    }, patience());
    expect(stale.map(codeOf)).toEqual(['card_removed', 'card_removed', 'card_removed']);
    expect(next.commands.filter((command) => command.startsWith('b0'))).toEqual([]);
    await pcscd.slot(0).insert(chip);
  });

  test('gets no further exchange when the caller gives up, who is told at once', async () => {
    const settled = await settledCard();
    chip.commands.length = 0;
    const abort = new AbortController();
    const reason = new Error('the guest went away');
    const ended = Promise.withResolvers<unknown>();
    const using = rejectionOf(
      settled.use(async ({ classic }) => {
        if (classic === undefined) throw new Error('not a Classic');
        abort.abort(reason);
        ended.resolve(await rejectionOf(classic.readBlock(4)));
      }, abort.signal),
    );
    expect(await using).toBe(reason);
    expect(await ended.promise).toBe(reason);
    expect(chip.commands).toEqual(['ca']);
  });

  test('is not worked on when the caller gave up before', async () => {
    chip.commands.length = 0;
    const reason = new Error('the guest went away');
    expect(await rejectionOf(card.use(async () => {}, AbortSignal.abort(reason)))).toBe(reason);
    const abort = new AbortController();
    const waiting = otherProgram('shared', async () => {
      const refused = rejectionOf(card.use(async () => {}, abort.signal));
      abort.abort(reason);
      return refused;
    });
    expect(await waiting).toBe(reason);
    expect(chip.commands).toEqual([]);
  });

  /** The card once pcscd has noticed that it is another one; it was changed faster than that. */
  async function settledCard(): Promise<PcscCard> {
    for (;;) {
      const found = await encoder.awaitCard(patience());
      const reading = await found.read(patience()).catch(() => undefined);
      if (reading !== undefined) return found;
    }
  }

  /** Runs another program that uses the card, and hands what it said to `meanwhile`; it lets go when that has ended. */
  async function otherProgram<T>(
    mode: 'shared' | 'exclusive',
    meanwhile: (said: string) => T | Promise<T>,
  ): Promise<T> {
    const [reader = ''] = pcscd.readerNames;
    const program: ChildProcessByStdio<Writable, Readable, null> = spawn(
      await nativeTool('holder'),
      [reader, mode],
      {
        env: { ...process.env, PCSCLITE_CSOCK_NAME: pcscd.socketName },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const ended = once(program, 'exit');
    try {
      const [said] = await once(createInterface({ input: program.stdout }), 'line');
      return await meanwhile(String(said));
    } finally {
      program.stdin.end();
      await ended;
    }
  }
});

/** A card that counts its exchanges, and those that overlap. */
class CountingCard {
  readonly commands: string[] = [];
  mostAtOnce = 0;
  #card = new VirtualCard({ technology: 'mifare_classic_1k', uid: 'A1B2C3D4' });
  #atOnce = 0;

  get atr(): Uint8Array {
    return this.#card.atr;
  }

  activate(): void {
    this.#card.activate();
  }

  /** As if the cards were changed faster than pcscd looks. */
  becomeAnother(uid: string): void {
    this.#card = new VirtualCard({ technology: 'mifare_classic_1k', uid });
  }

  async transmit(apdu: Uint8Array): Promise<Uint8Array> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
    const [, instruction = 0, , block = 0] = apdu;
    this.commands.push(`${instruction.toString(16)}${instruction === 0xb0 ? ` ${block}` : ''}`);
    await new Promise((resolve) => setImmediate(resolve));
    this.#atOnce--;
    return this.#card.transmit(apdu);
  }
}
