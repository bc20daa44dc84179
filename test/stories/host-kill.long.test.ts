import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualCard } from '../../drivers/virtual/virtual-card.ts';
import { systemClock } from '../../src/clock.ts';
import { hostedDriver } from '../../src/encoder/host/hosted-driver.ts';
import { EVERY_ROW } from '../../src/store/paging.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../benches/pcsc/pcsc-bench.ts';
import { quietLog } from '../benches/pcsc/quiet-log.ts';
import { SLOTS_PER_READER } from '../benches/pcsc/reader-conf.ts';
import { siteKeyVersion } from '../src/card/site-key-version.ts';
import { CLASSIC_CARDS, DESFIRE_CARDS, freshCard, NTAG_CARDS, type TearCard } from './tear-cards.ts';
import { carries } from './tear-desk.ts';
import { TornDesk } from './torn-desk.ts';

/** How often the driver host is killed, for each kind of card: all of it in CI, a taste of it elsewhere. */
const KILLS = process.env['CI'] === 'true' ? 130 : 3;

const KINDS = [NTAG_CARDS[1], CLASSIC_CARDS[0], DESFIRE_CARDS[5]].flatMap((kind) => kind ?? []);

/** So many guests one after the other get the same card. */
const FRESH_EVERY = 5;

/** A host that is killed again and again is started again at once. */
const LIMITS = { firstRespawnMs: 10, longestRespawnMs: 20 };

/** What the kills hit, for the lines that are printed at the end. */
const hits = new Map<string, number>();

describe.skipIf(!pcscdIsAvailable())('the driver host is killed while it writes a card:', () => {
  let pcscd: PcscBench;
  beforeAll(async () => {
    pcscd = await startPcscBench();
  });
  afterAll(async () => {
    await pcscd.dispose();
    const total = [...hits.values()].reduce((sum, times) => sum + times, 0);
    console.log(`The driver host was killed ${total} times in an encode:`);
    for (const [what, times] of [...hits].toSorted()) console.log(`  ${times} x ${what}`);
  });

  test.each(KINDS)(
    'a $name is finished when the host is back, and its credential issued once',
    async (kind) => {
      const pids: number[] = [];
      const driver = hostedPcsc(pcscd, (pid) => pids.push(pid));
      const formats = [kind.settings];
      const keys = [siteKeyVersion(1)];
      const desk = await TornDesk.open({ driver, clock: { ...systemClock, pass: () => {} }, formats, keys });
      try {
        const kills = new HostKills(desk, () => pids.at(-1) ?? 0, pcscd, kind);
        await kills.begin();
        for (let kill = 0; kill < KILLS; kill++) await kills.killOnce(kill);
      } finally {
        await desk[Symbol.asyncDispose]();
        await pcscd.slot(0).remove();
      }
    },
    KILLS * 10_000,
  );
});

/** An encode lasts long enough to be hit anywhere. */
const SLOW = { delayMs: 2 };

/** One card that lies on the reader, and is written for one guest after the other. */
class HostKills {
  readonly #desk: TornDesk;
  readonly #pid: () => number;
  readonly #pcscd: PcscBench;
  readonly #kind: TearCard;
  #card: VirtualCard;
  /** How long an encode takes. */
  #encodeMs = 150;

  constructor(desk: TornDesk, pid: () => number, pcscd: PcscBench, kind: TearCard) {
    this.#desk = desk;
    this.#pid = pid;
    this.#pcscd = pcscd;
    this.#kind = kind;
    this.#card = this.#freshCard();
  }

  async begin(): Promise<void> {
    await this.#desk.until(() => this.#isOnline());
  }

  /** Begins an encode, and kills the host somewhere in it. The card is another one now and then, else one with an older guest's credential. */
  async killOnce(kill: number): Promise<void> {
    const desk = this.#desk;
    if (kill % FRESH_EVERY === 0) {
      await this.#lift();
      this.#card = this.#freshCard();
      await this.#putDown();
    }
    const credentialId = await desk.newCredential();
    const earlier = await desk.outcomes(this.#card.uid);
    const began = performance.now();
    const attemptId = await desk.encode(credentialId);
    const ended = desk.end(attemptId).then(() => performance.now() - began);
    // A little more than the whole of it, so that its end is hit too. Chance is what is tested here.
    const took = await Promise.race([ended, delay(Math.random() * 1.2 * this.#encodeMs).then(() => null)]);
    const { phase } = desk.attempt(attemptId);
    process.kill(this.#pid(), 'SIGKILL');
    if (took !== null) this.#encodeMs = (this.#encodeMs + took) / 2;
    const end = await desk.end(attemptId);
    count(`${this.#kind.name}: ${phase} when it was hit, then ${end.reason ?? 'success'}`);
    if (end.status === 'error') {
      expect(end.type).toBe('encoding_interrupted');
      await this.#putBack();
      const again = await desk.end(await desk.encode(credentialId));
      expect(again).toEqual({ status: 'success', type: null, reason: null, found: null });
    }
    const scanned = await desk.end(await desk.scan());
    expect(scanned.found).toEqual(carries(credentialId, true));
    expect(await desk.issues(credentialId)).toBe(1);
    const since = (await desk.outcomes(this.#card.uid)).slice(earlier.length);
    expect(since.filter((outcome) => outcome !== 'not_begun')).toEqual([
      expect.stringMatching(/^(written|repaired)$/),
    ]);
  }

  /** What a person does whom an attempt told that it was interrupted. */
  async #putBack(): Promise<void> {
    await this.#lift();
    const { technology, uid, memory } = this.#card;
    this.#card = new VirtualCard({ technology, uid, memory, faults: SLOW });
    await this.#putDown();
  }

  /** pcscd does not see a card that is swapped faster than it looks; the person at a desk is slower. */
  async #lift(): Promise<void> {
    await this.#pcscd.slot(0).remove();
    await this.#desk.until(() => this.#station().card === null);
  }

  async #putDown(): Promise<void> {
    await this.#pcscd.slot(0).insert(this.#card);
    await this.#desk.until(() => this.#station().card?.card.uid === this.#card.uid);
  }

  #freshCard(): VirtualCard {
    const { technology, uid = '', generation } = freshCard(this.#kind);
    return new VirtualCard({ technology, uid, ...(generation && { generation }), faults: SLOW });
  }

  #station() {
    return this.#desk.encoders.station(this.#desk.encoderId());
  }

  #isOnline(): boolean {
    const { rows } = this.#desk.site.store.encoders.list({}, EVERY_ROW);
    return rows.length === SLOTS_PER_READER && rows.every(({ isOnline }) => isOnline);
  }
}

/** drivers/pcsc in a host; `started` hears of each one's process. */
function hostedPcsc(pcscd: PcscBench, started: (pid: number) => void) {
  const hear = (fields: object) => {
    if ('pid' in fields && typeof fields.pid === 'number') started(fields.pid);
  };
  return hostedDriver({
    name: 'pcsc',
    module: new URL('../../drivers/pcsc/index.ts', import.meta.url),
    options: {},
    stateDir: '/nonexistent',
    log: { ...quietLog, debug: hear },
    env: { PCSCLITE_CSOCK_NAME: pcscd.socketName },
    limits: LIMITS,
  });
}

function count(what: string): void {
  hits.set(what, (hits.get(what) ?? 0) + 1);
}
