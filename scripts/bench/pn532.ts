import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeFrame, FROM_CHIP, FrameReader } from '../../drivers/pn532/frame-codec.ts';
import { greetPn532 } from '../../drivers/pn532/greet.ts';
import { createDriver } from '../../drivers/pn532/index.ts';
import { Pn532Card } from '../../drivers/pn532/presented-card.ts';
import { createChip } from '../../drivers/virtual/create-chip.ts';
import type { CardSite } from '../../src/card/program.ts';
import type { CardEncoder, DriverLog, EncoderDriver } from '../../src/encoder/contract.ts';
import { hostedDriver } from '../../src/encoder/host/hosted-driver.ts';
import { quietLog } from '../../test/benches/pcsc/quiet-log.ts';
import { BoardLine } from '../../test/benches/pn532/board-line.ts';
import { runLibnfcTool } from '../../test/benches/pn532/libnfc-tools.ts';
import { PlacedCard } from '../../test/benches/pn532/placed-card.ts';
import { Pn532Port } from '../../test/benches/pn532/pn532-port.ts';
import { siteKeyVersion } from '../../test/src/card/site-key-version.ts';
import { cost, type Figure, percentile, plain } from './figure.ts';

const TAG = { technology: 'ntag215', uid: '04A2C3F1D25E80' } as const;
const BAUD_RATE = 115_200;
const ROUNDS = 7;
const IDLE_SECONDS = 30;
const TICKS_PER_SECOND = 100;
const CODEC_MS = 1_000;

const SITE: CardSite = {
  siteId: randomUUID(),
  formats: [{ format: 'ntag', isPasswordProtected: false }],
  keys: [siteKeyVersion(1)],
};
const RECORD = {
  siteId: SITE.siteId,
  credentialId: '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f',
  issueCounter: 1,
  startsAt: 1_795_000_000_000,
  endsAt: 1_795_600_000_000,
  entrances: [1, 2, 7],
  replacesLostCard: false,
};

/** What a PN532 costs on its line, in time and when nobody uses it. */
export async function benchPn532(): Promise<readonly Figure[]> {
  return [
    ...(await benchPn532Exchanges()),
    ...benchPn532Codec(),
    ...(await benchPn532AgainstLibnfc()),
    ...(await benchPn532Idle()),
  ];
}

/**
 * Exchanges and bytes on the line for a uid and for an NTAG215 that is looked at and written, against a host that sends each command of the card in one frame and
 * selects it once. What is above that: the search asks for two cards, so that two are refused, and puts the first one to sleep; so the card is
 * selected by its number at the start of each piece of work, which is how a swap is noticed; and GET_VERSION tells an NTAG215 from its kin.
 */
export async function benchPn532Exchanges(): Promise<readonly Figure[]> {
  await using line = new BoardLine();
  const { signal } = new AbortController();
  const greeted = await greetPn532(line, { key: 'bench', path: line.path }, signal);
  const chip = createChip(TAG.technology, TAG.uid);
  const exchange = chip.exchange.bind(chip);
  /** Bytes that commands of the card and their answers take, in frames and with their acknowledgements. */
  let floor = { exchanges: 0, bytes: 0 };
  const counted = Object.assign(chip, {
    exchange: (command: Uint8Array) => {
      const answer = exchange(command);
      const data = answer.kind === 'data' ? answer.bytes.length : 0;
      floor = { exchanges: floor.exchanges + 1, bytes: floor.bytes + onLine(3 + command.length, 3 + data) };
      return answer;
    },
  });
  const selection = onLine(4, 3 + 5 + 7);
  line.board.chip.place(new PlacedCard(counted));
  const total = () => {
    const { toHost, toDevice } = line.board.wire.sent;
    return { exchanges: line.board.commands.length, bytes: toHost + toDevice };
  };

  const before = total();
  await using encoder = await greeted.open(signal);
  const card = await encoder.awaitCard(signal);
  const seen = total();
  floor = { exchanges: 0, bytes: 0 };
  await card.read(signal);
  const read = total();
  await card.inspect(SITE, signal);
  const image = { kind: 'record', format: 'ntag', record: RECORD } as const;
  await card.write(SITE, image, { note: () => {} }, signal);
  const written = total();

  const pair = (what: string, from: typeof before, to: typeof before, least: typeof before) => [
    cost(
      `PN532 exchanges ${what}`,
      '',
      to.exchanges - from.exchanges,
      least.exchanges,
      'one frame a command',
    ),
    cost(`PN532 bytes on the line ${what}`, 'B', to.bytes - from.bytes, least.bytes, 'the same frames'),
  ];
  const one = { exchanges: 1, bytes: selection };
  return [
    ...pair('to see an NTAG215 and know what it is', before, seen, one),
    ...pair('to read its uid again', seen, read, one),
    ...pair('to look at an NTAG215 and encode it', read, written, {
      exchanges: floor.exchanges + 1,
      bytes: floor.bytes + selection,
    }),
  ];
}

/** Bytes of a command with so many, its acknowledgement, and an answer with so many: TFI and code counted (UM0701-02, section 6.2.1.1). */
function onLine(command: number, answer: number): number {
  const frame = (data: number) => 5 + data + 2;
  return frame(command) + 6 + frame(answer);
}

/** Megabytes a second through the codec, frames of 16 bytes of a card, which come in pieces of 64. */
export function benchPn532Codec(): readonly Figure[] {
  const data = Uint8Array.from({ length: 17 }, (_, at) => at);
  const frame = encodeFrame(FROM_CHIP, 0x41, data);
  const stream = new Uint8Array(64 * frame.length);
  for (let at = 0; at < stream.length; at += frame.length) stream.set(frame, at);
  const encoded = throughput(() => encodeFrame(FROM_CHIP, 0x41, data).length);
  const reader = new FrameReader();
  const decoded = throughput(() => {
    for (let at = 0; at < stream.length; at += 64) reader.push(stream.subarray(at, at + 64));
    return stream.length;
  });
  const noise = Uint8Array.from({ length: 4_096 }, (_, at) => (at * 97) & 0xff);
  const skipped = throughput(() => {
    reader.push(noise);
    return noise.length;
  });
  return [
    plain('PN532 codec, frames written', 'MB/s', encoded),
    plain('PN532 codec, frames read', 'MB/s', decoded),
    plain('PN532 codec, noise passed over', 'MB/s', skipped),
  ];
}

function throughput(work: () => number): number {
  for (let at = 0; at < 2_000; at++) work();
  const began = performance.now();
  let bytes = 0;
  while (performance.now() - began < CODEC_MS) for (let at = 0; at < 100; at++) bytes += work();
  return bytes / 1_000 / (performance.now() - began);
}

/** The time to open the port, find an NTAG215, write the pages that nfc-mfultralight writes of it and leave, over a line as slow as a real one. */
export async function benchPn532AgainstLibnfc(): Promise<readonly Figure[]> {
  if (!existsSync('/usr/bin/nfc-mfultralight')) return [];
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  await using port = await Pn532Port.open({ baudRate: BAUD_RATE });
  try {
    const dump = join(folder, 'dump');
    const chip = createChip(TAG.technology, TAG.uid);
    port.chip.place(new PlacedCard(chip));
    await runLibnfcTool(port, 'nfc-mfultralight', 'r', dump);
    const image = readFileSync(dump);
    // All but the first four pages and the dynamic lock bytes: the tool does not write them unless it is told to.
    const pages = Array.from({ length: image.length / 4 }, (_, page) => page).filter(
      (page) => page > 3 && page !== 130,
    );
    const own: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      port.chip.place(new PlacedCard(createChip(TAG.technology, TAG.uid)));
      own.push(await timed(() => writePages(port, image, pages)));
      port.chip.place(new PlacedCard(createChip(TAG.technology, TAG.uid)));
      floor.push(await timed(() => runLibnfcTool(port, 'nfc-mfultralight', 'w', dump)));
    }
    const name = `PN532 at ${BAUD_RATE} baud: open, find an NTAG215, write ${pages.length} pages, close (p50)`;
    return [
      cost(name, 'ms', percentile(own, 0.5), percentile(floor, 0.5), 'nfc-mfultralight, the same write'),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function writePages(port: Pn532Port, image: Uint8Array, pages: readonly number[]): Promise<void> {
  const driver = createDriver({ options: { ports: [port.path] }, stateDir: tmpdir(), log: quietLog });
  await withEncoder(driver, async (encoder, signal) => {
    const card = await encoder.awaitCard(signal);
    if (!(card instanceof Pn532Card)) throw new Error('not a card of this driver');
    await card.use(async ({ ultralight }) => {
      for (const page of pages) await ultralight?.writePage(page, image.subarray(4 * page, 4 * page + 4));
    }, signal);
  });
}

async function withEncoder(
  driver: EncoderDriver,
  work: (encoder: CardEncoder, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  for await (const news of driver.watch(end.signal)) {
    if (news.news !== 'device_arrived') continue;
    await using encoder = await driver.open(news.device, end.signal);
    await work(encoder, end.signal);
    // The news end with the signal, once the port is closed.
    setImmediate(() => end.abort());
  }
}

/** Processor time of the driver's host while its encoder waits for a card. */
export async function benchPn532Idle(): Promise<readonly Figure[]> {
  await using port = await Pn532Port.open();
  let pid = 0;
  const note = (fields: object) => {
    if ('pid' in fields && typeof fields.pid === 'number') pid = fields.pid;
  };
  const log: DriverLog = { debug: note, info: note, warn: note, error: note };
  const driver = hostedDriver({
    name: 'pn532',
    module: new URL('../../drivers/pn532/index.ts', import.meta.url),
    options: { ports: [port.path] },
    stateDir: tmpdir(),
    log,
  });
  let percent = 0;
  let looks = 0;
  await withEncoder(driver, async () => {
    await sleep(3_000);
    const [ticks, commands] = [ticksOf(pid), port.board.commands.length];
    await sleep(IDLE_SECONDS * 1_000);
    percent = ((ticksOf(pid) - ticks) / TICKS_PER_SECOND / IDLE_SECONDS) * 100;
    looks = (port.board.commands.length - commands) / IDLE_SECONDS;
  });
  return [
    plain(`PN532 idle CPU of the driver's host over ${IDLE_SECONDS} s`, '% of a core', percent),
    plain('PN532 searches for a card while none is there', '/s', looks),
  ];
}

/** Processor time that a process has used (proc(5), /proc/PID/stat). */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
