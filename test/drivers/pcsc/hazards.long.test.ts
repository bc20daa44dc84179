import { readFileSync } from 'node:fs';
import { setTimeout as elapsed } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { drawUid } from '../../../drivers/virtual/create-chip.ts';
import { VirtualCard } from '../../../drivers/virtual/virtual-card.ts';
import type { CardFaults } from '../../../src/encoder/contract.ts';
import type { CardTechnology } from '../../../src/model/card.ts';
import { HostedPcsc } from '../../benches/pcsc/hosted-pcsc.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../../benches/pcsc/pcsc-bench.ts';
import { placeCard } from '../../benches/pcsc/pcsc-encoder-bench.ts';
import { codeOf, fires, patience, rejectionOf } from '../../contracts/encoder-desk.ts';
import { PROMISE_OF_TIME } from '../../promise-of-time.ts';

const ACR122 = 'ACS ACR122U PICC Interface';
const FIRST = 'acs-acr122u-picc-interface';
const SECOND = `${FIRST}-slot-1`;
const CLASSIC = { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' } as const;
/** Between pcscd's being ready and the reader's. */
const BACK_MS = 3_000;

describe.runIf(pcscdIsAvailable())('drivers/pcsc survives', () => {
  test(
    'a start without pcscd: it says what to do, waits without spinning, and sees the reader once pcscd comes',
    PROMISE_OF_TIME,
    async () => {
      await using pcscd = await startPcscBench({ starts: false });
      await using hosted = new HostedPcsc(pcscd, { limits: { silenceMs: 800 } });
      await hosted.until(() => hosted.unavailable.length > 0, 'the driver is unavailable');
      expect(hosted.unavailable[0]).toMatch(/pcscd does not listen at .*ENOENT.*apt-get install pcscd/);
      const before = cpuMs(hosted.pid);
      // The time itself is what is looked at: the host must be idle for it, and heard of all along.
      await elapsed(1_200);
      expect(cpuMs(hosted.pid) - before).toBeLessThan(300);
      await pcscd.restart();
      const ready = performance.now();
      await hosted.arrival(FIRST);
      expect(performance.now() - ready).toBeLessThan(BACK_MS);
      expect(hosted.news.map((news) => news.news).slice(0, 2)).toEqual(['unavailable', 'available']);
      expect(hosted.pids).toHaveLength(1);
    },
  );

  for (const doing of ['awaiting', 'reading'] as const) {
    test(
      `pcscd killed while ${doing} a card: the reader and the card are back in under 3 s, in the same host`,
      PROMISE_OF_TIME,
      async () => {
        await using pcscd = await startPcscBench();
        await using hosted = new HostedPcsc(pcscd);
        const encoder = await hosted.open(FIRST);
        let pending: Promise<unknown>;
        if (doing === 'awaiting') pending = rejectionOf(encoder.awaitCard(patience()));
        else {
          await placeCard(pcscd, 0, { ...CLASSIC, faults: { delayMs: 300 } });
          const card = await encoder.awaitCard(patience());
          pending = rejectionOf(card.read(patience()));
        }
        await pcscd.kill();
        // A card goes with its reader: which of the two is noticed first is pcscd's.
        expect(['card_removed', 'device_lost']).toContain(codeOf(await pending));
        expect(codeOf(await fires(encoder.gone, '`gone`'))).toBe('device_lost');
        await pcscd.restart();
        const ready = performance.now();
        await hosted.arrival(FIRST, 2);
        expect(performance.now() - ready).toBeLessThan(BACK_MS);
        const again = await hosted.open(FIRST, 2);
        await placeCard(pcscd, 0, CLASSIC);
        expect((await again.awaitCard(patience())).card).toEqual(CLASSIC);
        expect(hosted.pids).toHaveLength(1);
      },
    );
  }

  const exchanges: readonly (readonly [CardTechnology, number])[] = [
    ['ntag213', 2],
    ['mifare_desfire', 1],
    ['mifare_classic_1k', 1],
  ];
  for (const [technology, count] of exchanges) {
    test(`a ${technology} torn away in any of the ${count} exchanges that identify it: it is not presented, the next card is`, async () => {
      await using pcscd = await startPcscBench();
      await using hosted = new HostedPcsc(pcscd);
      const encoder = await hosted.open(FIRST);
      for (let exchange = 1; exchange <= count; exchange++) {
        for (const moment of ['before', 'after'] as const) {
          await placeTornCard(pcscd, technology, { exchange, moment });
          await placeCard(pcscd, 0, CLASSIC);
          const card = await encoder.awaitCard(patience());
          expect(card.card).toEqual(CLASSIC);
          await pcscd.slot(0).remove();
          await fires(card.removed, '`removed`');
        }
      }
      expect(hosted.pids).toHaveLength(1);
    });
  }

  test('a card that falls mute while it is read: the read times out, the host is replaced, and the other readers work', async () => {
    await using pcscd = await startPcscBench({ readers: [ACR122, 'HID OMNIKEY 5022 CL'] });
    await using hosted = new HostedPcsc(pcscd, {
      options: { exchange_timeout_ms: 400, sharing_timeout_ms: 200 },
    });
    const encoder = await hosted.open(FIRST);
    const other = await hosted.open('hid-omnikey-5022-cl');
    await placeCard(pcscd, 1, CLASSIC);
    await placeCard(pcscd, 0, { ...CLASSIC, faults: { muteFrom: 2 } });
    const card = await encoder.awaitCard(patience());
    const waiting = rejectionOf(other.awaitCard(patience()));
    expect(codeOf(await rejectionOf(card.read(patience())))).toBe('device_timeout');
    expect(codeOf(await waiting)).toBe('device_lost');
    await placeCard(pcscd, 2, { technology: 'ntag215', uid: '04B1C2D3E4F560' });
    const again = await hosted.open('hid-omnikey-5022-cl', 2);
    expect((await again.awaitCard(patience())).card.uid).toBe('04B1C2D3E4F560');
    const neighbour = await hosted.open(SECOND, 2);
    expect((await neighbour.awaitCard(patience())).card).toEqual(CLASSIC);
    expect(hosted.pids).toHaveLength(2);
    expect(hosted.warnings).toContainEqual(expect.stringContaining('no answer within 400 ms'));
    // The reader itself hangs in pcscd until the mute card goes, and says so each time it is asked.
    const back = await hosted.open(FIRST, 2);
    await pcscd.slot(0).remove();
    // A card put there faster than pcscd looks is not seen: pcscd resets the one before, as it does for a client that died.
    const whileEmpty = () => back.awaitCard(AbortSignal.timeout(600)).catch((error: unknown) => error);
    await expect.poll(whileEmpty).toMatchObject({ name: 'TimeoutError' });
    await placeCard(pcscd, 0, { technology: 'ntag216', uid: '0411223344AABB' });
    expect((await back.awaitCard(patience())).card.uid).toBe('0411223344AABB');
  });

  test('a card that is mute from the first exchange: whoever waits is told of the timeout, and the host is replaced', async () => {
    await using pcscd = await startPcscBench();
    await using hosted = new HostedPcsc(pcscd, { options: { exchange_timeout_ms: 300 } });
    const encoder = await hosted.open(FIRST);
    const waiting = rejectionOf(encoder.awaitCard(patience()));
    await placeCard(pcscd, 0, { ...CLASSIC, faults: { muteFrom: 1 } });
    expect(codeOf(await waiting)).toBe('device_timeout');
    await hosted.arrival(FIRST, 2);
    expect(hosted.pids).toHaveLength(2);
  });

  test('a card changed faster than pcscd looks: the new one is known by what it is', async () => {
    await using pcscd = await startPcscBench();
    await using hosted = new HostedPcsc(pcscd);
    const encoder = await hosted.open(FIRST);
    await placeCard(pcscd, 0, CLASSIC);
    const card = await encoder.awaitCard(patience());
    const placing = placeCard(pcscd, 0, { technology: 'ntag216', uid: '0411223344AABB' });
    for (let isThere = true; isThere; )
      isThere = await card.read(patience()).then(
        () => true,
        () => false,
      );
    await placing;
    const next = await encoder.awaitCard(patience());
    expect(next.card).toEqual({ technology: 'ntag216', uid: '0411223344AABB' });
  });

  test('two cards on the two slots of a reader', async () => {
    await using pcscd = await startPcscBench();
    await using hosted = new HostedPcsc(pcscd);
    const [first, second] = [await hosted.open(FIRST), await hosted.open(SECOND)];
    const names = hosted.news.flatMap((told) => (told.news === 'device_arrived' ? told.device.name : []));
    expect(names.sort()).toEqual(['ACS ACR122U PICC Interface', 'ACS ACR122U PICC Interface, slot 2']);
    await Promise.all([
      placeCard(pcscd, 0, CLASSIC),
      placeCard(pcscd, 1, { technology: 'ntag213', uid: '04A2C3F1D25E80' }),
    ]);
    expect((await first.awaitCard(patience())).card).toEqual(CLASSIC);
    expect((await second.awaitCard(patience())).card).toEqual({
      technology: 'ntag213',
      uid: '04A2C3F1D25E80',
    });
  });

  test('a reader with a slot for a security module: that slot is no encoder', async () => {
    await using pcscd = await startPcscBench({
      readers: ['ACS ACR1252 Dual Reader [ACR1252 Dual Reader SAM]', ACR122],
    });
    await using hosted = new HostedPcsc(pcscd);
    await hosted.arrival(FIRST);
    await hosted.arrival(SECOND);
    expect(hosted.news.filter(({ news }) => news === 'device_arrived')).toHaveLength(2);
  });
});

/** Puts a card down that leaves by itself at an exchange; resolves when it has. */
async function placeTornCard(
  pcscd: PcscBench,
  technology: CardTechnology,
  pulledAt: NonNullable<CardFaults['pulledAt']>,
): Promise<void> {
  const pulled = Promise.withResolvers<void>();
  const card = new VirtualCard({
    technology,
    uid: drawUid(technology),
    faults: { pulledAt },
    onPulled: () => pulled.resolve(),
  });
  await pcscd.slot(0).insert(card);
  await pulled.promise;
}

/** Processor time that a process has used (proc(5): utime and stime, in ticks of 10 ms). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
